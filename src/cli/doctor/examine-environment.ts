import prettyBytes from 'pretty-bytes';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { openBriefly } from '../../engine.ts';
import type { Environment } from '../../environment/environment.ts';
import type { SagaCounts, Status, StuckSession, ThemeReading } from '../../index.ts';
import type { Finding } from '../../shapes/finding.ts';
import { countStuck, liveSessions } from '../../shapes/session-counts.ts';
import { formatCount, plural } from '../../text/printable.ts';
import { sagasText, stuckSagasCommand } from '../print/sagas-summary.ts';
import { stuckText } from '../print/sessions-summary.ts';
import { examineAttachments } from './examine-attachments.ts';
import { installedLmdb } from './examine-machine.ts';
import { failedCheck, fine, warning } from './finding.ts';

/** Slots for readers in lock.mdb; when none is left, nobody else can read. */
const readersMax = 1_024;
const clockSlackMs = 60_000;
/** Steps of a walk over pages: some 65,000 of them, which takes half a second. */
const stepsMax = 128;

/** Examines an environment by opening it read-only, without reading the whole of it. */
export async function examineEnvironment(dir: string, now: number): Promise<Finding[]> {
  try {
    const env = await openBriefly(dir, { readOnly: true });
    try {
      return await examine(env, now);
    } finally {
      await env.close();
    }
  } catch (error) {
    // A problem that keeps an environment from being opened or read is a finding, not the end of the examination.
    if (!(error instanceof TxlogError)) throw error;
    return [failedCheck('environment', `${error.code}: ${error.message}`, ...(error.details.next ?? []))];
  }
}

async function examine(env: Environment, now: number): Promise<Finding[]> {
  const problems = pages(env.handle.storage.findPageProblems());
  if (problems.some(({ level }) => level === 'fail')) return problems;
  const { format, head, watermark, generation, size, themes, unit, copiedAt } = await env.status();
  const stuck = await env.sessions.stuck();
  const counts = await env.monitor.sagas(themes, stuck);
  const text = `format ${format}, generation ${generation}, unit ${unit}, ${formatCount(head.position)} records`;
  return [
    fine('environment', text),
    storageVersion(env.handle.format.storage, installedLmdb()),
    ...problems,
    ...(copiedAt === undefined ? [] : [copy(copiedAt, head.position)]),
    ...(size.journal ? [journal(size.journal)] : []),
    tail(head.position - watermark),
    readers(size.readers),
    clock(head.time, now),
    sessions(themes, stuck),
    ...(counts ? [sagas(counts)] : []),
    ...(await examineAttachments(env, now)),
  ];
}

/** Whether the environment was made by the same storage as the installed one. */
export function storageVersion(wrote: string, installed: string): Finding {
  if (`lmdb ${installed}.`.startsWith(`${wrote}.`)) return fine('storage', `written by ${wrote}`);
  return failedCheck(
    'storage',
    `written by ${wrote}, installed is lmdb ${installed}`,
    'npm ls lmdb',
    'txlog backup --help',
  );
}

/** A copy that went on is another history than its original, if that went on as well; each looks healthy by itself. */
function copy(at: number, head: number): Finding {
  if (head === at) return fine('copy', `made at position ${at}; nothing was written since`);
  const since = plural(head - at, 'record');
  return warning(
    'copy',
    `made at position ${at}, ${since} since: if its original went on as well, they are two histories of one unit`,
    `txlog log --from ${at + 1} -n 1`,
  );
}

/** Whether the pages of the file are as LMDB writes them; of a long file the first ones. */
function pages(steps: Iterable<readonly string[]>): Finding[] {
  let step = 0;
  for (const problems of steps) {
    if (problems.length > 0) return problems.map((problem) => failedCheck('pages', problem, 'txlog verify'));
    step += 1;
    if (step === stepsMax) return [fine('pages', 'the first pages are whole; `verify` checks all')];
  }
  return [fine('pages', 'all pages are whole')];
}

/** That the journal goes on from the tables, up to all that was ever told: else the environment could not be read. */
function journal({ usedBytes, fileBytes }: NonNullable<Status['size']['journal']>): Finding {
  return fine(
    'journal',
    `whole up to its newest record; ${prettyBytes(usedBytes)} used, ${prettyBytes(fileBytes)} on disk`,
  );
}

/** How far the indexes are behind the log: what every opening folds first. */
export function tail(records: number): Finding {
  const text = `the indexes are ${formatCount(records)} records behind the log`;
  if (records <= 2 * limits.checkpointRecords) return fine('indexes', text);
  return warning('indexes', `${text}; every start folds them first`, 'txlog replay');
}

/** How many readers there are; those of dead processes were freed by the opening. */
export function readers(count: number): Finding {
  const text = `${count} of ${formatCount(readersMax)} reader slots in use`;
  if (count < 0.8 * readersMax) return fine('readers', text);
  return warning('readers', `${text}; when none is left, nobody else can read`, 'ps aux | grep txlog');
}

/** Whether all sessions go on by themselves. */
export function sessions(themes: readonly ThemeReading[], stuck: readonly StuckSession[]): Finding {
  const text = `${plural(liveSessions(themes), 'session')}, ${stuckText(countStuck(stuck))}`;
  if (stuck.length === 0) return fine('sessions', text);
  return warning('sessions', text, 'txlog session stuck');
}

/** Whether all sagas go on by themselves. */
export function sagas(counts: SagaCounts): Finding {
  const text = sagasText(counts);
  return counts.stuck === 0 ? fine('sagas', text) : warning('sagas', text, stuckSagasCommand);
}

/** Whether the machine's clock is behind the log, whose times never go back. Both in ms since 1970. */
export function clock(newest: number, now: number): Finding {
  const behind = newest - now;
  if (behind <= clockSlackMs) return fine('clock', 'not behind the log');
  const seconds = Math.round(behind / 1_000);
  return warning('clock', `the clock is ${formatCount(seconds)} s behind the newest record`, 'date', 'txlog log -n 1');
}
