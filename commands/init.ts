import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../src/cli/frame/global-flags.ts';
import { initEnvironment } from '../src/cli/init/init-environment.ts';
import { copiedAppText } from '../src/cli/print/copied-app-text.ts';
import { copiedAppJson } from '../src/shapes/copied-app.ts';
import { printable } from '../src/text/printable.ts';

export default class Init extends BaseCommand {
  static override summary = 'Make a new environment, empty or from a backup.';
  static override effect = 'makes' as const;
  static override description = withExitCodes(
    'It never changes an environment that exists.',
    [0, 4, 65, 66, 74, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init orders --if-missing',
    '<%= config.bin %> init restored --from backup.mdb',
    '<%= config.bin %> init --app ./txlog.app.ts',
    '<%= config.bin %> init orders --no-journal',
  ];
  static override args = {
    dir: Args.string({ ignoreStdin: true, description: 'The directory to make. The default is that of --env.' }),
  };
  static override flags = {
    'if-missing': Flags.boolean({ summary: 'Accept an environment that exists already.' }),
    app: Flags.string({
      summary: 'Use the handlers of this app module in this environment from now on.',
      helpValue: 'MODULE',
    }),
    from: Flags.string({ summary: 'Make it from this backup.', helpValue: 'FILE|DIR' }),
    journal: Flags.boolean({
      summary:
        'Keep the newest records in a journal: one flush for each group of requests in place of two. The default is that.',
      allowNo: true,
      exclusive: ['from'],
    }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const dir = args.dir ?? flags.env;
    const { created, unit, position, app } = await initEnvironment(dir, {
      from: flags.from,
      app: flags.app,
      ifMissing: flags['if-missing'],
      journal: flags.journal,
      dryRun: flags['dry-run'],
    });
    this.isRehearsal = flags['dry-run'];
    const json = { v: 1, dir, ...(unit !== '' && { unit }), created, position: String(position) };
    const did = created ? (unit === '' ? 'would make' : 'made') : 'there is already';
    const text = `${did} an environment in ${printable(dir)}${unit === '' ? '' : `, unit ${unit}`}`;
    await this.print({ ...json, ...copiedAppJson(app) }, text);
    if (app) this.talk(copiedAppText(dir, app));
    if (created && position === 0 && !this.isRehearsal) this.talk('next: txlog submit --help');
  }
}
