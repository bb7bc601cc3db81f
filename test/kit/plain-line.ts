/** One command of a line: variables that are set for it, its words, and when it runs. */
export interface PlainCommand {
  readonly env: readonly string[];
  readonly words: readonly string[];
  /** Only when the one before it succeeded. */
  readonly onSuccess: boolean;
}

const token = /(?<space>[ \t]+)|(?<and>&&)|(?<then>;)|(?<word>(?:[\w./:@%+=,^-]|'[^']*'|"[^"$`\\!]*")+)/y;

/**
 * The commands of a line in which the shell has nothing to do but to take quotes away: words, quotes, `&&` and `;`.
 * Undefined for a line that needs a shell.
 */
export function parsePlainLine(line: string): PlainCommand[] | undefined {
  const commands: { env: string[]; words: string[]; onSuccess: boolean }[] = [{ env: [], words: [], onSuccess: false }];
  token.lastIndex = 0;
  while (token.lastIndex < line.length) {
    const { groups } = token.exec(line) ?? {};
    if (!groups) return undefined;
    const last = commands.at(-1);
    if (groups.and ?? groups.then) commands.push({ env: [], words: [], onSuccess: groups.and !== undefined });
    else if (groups.word !== undefined && last) {
      const word = groups.word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2');
      const isAssignment = last.words.length === 0 && /^[A-Z_]+=/.test(groups.word);
      (isAssignment ? last.env : last.words).push(word);
    }
  }
  return commands.every(({ words }) => words.length > 0) ? commands : undefined;
}
