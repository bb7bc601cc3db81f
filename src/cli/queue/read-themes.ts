import type { Environment } from '../../environment.ts';
import { themeNumber } from '../../layout/themes.ts';
import { type FullPolicy, fullPolicy } from '../../sessions/policy.ts';
import type { ThemeReading } from '../../sessions/read-sessions.ts';

/** A theme that sessions had, or that the app defines, or both. */
export interface ThemeSummary {
  readonly name: string;
  readonly number: number;
  readonly paused: boolean;
  /** Its sessions that are not removed; undefined when none was ever made. */
  readonly live: number | undefined;
  /** Whether the app defines it, and has an advisor for it. */
  readonly inApp: boolean;
  readonly hasAdvisor: boolean;
  readonly policy: FullPolicy;
}

/** All themes, by name. */
export async function readAllThemes(env: Environment): Promise<readonly ThemeSummary[]> {
  const used = new Map((await env.sessions.themes()).map((theme) => [theme.name, theme]));
  const names = new Set([...used.keys(), ...Object.keys(env.app.themes ?? {})]);
  return [...names].sort().map((name) => summaryOf(env, name, used.get(name)));
}

function summaryOf(env: Environment, name: string, used: ThemeReading | undefined): ThemeSummary {
  const defined = env.app.themes?.[name];
  return {
    name,
    number: used?.number ?? defined?.number ?? themeNumber(name),
    paused: used?.paused ?? false,
    live: used && liveOf(used),
    inApp: defined !== undefined,
    hasAdvisor: defined?.advisor !== undefined,
    policy: fullPolicy(defined),
  };
}

function liveOf({ counts }: ThemeReading): number {
  return counts.ready + counts.behind + counts.active + counts.stored + counts.parked;
}
