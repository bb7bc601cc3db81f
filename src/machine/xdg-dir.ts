import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const kinds = {
  cache: { variable: 'XDG_CACHE_HOME', below: '.cache' },
  config: { variable: 'XDG_CONFIG_HOME', below: '.config' },
  state: { variable: 'XDG_STATE_HOME', below: '.local/state' },
} as const;

/**
 * The directory of this user's files of one kind, all of txlog's: `XDG_CONFIG_HOME/txlog`, else `~/.config/txlog`, and so
 * on. Undefined where the user has no home: a path that is relative would be another in each directory.
 *
 * Source: XDG Base Directory Specification, which has relative paths in the variables ignored.
 */
export function xdgDir(kind: keyof typeof kinds, variables: NodeJS.ProcessEnv = process.env): string | undefined {
  const { variable, below } = kinds[kind];
  const named = variables[variable] ?? '';
  if (isAbsolute(named)) return join(named, 'txlog');
  const home = ownHome();
  return home === undefined ? undefined : join(home, below, 'txlog');
}

function ownHome(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch (error) {
    // A user without an entry in the system's list has no home.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
