import { Flags } from '@oclif/core';
import { readSettings } from '../../src/cli/config/settings.ts';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatSettings } from '../../src/cli/print/setting-lines.ts';
import { toSettingJson } from '../../src/shapes/setting.ts';

export default class ConfigList extends BaseCommand {
  static override summary = 'List the settings that commands have here; with --origin, why each is what it is.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'What was said for one command wins over the variables of the shell, these over the directory, and that over the ' +
      'current context: --env or --context, TXLOG_ENV, TXLOG_CONTEXT, .txlog here or above, `context use`. An origin is a ' +
      'flag, a variable, a context, config.json of the environment, the directory, or the default.',
    [0, 2, 3, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> config list --origin',
    '<%= config.bin %> config list --json --context prod',
  ];
  static override flags = {
    ...listFlags,
    origin: Flags.boolean({ summary: 'Say where each value comes from.' }),
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
