import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { type Acknowledgement, readAcknowledgement } from '../core/app/parcel.ts';
import type { Parcel } from '../core/app/service-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import { takeCharge } from '../effects/program.ts';

interface Sent {
  readonly id: string;
  settle(problem: TxlogError | undefined): void;
  fail(error: TxlogError): void;
}

const lastWordsUnits = 300;

/**
 * A program that takes parcels on its stdin and acknowledges each on its stdout, in their order. Whatever goes wrong with
 * it ends it, with all that it started, and fails all parcels under way with SERVICE_FAILED: nobody knows, and sending
 * them again is safe.
 */
export class Receiver {
  isRunning = true;
  private readonly service: string;
  private readonly program: string;
  private readonly answerMs: number;
  private readonly child: ChildProcess;
  private readonly endGroup: () => void;
  private readonly ended: Promise<void>;
  private readonly sent: Sent[] = [];
  private rest = '';
  private lastWords = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    service: string,
    [program = '', ...args]: readonly string[],
    { cwd, answerMs }: { readonly cwd?: string; readonly answerMs: number },
  ) {
    this.service = service;
    this.program = basename(program);
    this.answerMs = answerMs;
    this.child = spawn(program, args, { cwd, shell: false, detached: true, windowsHide: true, stdio: 'pipe' });
    this.endGroup = takeCharge(this.child);
    this.ended = this.listen();
  }

  /** Sends parcels, many at once. One entry each: undefined, or why it can never be taken. Errors: SERVICE_FAILED. */
  async send(parcels: readonly Parcel[]): Promise<readonly (TxlogError | undefined)[]> {
    const answers = parcels.map(
      ({ id }) =>
        new Promise<TxlogError | undefined>((settle, fail) => {
          this.sent.push({ id, settle, fail });
        }),
    );
    this.timer ??= this.expect();
    this.child.stdin?.write(parcels.map((parcel) => `${JSON.stringify(parcel)}\n`).join(''));
    return Promise.all(answers);
  }

  /** Lets it finish what it has, for a while; then ends it. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    const timer = setTimeout(this.endGroup, limits.serviceCloseMs);
    await this.ended;
    clearTimeout(timer);
  }

  private listen(): Promise<void> {
    const { child } = this;
    // A program that ends does not read what it is given: its end tells.
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.take(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-lastWordsUnits);
    });
    return new Promise((resolve) => {
      child.once('error', (error) => {
        this.fail(`cannot be started: ${error.message}`);
        resolve();
      });
      child.once('exit', () => {
        this.isRunning = false;
        // A process that it left behind may hold its stdout for ever.
        setTimeout(this.endGroup, limits.serviceCloseMs).unref();
      });
      child.once('close', (code, signal) => {
        this.fail(code === null ? `ended by ${signal}` : `ended with exit ${code}`);
        resolve();
      });
    });
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (this.isRunning || this.sent.length > 0) this.answer(line);
    if (this.rest.length > limits.serviceLineUnitsMax) this.fail('answered with a line without an end');
  }

  private answer(line: string): void {
    const told = acknowledgementOf(line);
    const next = this.sent[0];
    if (!told || !next || told.id !== next.id) {
      const expected = next ? `the acknowledgement of ${next.id}` : 'nothing';
      this.fail(`answered with ${JSON.stringify(line.slice(0, 100))}, and not with ${expected}`);
      return;
    }
    this.sent.shift();
    clearTimeout(this.timer);
    this.timer = this.sent.length > 0 ? this.expect() : undefined;
    next.settle(told.ok ? undefined : told.error);
  }

  private expect(): NodeJS.Timeout {
    return setTimeout(() => this.fail(`gave no answer within ${this.answerMs / 1000} s`), this.answerMs);
  }

  private fail(what: string): void {
    this.isRunning = false;
    clearTimeout(this.timer);
    this.endGroup();
    const said = this.lastWords.trim();
    const message = `service ${this.service}: ${this.program} ${what}${said === '' ? '' : `: ${said}`}`;
    const error = new TxlogError('SERVICE_FAILED', message, { next: ['txlog doctor'] });
    for (const { fail } of this.sent.splice(0)) fail(error);
  }
}

function acknowledgementOf(line: string): Acknowledgement | undefined {
  try {
    return readAcknowledgement(JSON.parse(line));
  } catch {
    return undefined;
  }
}
