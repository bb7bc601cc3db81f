import { clearLine, cursorTo } from 'node:readline';
import { toTime, type WorkEvent } from '../../index.ts';
import { levelOf, toEventJson } from '../../shapes/worker.ts';
import { say } from '../frame/stderr.ts';
import type { Paint } from '../text/paint.ts';
import { jsonText } from '../text/text.ts';
import { Counter } from './counter.ts';
import { eventText } from './event-text.ts';

/** How a worker's log is written. */
export interface WorkLogOptions {
  /** Lines for people, or JSON. */
  readonly forPeople: boolean;
  /** A line at the bottom that counts, drawn over again and again. */
  readonly counts: boolean;
  /** Only what went wrong. */
  readonly quiet: boolean;
  readonly paint: Paint;
  /** ms since 1970. */
  now(): number;
}

const redrawMs = 200;

/** The log of a worker, on stderr: one line per event, and a counter on a terminal. */
export class WorkLog {
  private readonly options: WorkLogOptions;
  private readonly counter = new Counter();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(options: WorkLogOptions) {
    this.options = options;
    this.timer = options.counts ? setInterval(() => this.draw(), redrawMs) : undefined;
    this.timer?.unref();
  }

  /** Writes one event. */
  event(event: WorkEvent): void {
    const { forPeople, quiet, counts, paint, now } = this.options;
    this.counter.add(event);
    if (quiet && levelOf(event) === 'info') return;
    // The counter says how many are led.
    if (counts && event.type === 'led') return;
    const time = toTime(now());
    const line = forPeople ? `${paint.dim(time)} ${eventText(event, paint)}` : jsonText(toEventJson(event, time));
    if (counts) this.clear();
    say(`${line}\n`);
  }

  /** Ends the counter, and leaves no trace of it. */
  stop(): void {
    clearInterval(this.timer);
    if (this.options.counts) this.clear();
  }

  private draw(): void {
    this.clear();
    say(this.options.paint.dim(this.counter.text(performance.now())));
  }

  private clear(): void {
    cursorTo(process.stderr, 0);
    clearLine(process.stderr, 0);
  }
}
