import type { App } from '../../core/app/app.ts';
import { sagaOfTheme } from '../../core/app/saga.ts';
import { stepDefaults, stepsOf } from '../../core/app/saga-definition.ts';
import { limits } from '../../core/base/limits.ts';
import { queuePrefix } from '../../layout/queue-keys.ts';
import { readThemeCounts } from '../../layout/theme-counts.ts';
import type { Cut } from '../../view/cut.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import { fullPolicy, policyOfTheme } from '../host/policy.ts';
import { ratesOf } from '../read/read-queues.ts';
import { type SessionReading, sessionsOf } from '../read/read-session.ts';

/** A session that is led by who lives, and that nothing has happened to for far too long. */
export interface SlowSession {
  readonly session: SessionReading;
  readonly detail: string;
  /** Since its last record, in ms. */
  readonly silent: number;
}

/** Part of its time limit after which a turn is slow, where nothing tells how long the theme's turns take. */
const limitPart = 0.1;
/** So many times as long as the theme's turns take now is slow. */
const usualTimes = 20;

/**
 * Sessions of a theme that are led by one of the operators that are `alive`, and whose turn came to nothing for far
 * longer than the theme's turns take now, or than a tenth of its time limit where none ended lately. Those that were led
 * first come first; the rest is not looked at.
 */
export function* slowSessions(
  cut: Cut,
  theme: NamedTheme,
  { app, now, alive }: { readonly app: App; readonly now: number; readonly alive: ReadonlySet<string> },
): Generator<SlowSession> {
  let bound: number | undefined;
  for (const session of sessionsOf(cut, theme, { part: 'active' })) {
    if (now - session.since < limits.slowMsMin) return;
    if (!alive.has(session.operator ?? '')) continue;
    const limit = limitOf(app, theme.name);
    bound ??= Math.max(limits.slowMsMin, Math.min(limit, usualMs(cut, theme, now) ?? limit * limitPart));
    const silent = now - lastWord(cut, session);
    if (silent < bound) continue;
    const detail = `led for ${seconds(now - session.since)}, silent for ${seconds(silent)}, its time limit is ${seconds(limit)}`;
    yield { session, silent, detail: `${detail}${waitingText(cut, session)}` };
  }
}

/** How long one answer of an advisor, or the longest step of a saga, may take; in ms. */
function limitOf(app: App, theme: string): number {
  const type = sagaOfTheme(theme);
  const saga = type === undefined ? undefined : app.sagas?.[type];
  if (!saga) return fullPolicy(policyOfTheme(app, theme)).timeout * 1000;
  const actions = stepsOf(saga).flatMap((step) => [step.do, ...(step.compensate ? [step.compensate] : [])]);
  return Math.max(...actions.map(({ timeout = stepDefaults.timeout }) => timeout)) * 1000;
}

/** The time that is far longer than the theme's turns take now: as many as are led, by how many end in a second. */
function usualMs({ snapshot }: Cut, { number }: NamedTheme, now: number): number | undefined {
  const counts = readThemeCounts(snapshot, number);
  const { out } = ratesOf(counts, now);
  return out > 0 ? (usualTimes * counts.active * 1000) / out : undefined;
}

function lastWord(cut: Cut, { position, since }: SessionReading): number {
  return Math.max(since, cut.folded(position)?.time ?? since);
}

/** Sessions of its order key, which wait behind it. */
function waitingText(cut: Cut, { theme, order }: SessionReading): string {
  if (order === undefined) return '';
  let line = -1;
  for (const _ of cut.queueKeys(queuePrefix(theme, 'line', order))) if (++line >= 1_000) break;
  return line > 0 ? `; ${line === 1_000 ? '1000 or more' : line} wait behind it` : '';
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
