import { clearLine, cursorTo } from 'node:readline';
import { toTime, type WorkEvent } from '../../index.ts';
import { type AppError, levelOf, toAppErrorJson, toEventJson } from '../../shapes/worker.ts';
import type { Colors } from '../../text/colors.ts';
import { jsonText } from '../../text/printable.ts';
import { say } from '../frame/stderr.ts';
import { placeOf } from './app-errors.ts';
import { Counter } from './counter.ts';
import { appErrorText, eventText } from './event-text.ts';

/** How a worker's log is written. */
export interface WorkLogOptions {
  /** Lines for people, or JSON. */
  readonly forPeople: boolean;
  /** A line at the bottom that counts, drawn over again and again. */
  readonly counts: boolean;
  /** Only what went wrong. */
  readonly quiet: boolean;
  readonly colors: Colors;
  /** ms since 1970. */
  now(): number;
}

const redrawMs = 200;

/** The log of a worker, on stderr: one line per event, and a counter on a terminal. */
export class WorkLog {
  private readonly options: WorkLogOptions;
  private readonly counter = new Counter();
  private readonly led = new Map<string, AppError['sessions'][number]>();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(options: WorkLogOptions) {
    this.options = options;
    this.timer = options.counts ? setInterval(() => this.draw(), redrawMs) : undefined;
    this.timer?.unref();
  }

  /** Writes one event. */
  event(event: WorkEvent): void {
    const { forPeople, quiet, counts, colors, now } = this.options;
    this.counter.add(event);
    this.note(event);
    if (quiet && levelOf(event) === 'info') return;
    // The counter says how many are led.
    if (counts && event.type === 'led') return;
    const time = toTime(now());
    this.say(forPeople ? `${colors.dim(time)} ${eventText(event, colors)}` : jsonText(toEventJson(event, time)));
  }

  /** Writes what the app's code threw where nobody waits for it, and which sessions were led then. */
  appError(error: Error): void {
    const { forPeople, colors, now } = this.options;
    const time = toTime(now());
    const found = { error, at: placeOf(error), sessions: [...this.led.values()] };
    this.say(forPeople ? `${colors.dim(time)} ${appErrorText(found, colors)}` : jsonText(toAppErrorJson(found, time)));
  }

  /** Ends the counter, and leaves no trace of it. */
  stop(): void {
    clearInterval(this.timer);
    if (this.options.counts) this.clear();
  }

  private note(event: WorkEvent): void {
    if (event.type !== 'led' && event.type !== 'ended') return;
    const { session, theme, epoch } = event;
    if (event.type === 'led') this.led.set(`${epoch} ${session}`, { session, theme, epoch });
    else this.led.delete(`${epoch} ${session}`);
  }

  private say(line: string): void {
    if (this.options.counts) this.clear();
    say(`${line}\n`);
  }

  private draw(): void {
    this.clear();
    say(this.options.colors.dim(this.counter.text(performance.now())));
  }

  private clear(): void {
    cursorTo(process.stderr, 0);
    clearLine(process.stderr, 0);
  }
}
