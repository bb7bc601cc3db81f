import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { tokenFlag } from '../src/cli/frame/environment-flag.ts';
import type { ExitCode } from '../src/cli/frame/exit-codes.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { openInput } from '../src/cli/frame/open-input.ts';
import { CommandProcess } from '../src/cli/shell/command-process.ts';
import { runPrompt } from '../src/cli/shell/prompt.ts';
import { runScript } from '../src/cli/shell/run-script.ts';
import { serveCommands } from '../src/cli/shell/serve-commands.ts';
import { flagsOf, nameOfPrompt, variablesOf } from '../src/cli/shell/shell-settings.ts';

export default class Shell extends BaseCommand {
  static override summary = 'Open a prompt: type commands without `txlog`, and each answers at once.';
  static override description = withExitCodes(
    'The program stays loaded, so a command takes milliseconds. Tab completes as in your shell. The arrow ' +
      'keys bring back earlier lines (XDG_STATE_HOME/txlog/history). Ctrl-C ends a command; exit or Ctrl-D ends ' +
      'the prompt. A line cannot be piped to other programs. Flags of `txlog shell` hold for each line that ' +
      'does not say otherwise.\n' +
      'Without a terminal it runs the lines of stdin. It stops at the first command that fails, with the exit ' +
      'code of that command.',
    [0, 1, 2, 65, 66, 70],
  );
  static override examples = ['<%= config.bin %> shell', '<%= config.bin %> shell < nightly.txt'];
  static override remote = true as const;
  static override flags = {
    ...tokenFlag,
    serve: Flags.boolean({ summary: 'Run the commands of the process that started this one.', hidden: true }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Shell);
    if (flags.serve) return serveCommands(this.config);
    const isTerminal = process.stdin.isTTY === true;
    // Without a prompt people know what they named for the shell.
    const name = isTerminal ? () => nameOfPrompt(this.contexts) : () => this.nameInFlags;
    const commands = new CommandProcess({ flags: flagsOf(flags), readsStdin: isTerminal, name });
    Object.assign(process.env, variablesOf(this.chosen, flags));
    const code = isTerminal
      ? await runPrompt({ commands, name, root: this.config.root })
      : await runScript(commands, openInput('-'));
    this.exitWith(code as ExitCode);
  }

  /** The process that runs the commands tells nothing by itself. */
  protected override async announce(writes: boolean): Promise<void> {
    if (!this.argv.includes('--serve')) await super.announce(writes);
  }

  private get nameInFlags(): string {
    const { origin, context } = this.chosen;
    return origin === '--context' ? (context?.name ?? '') : '';
  }
}
