import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatThemes, themeColumns } from '../../src/cli/print/theme-page.ts';
import { given } from '../../src/core/base/given.ts';
import { findApp } from '../../src/index.ts';
import { toThemeJson } from '../../src/shapes/theme.ts';

export default class ThemeList extends BaseCommand {
  static override summary = 'List the themes: those that sessions had, and those of the app.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'With its number, and how it is worked on: lease, back-off, attempts, concurrency. A theme without an advisor is ' +
      'worked on from elsewhere, such as a shell. -q prints the names alone.',
    [0, 66, 78],
  );
  static override examples = [
    '<%= config.bin %> theme list',
    '<%= config.bin %> theme list --app ./txlog.app.ts --json',
  ];
  static override flags = {
    ...listFlags,
    app: Flags.string({ summary: 'Module that defines themes.', env: 'TXLOG_APP', helpValue: 'MODULE' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ThemeList);
    const app = findApp(flags.env, flags.app);
    await this.withEnv({ ...given({ app }) }, async (env) => {
      await this.printList(await env.sessions.knownThemes(), {
        json: toThemeJson,
        people: (page) => formatThemes(page, this.colors),
        columns: themeColumns,
        empty: 'No theme.',
      });
    });
  }
}
