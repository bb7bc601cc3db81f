import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatThemes, themeColumns } from '../../src/cli/print/theme-page.ts';
import { toThemeJson } from '../../src/shapes/theme.ts';

export default class ThemeList extends BaseCommand {
  static override summary = 'List the themes of the sessions here, and those of the app.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows the number of each theme, its lease, back-off, attempts and concurrency. A theme without an ' +
      'advisor in the app is worked on by others, such as a shell. With -q it prints only the names.',
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
