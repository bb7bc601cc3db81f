const prefix = 'process/';

/** Theme of the one session that a process manager is. */
export function processTheme(name: string): string {
  return prefix + name;
}

/** The process whose theme it is, if it is one of `processTheme`. */
export function processOfTheme(theme: string): string | undefined {
  return theme.startsWith(prefix) ? theme.slice(prefix.length) : undefined;
}
