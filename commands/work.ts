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
  static override summary = "Work: lead the sessions of the app's themes, and decide the requests that are queued.";
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'Goes on until it is stopped. Ctrl-C or SIGTERM drains: no new turns, those that run end or are stored; a second ' +
      'one stops them now, and stores them. Logs to stderr: lines and a counter on a terminal, JSON elsewhere and with ' +
      '--json. Any number of workers may run at once; each sees to the sessions of those that died.',
    [0, 3, 66, 69, 75, 77, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> work --app ./txlog.app.ts',
    '<%= config.bin %> work --theme mail --theme request/order.create --concurrency 16',
    '<%= config.bin %> work --until-empty --json 2> work.ndjson',
  ];
  static override flags = {
    theme: Flags.string({
      ...{ char: 't', summary: 'Only this theme; may be repeated. Without it all of the app and all queued requests.' },
      ...{ multiple: true, multipleNonGreedy: true, helpValue: 'THEME' },
    }),
    ...appFlag,
    concurrency: wholeNumber({ char: 'c', summary: 'Turns at once (default 8).', min: 1, max: 1_000, helpValue: 'N' }),
    lease: Flags.string({ summary: 'How long without a sign of life it counts as dead.', helpValue: durationValue }),
    once: Flags.boolean({ summary: 'One turn, or none when no session is due.', exclusive: ['until-empty'] }),
    'until-empty': Flags.boolean({ summary: 'Until no session is due. What sleeps does not count.' }),
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
