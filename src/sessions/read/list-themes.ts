import { themeNumber } from '../../layout/theme-counts.ts';
import { type FullPolicy, fullPolicy } from '../host/policy.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readThemes, type ThemeReading } from './read-session.ts';

/** A theme that sessions had, or that the app defines, or both. */
export interface KnownTheme {
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
export async function knownThemes(host: SessionHost): Promise<readonly KnownTheme[]> {
  const themes = await host.read((cut) => readThemes(cut));
  const used = new Map(themes.map((theme) => [theme.name, theme]));
  const names = new Set([...used.keys(), ...Object.keys(host.app.themes ?? {})]);
  return [...names].sort().map((name) => knownTheme(host, name, used.get(name)));
}

function knownTheme(host: SessionHost, name: string, used: ThemeReading | undefined): KnownTheme {
  const defined = host.app.themes?.[name];
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
