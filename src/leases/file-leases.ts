import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { rightsIn, setRights } from '../machine/file-rights.ts';
import { hasEnded, type ProcessName, thisProcess } from '../machine/process-name.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lease, Leases, NewOperator, Operator, OperatorState } from '../ports/leases.ts';
import { type LeaseRecord, leaseStateOf } from './lease-state.ts';

/** The content of a file, besides `until` in its first line. */
interface LeaseFile {
  readonly operator: Operator;
  readonly of: ProcessName;
  /** The process that wrote it: of two with the same id, the later one has the lease. */
  readonly holder: string;
}

type Found = LeaseFile & LeaseRecord;

const untilDigits = 20;

/**
 * Leases in the directory `leases` of an environment, one small file per operator: the time until which it lasts in the
 * first line, who it is as JSON in the second. A renewal writes the first line over; nothing is ever flushed. Times are
 * by a clock that starts with the machine and that no one sets.
 *
 * Errors: ENV_READ_ONLY, STORAGE_FAILED. A file that cannot be understood counts as none.
 * Source: docs/decisions/0017-leases.md.
 */
export function fileLeases(environment: string, clock: Clock, readOnly = false): Leases {
  const dir = join(environment, 'leases');
  const here = thisProcess();
  const judge = (found: Found): OperatorState =>
    leaseStateOf(found, { elapsed: clock.elapsed(), now: clock.now() }, hasEnded(found.of, here));
  return {
    hold(operator) {
      if (!readOnly) return hold(dir, operator, { here, clock });
      throw new TxlogError('ENV_READ_ONLY', 'sessions cannot be led in an environment that was opened read-only');
    },
    look(id) {
      const found = readLeaseFile(join(dir, fileName(id)));
      return found?.operator.id === id ? judge(found) : { alive: false, why: 'gone' };
    },
    all: () =>
      namesIn(dir)
        .flatMap((name) => readLeaseFile(join(dir, name)) ?? [])
        .map(judge),
    forget(id) {
      const path = join(dir, fileName(id));
      const found = readLeaseFile(path);
      if (!found || !judge(found).alive) guarded(path, () => rmSync(path, { force: true }));
    },
  };
}

function hold(
  dir: string,
  { id, lease, themes = [], types, detached }: NewOperator,
  { here, clock }: { readonly here: ProcessName; readonly clock: Clock },
): Lease {
  const path = join(dir, fileName(id));
  const of = detached ? { ...here, pid: 0, began: '' } : here;
  const own = { id, lease, themes, ...given({ types }) };
  const operator: Operator = { ...own, host: hostname(), process: of.pid, started: clock.now() };
  const card: LeaseFile = { operator, of, holder: randomId() };
  const untilNow = () => clock.elapsed() + lease * 1000;
  guarded(path, () => {
    if (!existsSync(dir)) makeDir(dir);
    // Others find the whole file or none.
    const fresh = `${path}.${card.holder}`;
    const { file } = rightsIn(dir);
    writeFileSync(fresh, `${untilText(untilNow())}\n${JSON.stringify(card)}\n`, { mode: file });
    setRights(fresh, file);
    renameSync(fresh, path);
  });
  const isOwn = (found: Found | undefined): found is Found => found?.holder === card.holder;
  return {
    operator,
    renew() {
      const found = readLeaseFile(path);
      if (!isOwn(found) || found.until <= clock.elapsed()) return false;
      return orNone(() => overwrite(path, untilText(untilNow()))) ?? false;
    },
    end() {
      if (isOwn(readLeaseFile(path))) guarded(path, () => rmSync(path, { force: true }));
    },
  };
}

/** Another operator may be first. */
function makeDir(dir: string): void {
  const rights = rightsIn(dirname(dir)).dir;
  try {
    mkdirSync(dir, { mode: rights });
    setRights(dir, rights);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Only the digits change: whoever reads meanwhile finds the old ones or the new ones. */
function overwrite(path: string, text: string): true {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, text, 0, 'latin1');
    return true;
  } finally {
    closeSync(file);
  }
}

/** Rounded down: rounded up, a look right after it would find a lease that lasts longer than any, and take it for dead. */
function untilText(until: number): string {
  return String(Math.floor(until)).padStart(untilDigits, '0');
}

function readLeaseFile(path: string): Found | undefined {
  const text = readIfThere(path);
  if (text === undefined || text[untilDigits] !== '\n') return undefined;
  const until = Number(text.slice(0, untilDigits));
  const card = parseCard(text.slice(untilDigits + 1));
  return card && Number.isFinite(until) ? { ...card, until } : undefined;
}

function parseCard(text: string): LeaseFile | undefined {
  try {
    const card = JSON.parse(text) as Partial<LeaseFile> | null;
    const isWhole = typeof card?.operator?.id === 'string' && typeof card.of?.boot === 'string';
    const { lease, themes } = card?.operator ?? {};
    return isWhole && typeof lease === 'number' && Array.isArray(themes) ? (card as LeaseFile) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A safe name as it is, so that `ls` tells who is there; any other by its digest. */
function fileName(id: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,99}$/.test(id)) return id;
  return `${createHash('sha256').update(id).digest('hex').slice(0, 40)}.id`;
}

function namesIn(dir: string): string[] {
  return orNone(() => readdirSync(dir).filter((name) => !/\.[0-9a-f-]{36}$/.test(name))) ?? [];
}

function readIfThere(path: string): string | undefined {
  return orNone(() => readFileSync(path, 'utf8'));
}

function orNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (['ENOENT', 'EISDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new TxlogError('STORAGE_FAILED', `cannot use leases: ${(cause as Error).message}`, { cause });
  }
}

function guarded(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const readOnly = code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
    throw new TxlogError(readOnly ? 'ENV_READ_ONLY' : 'STORAGE_FAILED', `cannot write lease ${path}: ${message}`, {
      cause,
      hint: 'A worker needs its lease to show that it is alive.',
    });
  }
}
