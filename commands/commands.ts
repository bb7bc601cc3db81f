import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { listFlags } from '../src/cli/output/limit-flag.ts';
import { commandsOf, describeCommand, formatCommands } from '../src/cli/reference/command-list.ts';

export default class Commands extends BaseCommand {
  static override summary = 'List all commands; with --json, with their arguments, flags and examples.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'For scripts, editors and agents. `txlog schema COMMAND` describes what a command prints.',
    [0],
  );
  static override examples = ['<%= config.bin %> commands', '<%= config.bin %> commands --json'];
  static override flags = listFlags;

  async run(): Promise<void> {
    await this.parse(Commands);
    await this.printList(commandsOf(this.config), {
      json: describeCommand,
      people: formatCommands,
      columns: ['command', 'summary'],
    });
  }
}
