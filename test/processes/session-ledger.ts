import { sessionOfKey, themeOfKey } from '../../src/core/fold/session.ts';
import { responseId } from '../../src/core/log/response-id.ts';
import type { Change, Environment, JsonObject, StoredRecord } from '../../src/index.ts';

/** One lead of a session, as the log tells of it. */
export interface LoggedLead {
  readonly session: string;
  readonly epoch: number;
  readonly operator: string;
  /** Operations of its epoch that the operator did itself. */
  operations: number;
  /** How it ended; `mended`: a janitor took the session away. */
  end?: 'removed' | 'stored' | 'parked' | 'mended';
  /** Why its turn failed. */
  error?: string;
}

/** A session, as the log tells of it. */
export interface LoggedSession {
  readonly id: string;
  readonly theme: string;
  readonly order: string | undefined;
  status: 'ready' | 'behind' | 'active' | 'stored' | 'parked' | 'removed';
  epoch: number;
  chunks: number;
}

interface Details extends JsonObject {
  readonly theme: number;
  readonly epoch?: number;
  readonly behind?: boolean;
  readonly order?: string;
  readonly operator?: string;
  readonly error?: string;
}

/**
 * What the log says of all sessions, read record by record with rules of its own, and all that it says against the
 * promises: two operators at once, an operation of a lead that is over or of an operator that is dead, sessions of one
 * order key that overlap, a request that is processed without its session or its response.
 */
export class SessionLedger {
  readonly problems: string[] = [];
  readonly sessions = new Map<string, LoggedSession>();
  readonly leads: LoggedLead[] = [];
  /** How many records each request has. */
  readonly requests = new Map<string, number>();
  private readonly themes = new Map<number, string>();
  private readonly current = new Map<string, LoggedLead>();
  private readonly lines = new Map<string, string[]>();
  private readonly dead = new Set<string>();
  private position = 0;
  private reading = Promise.resolve();

  /** Reads what is new in the log. */
  catchUp(env: Environment): Promise<void> {
    // One after another: no record is read twice.
    this.reading = this.reading.then(() => this.readOn(env));
    return this.reading;
  }

  private async readOn(env: Environment): Promise<void> {
    for await (const page of env.pages({ from: this.position + 1 })) for (const record of page) this.read(record);
  }

  /** These will never do anything again: their process has ended, and the log was read since. */
  bury(operators: readonly string[]): void {
    for (const operator of operators) this.dead.add(operator);
  }

  /** Whether these left sessions that others had to see to, or have to. */
  leftSessions(operators: readonly string[]): boolean {
    return this.leads.some(
      ({ operator, end }) => operators.includes(operator) && (end === undefined || end === 'mended'),
    );
  }

  /** Sessions of a status. */
  count(...statuses: readonly LoggedSession['status'][]): number {
    return [...this.sessions.values()].filter(({ status }) => statuses.includes(status)).length;
  }

  private read(record: StoredRecord): void {
    this.position = record.position;
    if (record.type === 'count') this.readRequest(record);
    for (const change of record.changes) {
      const theme = themeOfKey(change.key);
      if (theme !== undefined) this.themes.set((change.value as { number: number }).number, theme);
      const id = sessionOfKey(change.key);
      if (id !== undefined) this.readChange(id, change, (text) => this.problems.push(`${record.position}: ${text}`));
    }
  }

  private readRequest({ id, position, changes }: StoredRecord): void {
    this.requests.set(id, (this.requests.get(id) ?? 0) + 1);
    const ofSessions = changes.flatMap(({ op, key }) => {
      const session = sessionOfKey(key);
      return session === undefined || op === 'session.turn' ? [] : [`${op} ${session}`];
    });
    const expected = [`session.remove ${id}`, `session.new ${responseId(id)}`];
    if (ofSessions.join() !== expected.join()) this.problems.push(`${position}: ${id} came with ${ofSessions}`);
  }

