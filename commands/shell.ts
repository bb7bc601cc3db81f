import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import type { ExitCode } from '../src/cli/frame/exit-codes.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { openInput } from '../src/cli/frame/open-input.ts';
import { CommandProcess } from '../src/cli/shell/command-process.ts';
import { runPrompt } from '../src/cli/shell/prompt.ts';
import { runScript } from '../src/cli/shell/run-script.ts';
import { serveCommands } from '../src/cli/shell/serve-commands.ts';
import { flagsOf, nameOfPrompt, variablesOf } from '../src/cli/shell/shell-settings.ts';

export default class Shell extends BaseCommand {
  static override summary = 'A prompt that takes commands without `txlog`, each answered at once.';
  static override description = withExitCodes(
    'The command line stays loaded, so that a command costs milliseconds. Tab completes as in your shell, the arrows go ' +
      'through what was typed before (XDG_STATE_HOME/txlog/history). Ctrl-C ends the command and not the prompt; exit or ' +
      'Ctrl-D ends the prompt. There are no pipes to other programs. ' +
      'Flags of the shell hold for each line that does not say otherwise.\n' +
      'Without a terminal it runs the lines of stdin, and stops at the first command that fails, with its exit code.',
    [0, 1, 2, 65, 66, 70],
  );
  static override examples = ['<%= config.bin %> shell', '<%= config.bin %> shell < nightly.txt'];
  static override flags = {
    serve: Flags.boolean({ summary: 'Run the commands of another process, which started this one.', hidden: true }),
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
