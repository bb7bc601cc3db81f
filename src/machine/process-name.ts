import { readFileSync, readlinkSync } from 'node:fs';

/** A process by what no later one shares with it. Empty texts where the system does not tell. */
export interface ProcessName {
  /** This start of the machine. */
  readonly boot: string;
  /** The name space that gives `pid` its meaning: containers have their own. */
  readonly space: string;
  /** 0 names no process. */
  readonly pid: number;
  /** When it began, in ticks since the machine started. */
  readonly began: string;
}

/** This process. */
export function thisProcess(): ProcessName {
  const { pid } = process;
  return { boot: thisStart(), space: pidSpace(), pid, began: readProcess(pid)?.began ?? '' };
}

/**
 * Whether a process has certainly ended. False of one that cannot be judged: of another name space, of a system without
 * /proc as long as its number is in use.
 */
export function hasEnded({ boot, space, pid, began }: ProcessName, here: ProcessName): boolean {
  if (boot !== here.boot) return boot !== '' && here.boot !== '';
  if (pid === 0 || space !== here.space) return false;
  if (pid === here.pid) return began !== here.began;
  const found = readProcess(pid);
  if (found) return found.ended || (began !== '' && found.began !== began);
  // Some systems hide the processes of others: only a number that is not in use says that there is none.
  return !isInUse(pid);
}

/** A process as digits and dashes, for the name of a file; `readDigits` reads it back. */
export function toDigits({ boot, space, pid, began }: ProcessName): string {
  // 32 bits of the boot id tell two starts of one machine apart.
  const start = boot === '' ? 0 : Number.parseInt(boot.replaceAll('-', '').slice(0, 8), 16);
  return [start, space.replace(/[^0-9]/g, '') || 0, pid, began || 0].join('-');
}

/** The process of such a name; undefined when it is none. */
export function readDigits(digits: string): ProcessName | undefined {
  const [boot, space, pid, began] = /^(\d+)-(\d+)-(\d+)-(\d+)$/.exec(digits)?.slice(1) ?? [];
  if (pid === undefined) return undefined;
  const text = (number = '') => (number === '0' ? '' : number);
  return { boot: text(boot), space: text(space), pid: Number(pid), began: text(began) };
}

function isInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function readProcess(pid: number): { readonly ended: boolean; readonly began: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const [state = '', began = ''] = [fields[0], fields[19]];
  return { ended: /^[ZXx]$/.test(state), began };
}

/** This start of the machine; empty where the system does not tell. */
export function thisStart(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function pidSpace(): string {
  return orNothing(() => readlinkSync('/proc/self/ns/pid')) ?? '';
}

function readText(path: string): string | undefined {
  return orNothing(() => readFileSync(path, 'latin1'));
}

/** Reads what the system tells; nothing where it does not: macOS has no /proc, and a process may be gone. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
