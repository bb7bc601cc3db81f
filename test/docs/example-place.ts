import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/clock/system.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** A directory that holds what the examples of the help name. */
export interface ExamplePlace extends Workplace {
  /**
   * Lines to run: what makes the example find all as it supposes it to be; then the example, with what lies outside the
   * directory, lasts for ever, or takes its time, made harmless.
   */
  linesOf(example: string): readonly string[];
}

const start = Date.parse('2026-01-31T11:00:00Z');
const records = 1_100;
/** Records that have a time of their own. */
const spread = 100;
const tenYears = 10 * 365 * 24 * 3600;

/** Makes a directory with an environment of a thousand records, and the files that examples read. */
export async function makeTemplate(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-examples-'));
  await fill(join(dir, '.txlog'));
  await writeAttachment(join(dir, '.txlog'));
  await fill(join(dir, 'var/lib/orders'), 1);
  const env = await openEnvironment(join(dir, '.txlog'), { readOnly: true });
  await env.backup(join(dir, 'backup'));
  await env.backup(join(dir, 'backup.mdb'));
  await exportInto(dir, env);
  const plan = JSON.stringify(await env.planCompensation(['i-1', 'i-2']));
  await env.close();
  for (const [name, bytes] of files(plan)) writeFileSync(join(dir, name), bytes);
  return dir;
}

async function writeAttachment(dir: string): Promise<void> {
  const env = await openEnvironment(dir);
  await env.attachments.put(
    (async function* () {
      yield Buffer.from('a photo');
    })(),
  );
  await env.close();
}

/** A signed dump and its keys, a mirror that is behind, an environment that is not, and one that decided again. */
async function exportInto(dir: string, env: Environment): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(dir, 'prod.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(dir, 'prod.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  const pieces: Buffer[] = [];
  for await (const piece of env.sync.export({ signKey: privateKey })) pieces.push(piece);
  writeFileSync(join(dir, 'orders.avro'), Buffer.concat(pieces));
  await env.backup(join(dir, 'prod'));
  const stage = await openEnvironment(join(dir, 'stage'), { create: true });
  await stage.sync.import(env.sync.export({ filter: { to: 900 } }));
  await stage.close();
  const merged = await openEnvironment(join(dir, 'merged'), { create: true });
  await merged.sync.import(env.sync.export({ filter: { to: 900 } }), { mode: 'submit' });
  await merged.close();
}

/** A copy of the template for one example. */
export function makeExamplePlace(template: string): ExamplePlace {
  const outer = makeWorkplace({ fences: [] });
  const dir = join(outer.dir, 'work');
  mkdirSync(dir);
  cpSync(template, dir, { recursive: true });
  return { ...outer, dir, env: { ...outer.env, HOME: dir }, linesOf };
}

function linesOf(example: string): readonly string[] {
  const before = hasOthers(example) ? [] : preparations.find(([pattern]) => pattern.test(example))?.[1];
  return [...(before ?? []), safe(example)];
}

