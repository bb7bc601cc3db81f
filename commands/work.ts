import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../src/cli/frame/whole-number.ts';
import { runWorker } from '../src/cli/work/run-worker.ts';
import { WorkLog } from '../src/cli/work/work-log.ts';
import { given } from '../src/core/base/given.ts';
import { toWorkJson } from '../src/shapes/worker.ts';
import { makeColors } from '../src/text/colors.ts';
import { durationValue, parseSeconds } from '../src/text/duration.ts';

export default class Work extends BaseCommand {
  static override summary = 'Run a worker: it leads the sessions of the app, and decides queued requests.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'It runs until it is stopped. Ctrl-C or SIGTERM drains it: it takes no new session, and ends when the ' +
      'running turns have ended. A second signal stops these turns now, and they are tried again later. It logs ' +
      'to stderr: lines and a counter on a terminal, JSON elsewhere and with --json. Any number of workers can ' +
      'run at once. Each one also frees the sessions of workers that died.',
    [0, 3, 66, 69, 75, 77, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> work --app ./txlog.app.ts',
    '<%= config.bin %> work --theme mail --theme request/order.create --concurrency 16',
    '<%= config.bin %> work --until-empty --json 2> work.ndjson',
  ];
  static override flags = {
    theme: Flags.string({
      ...{
        char: 't',
        summary: 'Work only on this theme. Can be repeated. The default is all themes and all queued requests.',
      },
      ...{ multiple: true, multipleNonGreedy: true, helpValue: 'THEME' },
    }),
    ...appFlag,
    concurrency: wholeNumber({
      char: 'c',
      summary: 'Run so many turns at once. The default is 8.',
      min: 1,
      max: 1_000,
      helpValue: 'N',
    }),
    lease: Flags.string({
      summary: 'The worker counts as dead after this time without a sign of life.',
      helpValue: durationValue,
    }),
    once: Flags.boolean({ summary: 'Run one turn, or none if no session is due.', exclusive: ['until-empty'] }),
    'until-empty': Flags.boolean({ summary: 'Stop when no session is due. Sleeping sessions do not count.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Work);
    const { theme: themes, concurrency, once } = flags;
    const quiet = this.told === undefined;
    const lease = parseSeconds('--lease', flags.lease);
    const options = given({ themes, concurrency, lease });
    const app = this.appOptions();
    const isTerminal = process.stderr.isTTY === true && this.told !== 'json';
    const counts = isTerminal && !quiet && process.env.TERM !== 'dumb';
    const colors = makeColors(isTerminal && !flags['no-color']);
    await this.withEnv(app, async (env) => {
      const log = new WorkLog({ forPeople: isTerminal, counts, quiet, colors, now: () => env.clock.now() });
      const { report, exitCode } = await runWorker(env, { ...options, once, untilEmpty: flags['until-empty'] }, log);
      await this.print(toWorkJson(report), '');
      this.exitWith(exitCode);
    });
  }
}
