import { TxlogError } from '../core/base/errors.ts';
import type { Change } from '../core/fold/change.ts';
import { type ThemeEntry, themeKey, themeKeys, themeOfKey } from '../core/fold/session.ts';
import type { ThemeName } from '../core/log/operation.ts';
import { themeNumber } from '../layout/theme-counts.ts';
import type { Stage } from './3-stage.ts';

/** A theme's number, and the change that registers it, when it is new. */
export interface FoundTheme {
  readonly number: number;
  readonly registration?: Change;
}

/**
 * The theme that a session is to have. `number` is that of a new one, in place of the one that its name gives.
 *
 * Problems: THEME_NOT_FOUND of a number that no theme has; THEME_CONFLICT of a number that another theme has.
 */
export function themeFor(stage: Stage, theme: ThemeName, number?: number): FoundTheme | TxlogError {
  const entry = themeEntry(stage, theme);
  if (entry) return { number: entry.number };
  if (typeof theme === 'number')
    return new TxlogError('THEME_NOT_FOUND', `no theme has the number ${theme}`, { next: ['txlog theme list'] });
  const own = number ?? themeNumber(theme);
  const other = nameOfTheme(stage, own);
  if (other === undefined)
    return { number: own, registration: { op: 'set', key: themeKey(theme), value: { number: own } } };
  return new TxlogError('THEME_CONFLICT', `theme ${theme} would get the number ${own}, which belongs to ${other}`, {
    hint: 'Give it a number of its own in the app: themes: { NAME: { number: N } }.',
  });
}

/** A registered theme, by its name or number. */
export function themeEntry(stage: Stage, theme: ThemeName): ThemeEntry | undefined {
  const name = typeof theme === 'number' ? nameOfTheme(stage, theme) : theme;
  return name === undefined ? undefined : (stage.state(themeKey(name))?.value as unknown as ThemeEntry | undefined);
}

/** The name of a theme that is registered, also in this batch. */
export function nameOfTheme(stage: Stage, number: number): string | undefined {
  const logged = stage.cut.themes().nameOf(number);
  if (logged !== undefined) return logged;
  const staged = stage
    .stagedKeys(themeKeys)
    .find((key) => (stage.state(key)?.value as unknown as ThemeEntry | undefined)?.number === number);
  return staged && themeOfKey(staged);
}
