import { Args } from '@oclif/core';
import { completionScript, shells } from '../src/cli/complete/scripts.ts';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';

export default class Completion extends BaseCommand {
  static override summary =
    'Print the completion script of a shell: commands, flags, their values, ids, keys, contexts.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'Add one line to the start file of your shell:\n' +
      'bash, ~/.bashrc: eval "$(txlog completion bash)"\n' +
      'zsh, ~/.zshrc: eval "$(txlog completion zsh)"\n' +
      'fish, ~/.config/fish/config.fish: txlog completion fish | source\n' +
      'Completion reads the environment that your command line names. It never writes to it.',
    [0],
  );
  static override examples = [
    '<%= config.bin %> completion bash > txlog-completion.bash',
    '<%= config.bin %> completion zsh',
    '<%= config.bin %> completion fish',
  ];
  static override args = {
    shell: Args.string({ description: 'Your shell.', required: true, options: [...shells] }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const script = completionScript(args.shell as (typeof shells)[number]);
    await this.print({ v: 1, shell: args.shell, script }, script.trimEnd());
  }
}
