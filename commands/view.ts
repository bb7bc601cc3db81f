import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { resolvePoint } from '../src/cli/frame/point-in-log.ts';
import { asOfFlag } from '../src/cli/get/get-command.ts';
import { listFlags } from '../src/cli/output/limit-flag.ts';
import { formatViewAnswer, formatViews, viewColumns } from '../src/cli/print/view-page.ts';
import { readParameterWords } from '../src/cli/view/read-parameters.ts';
import { given } from '../src/core/base/given.ts';
import { toListedViewJson, toViewJson } from '../src/shapes/view.ts';

export default class View extends BaseCommand {
  static override summary = 'Ask a view of the app, now or as of any position or time; list the views.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'A view is a function of the app that answers a question about states. Its parameters are words NAME=VALUE. ' +
      'A name that comes again has a list of values. Without NAME the command lists the views.',
    [0, 1, 3, 65, 66, 78],
  );
  static override examples = [
    '<%= config.bin %> view',
    '<%= config.bin %> view open-orders customer=c-1',
    '<%= config.bin %> view open-orders customer=c-1 --as-of 1000 --json',
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'The name of the view, then its parameters.' }),
  };
  static override flags = {
    ...listFlags,
    ...appFlag,
    ...asOfFlag,
    actor: Flags.string({ summary: 'Ask as this one.', helpValue: 'NAME' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(View);
    const [name, ...words] = argv.map(String);
    await this.withEnv(this.appOptions(), async (env) => {
      if (name === undefined) {
        await this.printList(await env.views(), {
          json: toListedViewJson,
          people: (page) => formatViews(page, this.colors),
          columns: viewColumns,
          empty: 'The app has no view.',
        });
        return;
      }
      const asOf = flags['as-of'] === undefined ? undefined : await resolvePoint(env, flags['as-of']);
      const options = given({ asOf, actor: flags.actor });
      const answer = await this.slowly('reading', () => env.view(name, readParameterWords(words), options));
      await this.print(toViewJson(answer), formatViewAnswer(answer));
      if (answer.rejection) this.exitWith(1);
    });
  }
}
