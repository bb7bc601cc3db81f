import { serviceOfTheme } from '../../core/app/parcel.ts';
import { answerTheme } from '../../core/app/saga.ts';
import { limits } from '../../core/base/limits.ts';
import type { Operation } from '../../core/log/operation.ts';
import type { OperatorState } from '../../ports/leases.ts';
import { backoffSeconds, fullPolicy, policyOfTheme } from '../host/policy.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readThemeEntries, type SessionReading, sessionsOf } from '../read/read-session.ts';
import { byJanitor } from './suspects.ts';

/** A session that was taken from an operator that is no more. */
export interface Recovered {
  readonly session: string;
  readonly theme: string;
  readonly epoch: number;
  readonly ended: 'stored' | 'parked';
  /** The operator whose lease ended, and why. */
  readonly reason: string;
}

/** Why a session that is led has no operator any more. */
export interface Orphan {
  readonly session: SessionReading;
  readonly why: 'dead' | 'late' | 'gone';
  readonly state: OperatorState;
}

/**
 * One run of the janitor: sessions whose operator is no more are stored for repeat, or parked when they have had all
 * their attempts. What an operator led alone is what it died of, and has had an attempt; of several nobody knows, none
 * has, and each is led alone from now on. Names the epoch that it saw: a session that another leads by now is not touched, and of several
 * janitors one is first.
 */
export async function recoverOrphans(host: SessionHost): Promise<readonly Recovered[]> {
  const orphans = await findOrphans(host);
  const suspects = countSuspects(host, orphans);
  const mended: Recovered[] = [];
  for (let i = 0; i < orphans.length; i += limits.batchRecordsMax) {
    const slice = orphans.slice(i, i + limits.batchRecordsMax);
    const operations = slice.map((orphan) => remedy(host, orphan, suspects.get(orphan.session.operator ?? '') ?? 0));
    const results = await host.operate(operations);
    slice.forEach((orphan, at) => {
      if (!results[at]?.ok) return;
      const { id: session, themeName: theme, epoch } = orphan.session;
      const ended = operations[at]?.op === 'park' ? 'parked' : 'stored';
      mended.push({ session, theme, epoch, ended, reason: reasonOf(orphan) });
    });
  }
  await forgetEnded(host);
  return mended;
}

/** Sessions that are led, but by nobody who is alive. */
export async function findOrphans(host: SessionHost, theme?: string): Promise<readonly Orphan[]> {
  const led = await ledSessions(host, theme);
  const now = host.now();
  const states = new Map<string, OperatorState>();
  return led.flatMap((session) => {
    const { operator = '', lease = 0, since } = session;
    const state = states.get(operator) ?? host.leases.look(operator);
    states.set(operator, state);
    if (state.alive) return [];
    // An operator that never showed a sign of life has one lease from the lead on.
    if (state.why === 'gone' && now - since < lease * 1000) return [];
    return { session, why: state.why, state };
  });
}

async function ledSessions(host: SessionHost, theme?: string): Promise<readonly SessionReading[]> {
  return host.readSteps(function* (cut) {
    const themes = readThemeEntries(cut).filter(({ name }) => theme === undefined || name === theme);
    const led: SessionReading[] = [];
    for (const entry of themes) {
      for (const session of sessionsOf(cut, entry, { part: 'active' })) {
        led.push(session);
        yield;
      }
    }
    return led;
  });
}

/** How many of those that an operator led run users' code, by its name: only such code is what an operator dies of. */
function countSuspects(host: SessionHost, orphans: readonly Orphan[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { session } of orphans) {
    const { operator = '', themeName } = session;
    if (runsCode(host, themeName)) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  return counts;
}

/** The operation on an orphan; `suspects` is how many its operator led that it may have died of. */
function remedy(host: SessionHost, orphan: Orphan, suspects: number): Operation {
  const { id: session, epoch, attempts, themeName } = orphan.session;
  const policy = fullPolicy(policyOfTheme(host.app, themeName));
  const step = { session, epoch, error: reasonOf(orphan) };
  const isSuspect = runsCode(host, themeName);
  if (isSuspect && suspects > 1) return { op: 'store', ...step, ...byJanitor, seconds: 0, interrupted: true };
  if (isSuspect && attempts >= policy.attempts) return { op: 'park', ...step };
  // An operator may die of anything. Only a session that it happens to again has to wait.
  const seconds = attempts <= 1 ? 0 : backoffSeconds(policy, attempts - 1, host.random());
  return { op: 'store', ...step, ...(isSuspect && byJanitor), seconds };
}

/** Whether users' code runs in a turn: no message on its way, and no answer to a saga, is what kills its workers. */
function runsCode({ app }: SessionHost, theme: string): boolean {
  return serviceOfTheme(theme) === undefined && theme !== answerTheme && !app.themes?.[theme]?.answers;
}

/** In words, whose lease ended and why. */
export function reasonOf({ session, why, state }: Orphan): string {
  const { host, process = 0 } = state.operator ?? {};
  const who = `operator ${session.operator}${host === undefined ? '' : ` on ${host}`}`;
  if (why === 'dead') return `${who} died: its process ${process} ended`;
  if (why === 'late') return `${who} showed no sign of life for ${session.lease} s`;
  return `${who} is gone: it shows no sign of life`;
}

/** Forgets operators that are no more, unless a session still names them: so it is known why that is stuck. */
async function forgetEnded(host: SessionHost): Promise<void> {
  const ended = host.leases.all().flatMap((state) => (state.alive ? [] : (state.operator?.id ?? [])));
  if (ended.length === 0) return;
  const named = new Set((await ledSessions(host)).map(({ operator }) => operator));
  for (const id of ended) if (!named.has(id)) host.leases.forget(id);
}
