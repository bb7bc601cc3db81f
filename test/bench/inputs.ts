/** A transaction of a workload: what a client sends, in no one's own format. */
export interface Input {
  readonly id: string;
  readonly type: 'customer.register' | 'counter.increment';
  readonly key: string;
  readonly ts: number;
  readonly data: { readonly [field: string]: string | number };
}

/** Counters of W2, and how uneven their use is: the hottest gets about a tenth. */
const counters = { count: 10_000, skew: 0.99 } as const;

const registerBytes = 428;
const firstTime = Date.UTC(2024, 0, 1);

/** W1: a new customer under an e-mail address that only one may own. 428 bytes as JSON. */
export function register(i: number): Input {
  const owner = ownerIndex(i);
  const name = `${pick(firstNames, owner, 3)} ${pick(lastNames, owner, 4)}`;
  const key = `${name.toLowerCase().replace(' ', '.')}.${owner}@example.com`;
  const data = {
    name,
    city: pick(cities, i, 5),
    street: `${hash(i, 6) % 300} Main Street`,
    credit: hash(i, 7) % 10_000,
  };
  return padded({ id: uuid(i, 1), type: 'customer.register', key, ts: firstTime + i * 7, data }, registerBytes);
}

/** Whether `register(i)` asks for an address that an earlier one has: 5 % do. */
export function isDup(i: number): boolean {
  return i > 0 && hash(i, 1) % 20 === 0;
}

/** The index whose address `register(i)` uses: its own, or an earlier one's that is no duplicate. */
function ownerIndex(i: number): number {
  let owner = i;
  while (isDup(owner)) owner = hash(owner, 2) % owner;
  return owner;
}

/** W2: adds 1 to 5 to one of 10,000 counters. About 128 bytes as JSON. */
export function increment(i: number): Input {
  const key = `counter/${zipf(hash(i, 11) / 2 ** 32)}`;
  const data = { by: (hash(i, 12) % 5) + 1 };
  return { id: uuid(i, 2), type: 'counter.increment', key, ts: firstTime + i * 3, data };
}

/** W4 and W5: registers and increments by turns. */
export function mixed(i: number): Input {
  return i % 2 === 0 ? register(i / 2) : increment((i - 1) / 2);
}

/** A random-looking number of 32 bits that depends on the index alone. */
export function hash(i: number, salt: number): number {
  let x = (Math.imul(i, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca77)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** A random-looking id that depends on the index alone. */
export function uuid(i: number, salt: number): string {
  const hex = [21, 22, 23, 24]
    .map((part) =>
      hash(i, part + salt * 10)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const shares = (() => {
  const sums = new Float64Array(counters.count);
  let sum = 0;
  for (let rank = 1; rank <= counters.count; rank++) {
    sum += 1 / rank ** counters.skew;
    sums[rank - 1] = sum;
  }
  return sums.map((part) => part / sum);
})();

/** Number of the counter at a share of all uses, the hottest first. */
function zipf(share: number): number {
  let low = 0;
  let high = counters.count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shares[middle] as number) < share) low = middle + 1;
    else high = middle;
  }
  return low;
}

function padded(input: Input, bytes: number): Input {
  const missing = bytes - JSON.stringify(input).length - ',"note":""'.length;
  return missing <= 0 ? input : { ...input, data: { ...input.data, note: filler.slice(0, missing) } };
}

function pick(list: readonly string[], i: number, salt: number): string {
  return list[hash(i, salt) % list.length] as string;
}

const filler = 'the quick brown fox jumps over the lazy dog, again and again, '.repeat(8);
const firstNames = ['Ann', 'Bo', 'Carla', 'Dmitri', 'Eve', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jun'];
const lastNames = ['Adler', 'Brandt', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad'];
const cities = ['Aarhus', 'Bremen', 'Cadiz', 'Delft', 'Evora', 'Florence', 'Ghent', 'Haifa'];
