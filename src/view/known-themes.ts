import type { JsonObject, JsonValue } from '../core/base/json.ts';
import { type ThemeEntry, themeOfKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { damagedRow } from '../layout/damaged-row.ts';

/** A theme, without its counts. */
export interface NamedTheme extends ThemeEntry {
  readonly name: string;
}

function isThemeEntry(value: JsonValue | undefined): value is JsonObject & ThemeEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Number.isSafeInteger((value as JsonObject).number);
}

/** All themes that a view knows, by name and by number. Asked for again and again: kept as the log is folded. */
export class KnownThemes {
  /** Whether those of the index rows are here; all later ones are taken over with their records. */
  isLoaded = false;
  private readonly themes = new Map<string, NamedTheme>();
  private readonly names = new Map<number, string>();
  /** By name, until one changes. */
  private sorted: readonly NamedTheme[] | undefined;

  /** Takes over the state of a key, if it registers a theme. */
  add({ key, exists, value }: State): void {
    const name = themeOfKey(key);
    if (name === undefined || !exists) return;
    if (!isThemeEntry(value)) throw damagedRow('states', name, 'it is no theme');
    const theme = { name, ...value };
    this.themes.set(name, theme);
    this.names.set(theme.number, name);
    this.sorted = undefined;
  }

  /** In the order of their names as UTF-8. */
  all(): readonly NamedTheme[] {
    this.sorted ??= [...this.themes.values()]
      .map((theme) => ({ theme, bytes: Buffer.from(theme.name) }))
      .sort((a, b) => a.bytes.compare(b.bytes))
      .map(({ theme }) => theme);
    return this.sorted;
  }

  nameOf(number: number): string | undefined {
    return this.names.get(number);
  }

  clear(): void {
    this.isLoaded = false;
    this.themes.clear();
    this.names.clear();
    this.sorted = undefined;
  }
}