  private readChange(id: string, change: Change, object: (text: string) => void): void {
    const { op } = change;
    const details = (change.value ?? {}) as Details;
    if (op === 'session.new') {
      this.readNew(id, details, object);
      return;
    }
    const session = this.sessions.get(id);
    if (!session || session.status === 'removed') {
      object(`${op} of ${id}, which does not exist`);
      return;
    }
    if (op === 'session.lead') {
      this.readLead(session, details, object);
      return;
    }
    if (op === 'session.turn') {
      if (session.status !== 'behind' || !this.isFirst(session)) object(`the turn of ${id} is not yet`);
      session.status = 'ready';
      return;
    }
    this.readStep(session, change, details, object);
  }

  private readNew(id: string, { theme, order, behind }: Details, object: (text: string) => void): void {
    if (this.sessions.has(id)) object(`${id} is made again`);
    const name = this.themes.get(theme) ?? '';
    const session: LoggedSession = { id, theme: name, order, status: 'ready', epoch: 0, chunks: 1 };
    this.sessions.set(id, session);
    this.lineOf(session)?.push(id);
    if (behind) session.status = 'behind';
    if ((behind ?? false) === this.isFirst(session)) object(`${id} stands wrong in its line`);
  }

  private readLead(session: LoggedSession, { operator = '' }: Details, object: (text: string) => void): void {
    const { id, status } = session;
    if (status !== 'ready' && status !== 'stored') object(`${id} is led while it is ${status}`);
    if (!this.isFirst(session)) object(`${id} is led before another of its order key`);
    if (this.dead.has(operator)) object(`${id} is led by the dead ${operator}`);
    session.status = 'active';
    session.epoch += 1;
    const lead: LoggedLead = { session: id, epoch: session.epoch, operator, operations: 0 };
    this.leads.push(lead);
    this.current.set(id, lead);
  }

  private readStep(
    session: LoggedSession,
    { op, value }: Change,
    { epoch, error }: Details,
    object: (text: string) => void,
  ): void {
    const { id } = session;
    const lead = this.current.get(id);
    if (session.status !== 'active' || !lead) {
      object(`${op} of ${id}, which is ${session.status}`);
      return;
    }
    if (epoch !== session.epoch) object(`${op} of ${id} in epoch ${epoch}, which is in ${session.epoch}`);
    const isMended = error?.startsWith(`operator ${lead.operator} `) ?? false;
    if (!isMended) lead.operations += 1;
    if (!isMended && this.dead.has(lead.operator)) object(`${op} of ${id} by the dead ${lead.operator}`);
    if (op === 'session.append') {
      session.chunks += 1;
      const { data } = value as { data: { epoch: number } };
      if (data.epoch !== session.epoch) object(`${id} got a chunk of epoch ${data.epoch} in ${session.epoch}`);
      return;
    }
    const end = ends[op];
    if (!end) {
      object(`nobody should do ${op}, as to ${id}`);
      return;
    }
    lead.end = isMended ? 'mended' : end;
    if (error !== undefined) lead.error = error;
    this.current.delete(id);
    session.status = end;
    if (end === 'removed') this.leaveLine(session);
  }

  /** Whether no other live session of its order key comes before. */
  private isFirst(session: LoggedSession): boolean {
    const line = this.lineOf(session);
    return line === undefined || line[0] === session.id;
  }

  private leaveLine(session: LoggedSession): void {
    const line = this.lineOf(session);
    line?.splice(line.indexOf(session.id), 1);
  }

  private lineOf({ theme, order }: LoggedSession): string[] | undefined {
    if (order === undefined) return undefined;
    const name = JSON.stringify([theme, order]);
    const line = this.lines.get(name) ?? [];
    this.lines.set(name, line);
    return line;
  }
}

const ends: Readonly<Record<string, 'removed' | 'stored' | 'parked'>> = {
  'session.remove': 'removed',
  'session.store': 'stored',
  'session.park': 'parked',
};
