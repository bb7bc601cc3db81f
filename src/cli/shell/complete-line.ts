/** A command that can be completed: its words, and the names of its flags. */
export interface PromptCommand {
  readonly words: string;
  readonly flags: readonly string[];
}

/** How a line may go on, and the part of it that these stand in place of: as readline wants it. */
export function completePrompt(line: string, commands: readonly PromptCommand[]): [string[], string] {
  const typed = line.trimStart().replace(/^txlog\s+/, '');
  const last = /\S*$/.exec(typed)?.[0] ?? '';
  const command = commands
    .filter(({ words }) => typed === words || typed.startsWith(`${words} `))
    .reduce<PromptCommand | undefined>(
      (longest, one) => (one.words.length > (longest?.words.length ?? 0) ? one : longest),
      undefined,
    );
  if (last.startsWith('-')) {
    const flags = (command?.flags ?? []).map((name) => `--${name} `);
    return [flags.filter((flag) => flag.startsWith(last)).sort(), last];
  }
  const before = typed.slice(0, typed.length - last.length);
  const next = commands
    .filter(({ words }) => words.startsWith(typed))
    .map(({ words }) => wordAfter(words, before.length));
  return [[...new Set(next)].sort(), last];
}

/** The word of a command that begins at a place, with the space behind it. */
function wordAfter(words: string, at: number): string {
  return `${words.slice(at).split(' ')[0] ?? ''} `;
}