/** Examples for which a worker runs beside them. */
const withSaga = /^txlog saga .*(?: --wait |\$\()/;
const hasOthers = (example: string) => withSaga.test(example) || example.includes(' --wait ');

function safe(example: string): string {
  if (/^txlog init(?: --|$)/.test(example)) return example.replace('init', 'init --env new');
  // Whatever else listens on this machine: at any port that is free.
  if (example.startsWith('txlog serve')) {
    const free = example.includes('--listen') ? example.replace(':8080', ':0') : `${example} --listen 127.0.0.1:0`;
    return `timeout --preserve-status --foreground -s INT 3 ${free}`;
  }
  if (example.includes(' -f ') || /^txlog (?:work (?!--until-empty)|top --interval)/.test(example))
    return `timeout --preserve-status --foreground -s INT 3 ${example}`;
  // The editor is nobody's.
  if (/^txlog state edit (?!.*--value)/.test(example)) return `EDITOR='sed -i s/Ann/Anna/' ${example} --yes`;
  // The other host is the environment next door.
  if (example.includes(' ssh host '))
    return example.replace('ssh host txlog receive', 'txlog receive --env var/lib/orders');
  // And so are these.
  if (/ ?ssh (?:stage|prod) /.test(example)) return example.replaceAll(/ssh (stage|prod) txlog/g, 'TXLOG_ENV=$1 txlog');
  // The one that is there was made otherwise.
  if (example.startsWith('txlog session new')) return example.replace('mail/7', 'mail/8');
  if (withSaga.test(example)) return besideWorker('--theme saga/order', example);
  if (example.includes(' --wait ')) return withOthers(example);
  if (example.startsWith('txlog bench')) {
    return `${example.replace(/ --count \d+/, '')} --count 1000`.replace(' /var', ' var');
  }
  return example.replace(' /var', ' var').replace(' /srv/', ' ');
}

const lead = 'txlog session lead --session mail/7 --lease 1h';
const again = 'txlog session store mail/7 0 --epoch';

/** Sagas of the app below, led as far as they go. */
const sagas = (type: string, id: string, data: string) => [
  `txlog saga start ${type} --id ${id} --data '${data}'`,
  'txlog work --until-empty -q',
];
const parked = "txlog session park mail/7 --reason 'no such address'";
const failed = sagas('order', 'order-3', '{"fail":true}');

/** What is done first, so that an example finds the session, or the saga, as it supposes it to be. */
const preparations: readonly (readonly [RegExp, readonly string[]])[] = [
  [/session park --apply/, ["txlog session park --theme mail --reason 'server is down' -O plan.json"]],
  [/session remove --apply/, ['txlog session remove --theme mail -O plan.json']],
  [/session retry --apply/, [parked, 'txlog session retry --theme mail --status parked -O plan.json']],
  [/session resend mail/, ['txlog session remove mail/7']],
  [/session resend return-1/, [...sagas('return', 'return-1', '{}'), 'txlog session remove return-1/approve']],
  [/session store .*--status ready/, ['txlog session retry mail/7']],
  [/saga .*--apply/, [...failed, 'txlog saga retry --type order --phase failed --plan -O plan.json']],
  [/saga .*(?:order-3|--phase failed|stuck .*\|)/, failed],
  [/saga .*order-1/, sagas('order', 'order-1', '{}')],
  [/saga .*order-2/, sagas('order', 'order-2', '{}')],
  [/saga .*return-1/, sagas('return', 'return-1', '{}')],
  [/--epoch 3/, [lead, `${again} 1`, lead, `${again} 2`, lead]],
  [/--epoch 1|--force/, [lead]],
  [/stuck .*\| txlog|parked|unpark|session retry/, [parked]],
  [/wait mail\/7/, ['txlog session remove mail/7']],
  [/session wait r-1/, ['txlog session new mail --id r-1 --data 1', 'txlog session remove r-1']],
  [/stage-2/, ['txlog context add stage stage']],
  [/context (?:show prod|list)|--context prod/, ['txlog context add prod prod --color red --protected']],
  [/context (?:use|remove) stage/, ['txlog context add stage stage']],
  [/context use --none/, []],
  [/session resume mail/, ['txlog sync promote --reason "prod is gone" --env stage']],
  [/session lead mail/, ['txlog session retry mail/7']],
];

/** Beside a worker, and with a session for who waits for one. */
function withOthers(example: string): string {
  return `txlog session retry mail/7 > /dev/null; ${besideWorker('--theme request/order.create', example)}`;
}

function besideWorker(themes: string, example: string): string {
  const worker = `txlog work ${themes} 2> /dev/null & worker=$!`;
  return `${worker}; ${example}; ended=$?; kill $worker; wait $worker; exit $ended`;
}

/** Types of events, a theme, and sagas: orders that are done, or cannot be undone, and returns that wait for an approval. */
const app = `import { PermanentError } from 'txlog';
const check = ({ data }) => {
  if (data?.fail) throw new PermanentError('closed');
};
export default {
  // Events: records that change nothing by themselves.
  requests: { event: {}, 'order.create': {} },
  themes: { mail: { advisor: () => ({ op: 'remove' }) } },
  views: {
    'open-orders': { schema: { type: 'object' }, read: (_, states) => [...states.list({ prefix: 'order/' })].length },
  },
  sagas: {
    order: {
      steps: [
        { name: 'pay', do: { run: () => null }, compensate: { run: check } },
        { name: 'ship', do: { run: check } },
      ],
    },
    return: { steps: [{ name: 'approve', do: { ask: () => ({ to: 'approvals', data: null }) } }] },
  },
};
`;

/** The first records are a minute apart, so that positions and times of the examples are there. */
async function fill(dir: string, count = records): Promise<void> {
  let now = start;
  const env = await openEnvironment(dir, { create: true, clock: { ...systemClock, now: () => now } });
  for (let i = 1; i <= Math.min(count, spread); i++) {
    await env.submit(requestAt(i));
    if (i === 10) await env.sessions.changeTheme('request/order.create');
    if (i === 10) await env.sessions.create('to/counters', { id: 'm-1', queue: 'count', data: 1 }, { id: 'm-1' });
    if (i === 10) await env.sessions.create('mail', { to: 'ann@example.com' }, { id: 'mail/7', delay: tenYears });
    now += 60_000;
  }
  // The others have one time, and are written together.
  await Promise.all(
    Array.from({ length: Math.max(0, count - spread) }, (_, i) => env.submit(requestAt(spread + 1 + i))),
  );
  await env.close();
}

function requestAt(i: number): RequestInput {
  const count = { op: 'add', key: 'stats/customers', value: 1 } as const;
  if (i === 1) {
    const claim = { op: 'claim', key: 'email/ann@example.com', value: 'c-1' } as const;
    return { id: 'r-1', type: 'customer.create', changes: [claim] };
  }
  if (i <= 3)
    return {
      id: `i-${i - 1}`,
      type: 'order.import',
      payload: { amount: 9_000 },
      changes: [{ op: 'add', key: `order/${i}`, value: 1 }],
    };
  if (i === 4)
    return {
      id: 'r-2',
      type: 'order.create',
      payload: { amount: 9_000 },
      changes: [{ op: 'set', key: 'customer/c-1', value: {} }],
    };
  // Refused now, and fine when it is submitted again.
  if (i === 5)
    return {
      id: 'early',
      type: 'note',
      changes: [{ op: 'add', key: 'notes', value: 1 }],
      expect: [{ key: count.key, exists: true }],
    };
  // An id that looks like a position.
  if (i === 6) return { id: '4711', type: 'note', changes: [{ op: 'add', key: 'notes', value: 1 }] };
  return { id: `x-${i}`, type: 'customer.touch', changes: [{ op: 'merge', key: 'customer/c-1', value: { i } }, count] };
}

function files(plan: string): [string, string | Buffer][] {
  const requests = [1, 2, 3]
    .map(
      (i) =>
        `${JSON.stringify({ id: `f-${i}`, type: 'note', payload: { i }, changes: [{ op: 'add', key: 'notes', value: 1 }] })}\n`,
    )
    .join('');
  return [
    ['plan.json', plan],
    ['requests.ndjson', requests],
    ['requests.ndjson.gz', gzipSync(requests)],
    ['txlog.app.ts', app],
    ['scan.pdf', '%PDF-1.7\n'],
    ['mask.mjs', 'export default ({ actor: _, ...record }) => record;\n'],
    ['answer.json', '{"by":"ann"}\n'],
    ['order.json', '{"amount":9000}\n'],
    ['mail.json', '{"to":"ann@example.com"}\n'],
    ['parcel.json', '{"to":"Ann"}\n'],
    ['parcels.ndjson', '{"id":"p-1","queue":"mail","data":1}\n{"id":"p-2","queue":"mail","data":2}\n'],
    ['acks.ndjson', '{"id":"m-1","ok":true,"duplicate":false}\n'],
    ['nightly.txt', '# every night\nlog count --by type\nverify\n'],
    ['reply.eml', 'Subject: yes\n'],
    ['events.ndjson', '{"no":1}\n{"no":2}\n'],
    ['events.map.ts', 'export default ({ no }: { no: number }) => ({ id: String(no), type: "event", payload: no });\n'],
    [
      'new-handlers.ts',
      'import { defineApp, reject } from "txlog";\nexport default defineApp({ requests: { "customer.create": { decide: () => reject("CLOSED", "no more customers") } } });\n',
    ],
  ];
}
