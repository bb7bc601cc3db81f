import { Args } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey } from '../../src/cli/frame/key-argument.ts';
import { EditCommand, editFlags } from '../../src/cli/state/edit-command.ts';

export default class StateEdit extends EditCommand {
  static override effect = 'writes' as const;
  static override summary = 'Edit the value of a key by hand, with a reason, if nobody changed it meanwhile.';
  static override description = withExitCodes(
    'Opens $VISUAL or $EDITOR with the value as JSON, shows what would change, asks, and submits one request that expects ' +
      'the version that was read. When the key was changed meanwhile it is rejected, and the text is kept.',
    [0, 1, 2, 3, 65, 66, 77],
  );
  static override examples = [
    '<%= config.bin %> state edit customer/c-1 --reason "the name was misspelt"',
    `<%= config.bin %> state edit customer/c-1 --value '{"name":"Anna"}' --reason "as she asked" --yes`,
  ];
  static override args = { key: Args.string({ description: 'Key of the state.', required: true }) };
  static override flags = editFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateEdit);
    await this.edit(checkKey(args.key), flags);
  }
}
