import { Args } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey } from '../../src/cli/frame/key-argument.ts';
import { EditCommand, editFlags } from '../../src/cli/state/edit-command.ts';

export default class StateEdit extends EditCommand {
  static override effect = 'writes' as const;
  static override summary = 'Edit the value of a key by hand, and record the reason.';
  static override description = withExitCodes(
    'It opens $VISUAL or $EDITOR with the value as JSON, shows the changes, and asks. Then it submits one ' +
      'request that expects the version that you read. If somebody changed the key meanwhile, the request is ' +
      'rejected, and your text is kept.',
    [0, 1, 2, 3, 65, 66, 77],
  );
  static override examples = [
    '<%= config.bin %> state edit customer/c-1 --reason "the name was misspelt"',
    `<%= config.bin %> state edit customer/c-1 --value '{"name":"Anna"}' --reason "as she asked" --yes`,
  ];
  static override args = { key: Args.string({ description: 'The key of the state.', required: true }) };
  static override flags = editFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateEdit);
    await this.edit(checkKey(args.key), flags);
  }
}
