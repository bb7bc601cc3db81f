import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatThemes, themeColumns } from '../../src/cli/print/theme-page.ts';
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
    ...appFlag,
  };

  async run(): Promise<void> {
    await this.parse(ThemeList);
    await this.withEnv(this.appOptions(), async (env) => {
      await this.printList(await env.sessions.knownThemes(), {
        json: toThemeJson,
        people: (page) => formatThemes(page, this.colors),
        columns: themeColumns,
        empty: 'No theme.',
      });
    });
  }
}
