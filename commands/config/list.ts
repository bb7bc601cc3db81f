import { Flags } from '@oclif/core';
import { readSettings } from '../../src/cli/config/settings.ts';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatSettings } from '../../src/cli/print/setting-lines.ts';
import { toSettingJson } from '../../src/shapes/setting.ts';

export default class ConfigList extends BaseCommand {
  static override summary = 'List the settings that apply here; --origin says where each comes from.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'Four places can name the environment. The first that does wins: the flags --env and --context, the ' +
      'variables TXLOG_ENV and TXLOG_CONTEXT, a .txlog here or in a directory above, the context of `txlog ' +
      'context use`. The origin of a setting is a flag, a variable, a context, the file config.json of the ' +
      'environment, the directory, or the default.',
    [0, 2, 3, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> config list --origin',
    '<%= config.bin %> config list --json --context prod',
  ];
  static override flags = {
    ...listFlags,
    origin: Flags.boolean({ summary: 'Show where each value comes from.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigList);
    const settings = readSettings({
      ...{ chosen: this.chosen, context: this.context },
      ...{ readOnly: flags['read-only'], noColor: flags['no-color'] === true },
    });
    await this.printList(settings, {
      json: toSettingJson,
      columns: ['setting', 'value', 'origin.type', 'origin.name'],
      people: (page) => formatSettings(page, flags.origin === true),
    });
  }
}
