import { Args } from '@oclif/core';
import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';

export default class ContextRemove extends ContextCommand {
  static override summary = 'Remove the name of an environment; the environment itself does not change.';
  static override effect = 'none' as const;
  static override description = withExitCodes('This also removes a context whose file is damaged.', [0, 3, 74, 77]);
  static override examples = ['<%= config.bin %> context remove stage'];
  static override args = { name: Args.string({ description: 'The name of the context.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.parse(ContextRemove);
    this.contexts.remove(args.name);
    await this.print({ v: 1, name: args.name, removed: true }, `removed context ${args.name}; its environment stays`);
  }
}
