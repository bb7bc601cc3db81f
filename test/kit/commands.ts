import { type LinePlace, textOf, WarmCommands } from './warm-commands.ts';

/** How one command ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

let warm: WarmCommands | undefined;

/** Ends the process of the commands; after each test file (close-commands.ts), also where files share a process. */
export async function closeCommands(): Promise<void> {
  const last = warm;
  warm = undefined;
  await last?.close();
}

/**
 * Runs a command, whose stdin is a text, in the one process that all commands of a test file share (README.md): what a test
 * does before and after the command that it is about.
 */
export function callCommand(args: readonly string[], place: LinePlace, input = ''): Ended {
  warm ??= new WarmCommands();
  const printed = warm.callSync(args, place, input);
  return { stdout: textOf(printed, 'stdout'), stderr: textOf(printed, 'stderr'), code: printed.code };
}
