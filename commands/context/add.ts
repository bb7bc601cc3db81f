import { Args, Flags } from '@oclif/core';
import { addContext, colorNames } from '../../src/cli/context/add-context.ts';
import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { tokenFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { toContextJson } from '../../src/shapes/context.ts';
import { printable } from '../../src/text/printable.ts';

export default class ContextAdd extends ContextCommand {
  static override summary = 'Give an environment a name that works in any directory.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'Contexts belong to you alone. They are files in XDG_CONFIG_HOME/txlog, or in ~/.config/txlog. A command ' +
      'that changes the environment of a protected context asks you to type the name of the context, or needs ' +
      '--yes. This holds however the environment was named.',
    [0, 2, 4, 74, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> context add stage /srv/stage',
    '<%= config.bin %> context add prod /srv/prod --color red --protected',
    '<%= config.bin %> context add stage /srv/stage-2 --replace --use',
    '<%= config.bin %> context add shop https://shop.example --token-file shop.token --protected',
  ];
  static override args = {
    name: Args.string({ description: 'The name of the context: letters, digits, ".", "_" and "-".', required: true }),
    dir: Args.string({
      description: 'The directory of the environment, or one that holds it; or the address of a frontend.',
      required: true,
    }),
  };
  static override flags = {
    color: Flags.option({ summary: 'Show the name in this colour.', options: colorNames })(),
    ...tokenFlag,
    protected: Flags.boolean({ summary: 'Ask before a command changes the environment.' }),
    replace: Flags.boolean({ summary: 'Replace the context of that name.' }),
    use: Flags.boolean({ summary: 'Make it the current context.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextAdd);
    const { context, isEmpty } = addContext(this.contexts, { ...args, ...flags });
    const use = flags.use ? ', the current one' : '';
    await this.print(
      toContextJson(this.listed(context)),
      `added context ${context.name}${use}: ${printable(context.dir)}`,
    );
    if (isEmpty) this.talk(`there is no environment yet\nnext: txlog init --context ${context.name}`);
  }
}
