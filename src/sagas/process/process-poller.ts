import { processSession, processTheme } from '../../core/app/process-definition.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import type { ThemeEntry } from '../../core/fold/session.ts';
import { sessionKey, themeKey } from '../../core/fold/session.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { DueTheme, WakeupPoller } from '../../sessions/worker/turn-kind.ts';
import type { Cut } from '../../view/cut.ts';
import { dataOfCursor, readProcessCursor } from './process-cursor.ts';
import { Subscription } from './subscription.ts';

const slice = { records: 50, visited: 2_000 };

/**
 * Looks out, for one worker, for records that its processes hear: each new record once, in memory, so that a process that
 * sleeps costs neither a record nor a place. Makes the session of a process that is new. Errors: those of the storage.
 */
export function pollProcesses(host: SessionHost, themes: ReadonlySet<string>): WakeupPoller {
  const names = Object.keys(host.app.processes ?? {}).filter((name) => themes.has(processTheme(name)));
  const pollers = names.map((name) => new ProcessPoller(host, name));
  return {
    async look() {
      const found: DueTheme[] = [];
      for (const poller of pollers) {
        const due = await poller.look();
        if (due) found.push(due);
      }
      return found;
    },
  };
}

class ProcessPoller {
  private readonly host: SessionHost;
  private readonly name: string;
  private readonly subscription: Subscription;
  /** Up to `at` there is nothing to hear behind the cursor that the record `cursor` brought. */
  private known = { cursor: 0, at: 0 };

  constructor(host: SessionHost, name: string) {
    this.host = host;
    this.name = name;
    this.subscription = new Subscription(name, host.app.processes?.[name] ?? { decide: () => undefined });
  }

  /** The process, when it sleeps and there is something to hear. */
  async look(): Promise<DueTheme | undefined> {
    for (;;) {
      const seen = await this.host.read((cut) => this.glance(cut));
      if (seen === 'new') await this.make();
      else if (seen === 'due') return { name: processTheme(this.name), due: 1, session: processSession(this.name) };
      else if (seen === 'quiet') return undefined;
    }
  }

  private glance(cut: Cut): 'new' | 'due' | 'quiet' | 'more' {
    const id = processSession(this.name);
    if (!cut.entry(sessionKey(id))) return 'new';
    const found = readProcessCursor(cut, id);
    // A session that is due anyway is led in its turn; one that failed waits for that.
    const isAsleep = found?.session.status === 'stored' && found.session.error === undefined;
    if (!found || !isAsleep || found.session.due <= this.host.now()) return 'quiet';
    const theme = cut.state(themeKey(processTheme(this.name)))?.value as unknown as ThemeEntry;
    if (theme?.paused) return 'quiet';
    const { session, cursor } = found;
    if (!cursor || cursor.done !== undefined) return 'due';
    if (this.known.cursor !== session.from) this.known = { cursor: session.from, at: cursor.position };
    return this.scan(cut);
  }

  private scan(cut: Cut): 'due' | 'quiet' | 'more' {
    const head = cut.head.position;
    if (head <= this.known.at) return 'quiet';
    const { records, next } = this.subscription.slice(cut, this.known.at + 1, slice);
    const heard = records.find((record) => this.maySelect(record));
    this.known.at = heard ? heard.position - 1 : next === undefined ? head : next - 1;
    return heard ? 'due' : next === undefined ? 'quiet' : 'more';
  }

  /** A turn reports the errors of users' conditions. */
  private maySelect(record: Parameters<Subscription['selects']>[0]): boolean {
    try {
      return this.subscription.selects(record);
    } catch {
      return true;
    }
  }

  /** Made asleep. Of several workers that do so at once, one is first, and from there it listens. */
  private async make(): Promise<void> {
    const { host, name } = this;
    const { from = 'now', number } = host.app.processes?.[name] ?? {};
    const position = from === 'start' ? 0 : await host.read(({ head }) => head.position);
    const [answer] = await host.process([
      {
        op: 'new',
        session: processSession(name),
        theme: processTheme(name),
        ...dataOfCursor({ position }),
        ...given({ number }),
        delay: limits.repeatSecondsMax,
      },
    ]);
    if (answer?.type !== 'error') return;
    const { error } = answer;
    if (!(error instanceof TxlogError) || error.code !== 'REQUEST_ID_CONFLICT') throw error;
  }
}
