import type { Letter } from '../../fixtures/apps/dialogs/feed.ts';
import type { Environment, StoredRecord } from '../../src/index.ts';

/** What the two logs say, worked out here without the apps. */
export interface Ledger {
  /** Of each message that was made: its dialog and what it has come to. */
  readonly messages: ReadonlyMap<string, { readonly dialog: string; readonly status: string }>;
  /** How often each message is counted, all changes and what undid them added up. */
  readonly counted: ReadonlyMap<string, number>;
  /** How each saga ended. */
  readonly sagas: ReadonlyMap<string, 'committed' | 'rejected'>;
  /** The least that any counter ever was, from change to change. */
  readonly least: number;
  /** How many requests were rejected, by step and code. */
  readonly rejections: ReadonlyMap<string, number>;
}

/** Reads both logs from their beginning. */
export async function readLedger(dialogs: Environment, counters: Environment): Promise<Ledger> {
  const messages = new Map<string, { dialog: string; status: string }>();
  const sagas = new Map<string, 'committed' | 'rejected'>();
  const rejections = new Map<string, number>();
  for await (const page of dialogs.pages()) {
    for (const record of page) {
      if (record.type === 'txlog.saga') sagas.set(record.id, record.outcome);
      else if (record.outcome === 'rejected') note(rejections, record);
      else followMessage(messages, record);
    }
  }
  const counts = new Counts();
  for await (const page of counters.pages()) {
    for (const record of page) {
      if (record.outcome === 'rejected') note(rejections, record);
      else counts.add(record);
    }
  }
  return { messages, sagas, rejections, counted: counts.byMessage, least: counts.least };
}

/** Everything that does not hold, in words. */
export async function findProblems(
  letters: readonly Letter[],
  ledger: Ledger,
  dialogs: Environment,
  counters: Environment,
): Promise<readonly string[]> {
  const problems: string[] = [];
  letters.forEach((letter, i) => {
    problems.push(...problemsOf(`m-${i + 1}`, letter, ledger));
  });
  for (const id of ledger.messages.keys()) {
    const number = Number(id.slice('m-'.length));
    if (!(number >= 1 && number <= letters.length)) problems.push(`${id} was sent by nobody`);
  }
  if (ledger.least < 0) problems.push(`a counter was ${ledger.least}`);
  problems.push(...(await compareCounters(ledger, counters)));
  for await (const { id, phase } of dialogs.sagas.list({ incomplete: true })) problems.push(`saga ${id} is ${phase}`);
  for (const env of [dialogs, counters]) {
    for await (const { id, themeName, status } of env.sessions.list())
      problems.push(`session ${id} of ${themeName} is ${status}`);
  }
  return problems;
}

/** What a message must be: UNREAD and counted once, READ and not counted, or taken back and not counted. */
function problemsOf(id: string, { author, recipient }: Letter, ledger: Ledger): readonly string[] {
  const outcome = ledger.sagas.get(id);
  const message = ledger.messages.get(id);
  const counted = ledger.counted.get(id) ?? 0;
  const state = message?.status ?? 'never made';
  const right: Readonly<Record<string, readonly [string, number]>> = {
    UNREAD: ['committed', 1],
    READ: ['committed', 0],
    CANCELLED: ['rejected', 0],
    'never made': ['rejected', 0],
  };
  const [end, times] = right[state] ?? ['in no status to rest in', 0];
  const problems: string[] = [];
  if (message && message.dialog !== `${author}.${recipient}`) problems.push(`${id} went to ${message.dialog}`);
  if (outcome !== end) problems.push(`${id} is ${state}, and its saga ${outcome ?? 'has not ended'}`);
  if (counted !== times) problems.push(`${id} is ${state}, and counted ${counted} times`);
  return problems;
}

async function compareCounters({ messages }: Ledger, counters: Environment): Promise<readonly string[]> {
  const unread = new Map<string, number>();
  for (const { dialog, status } of messages.values()) {
    if (status === 'UNREAD') unread.set(`unread/${dialog}`, (unread.get(`unread/${dialog}`) ?? 0) + 1);
  }
  const problems: string[] = [];
  for await (const { key, value } of counters.states({ prefix: 'unread/' })) {
    if (unread.get(key) !== value) problems.push(`${key} is ${value}, but ${unread.get(key) ?? 0} are unread`);
    unread.delete(key);
  }
  for (const [key, count] of unread) problems.push(`${key} is not there, but ${count} are unread`);
  return problems;
}

function followMessage(messages: Map<string, { dialog: string; status: string }>, { changes }: StoredRecord): void {
  for (const { key, value } of changes) {
    if (!key.startsWith('message/')) continue;
    const id = key.slice('message/'.length);
    const { author, recipient, status } = value as { author?: string; recipient?: string; status: string };
    messages.set(id, { dialog: messages.get(id)?.dialog ?? `${author}.${recipient}`, status });
  }
}

function note(rejections: Map<string, number>, { id, rejection }: StoredRecord): void {
  const name = `${/(send|read|m-\d+)\/([^/]+)/.test(id) ? stepName(id) : id} ${rejection?.code}`;
  rejections.set(name, (rejections.get(name) ?? 0) + 1);
}

/** `m-7/count` sends, `l-3/m-7/count` reads. */
function stepName(key: string): string {
  const [first = '', ...rest] = key.split('/');
  const saga = first.startsWith('m-') ? 'send' : 'read';
  return [saga, ...(saga === 'send' ? rest : rest.slice(1))].join('/');
}

/** The counters as the log makes them, change by change. */
class Counts {
  least = 0;
  readonly byMessage = new Map<string, number>();
  private readonly counters = new Map<string, number>();

  add({ id, type, payload, changes }: StoredRecord): void {
    let effect = 0;
    for (const { op, key, value } of changes) {
      if (!key.startsWith('unread/')) continue;
      const before = this.counters.get(key) ?? 0;
      const after = op === 'delete' ? 0 : before + Number(value);
      effect += after - before;
      this.counters.set(key, after);
      this.least = Math.min(this.least, after);
    }
    if (type !== 'counter.change' && type !== 'counter.undo') return;
    const { undoes = id } = payload as { readonly undoes?: string };
    const message = undoes.split('/').find((part) => part.startsWith('m-')) ?? '';
    this.byMessage.set(message, (this.byMessage.get(message) ?? 0) + effect);
  }
}
