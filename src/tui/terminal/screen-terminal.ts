import { write, writeSync } from 'node:fs';

const enterCodes = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leaveCodes = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
/** A terminal that takes nothing for now is asked again so much later, in ms. */
const askAgainMs = 20;

/**
 * The terminal of this process: its other screen, without a cursor and without lines that wrap by themselves. It gets no
 * more than it takes: while it is busy, what was to be shown is dropped in favour of what comes later.
 */
export class ScreenTerminal {
  private readonly fd: number;
  private readonly raw: (isRaw: boolean) => void;
  private isEntered = false;
  private isBusy = false;

  constructor(fd: number, raw: (isRaw: boolean) => void) {
    this.fd = fd;
    this.raw = raw;
  }

  /** The words of others, such as an app's console, wait until the terminal is given back: it would damage the screen. */
  private readonly others = new Overheard();

  get busy(): boolean {
    return this.isBusy;
  }

  /** Takes the other screen. */
  enter(): void {
    if (this.isEntered) return;
    this.isEntered = true;
    this.raw(true);
    this.others.begin();
    this.writeNow(enterCodes);
  }

  /** Gives the terminal back as it was. May be called at any time, and again. */
  leave(): void {
    if (!this.isEntered) return;
    this.isEntered = false;
    this.writeNow(leaveCodes);
    this.raw(false);
    this.others.end();
  }

  /** Writes a frame; `done` hears when the terminal has it, and of an error when it is gone. */
  show(text: string, done: (error?: Error) => void): void {
    const bytes = Buffer.from(text);
    this.isBusy = true;
    this.pass(bytes, (error) => {
      this.isBusy = false;
      done(error);
    });
  }

  /** Writes what is outside of frames, such as what is copied. */
  say(text: string): void {
    if (this.isEntered) this.writeNow(text);
  }

  private pass(bytes: Buffer, done: (error?: Error) => void): void {
    write(this.fd, bytes, (error, count) => {
      if (error?.code === 'EAGAIN') return void setTimeout(() => this.pass(bytes, done), askAgainMs);
      if (error) return done(error);
      if (count < bytes.length) return this.pass(bytes.subarray(count), done);
      return done();
    });
  }

  private writeNow(text: string): void {
    let bytes = Buffer.from(text);
    for (let tries = 0; bytes.length > 0 && tries < 1_000; tries++) {
      try {
        bytes = bytes.subarray(writeSync(this.fd, bytes));
      } catch (error) {
        // One that is gone needs nothing; one that is busy takes it soon.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      }
    }
  }
}

/** Bytes that are kept of what others say: the newest. */
const overheardMax = 64 * 1024;

/** Keeps what is written to stdout and stderr by anyone else, and says it in the end. */
class Overheard {
  private said = '';
  private undo: (() => void) | undefined;

  begin(): void {
    const { stdout, stderr } = process;
    const own = [stdout, stderr].map((stream) => stream.write);
    const keep = (text: unknown, ...rest: unknown[]) => {
      this.said = (this.said + String(text)).slice(-overheardMax);
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
      if (done) queueMicrotask(done);
      return true;
    };
    for (const stream of [stdout, stderr]) stream.write = keep as typeof stream.write;
    this.undo = () => void [stdout, stderr].map((stream, i) => Object.assign(stream, { write: own[i] }));
  }

  end(): void {
    this.undo?.();
    this.undo = undefined;
    if (this.said !== '') process.stderr.write(this.said);
    this.said = '';
  }
}

/** The codes by which a terminal puts a text into the clipboard (OSC 52). */
export function clipboardCodes(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;
}
