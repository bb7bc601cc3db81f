import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { formatOverview, overviewColumns } from '../src/cli/print/overview-page.ts';
import { drawOver } from '../src/cli/top/watch.ts';
import type { Overview } from '../src/index.ts';
import { toOverviewJson } from '../src/shapes/overview.ts';
import { durationValue, parseDuration } from '../src/text/duration.ts';

export default class Top extends BaseCommand {
  static override summary = 'Watch the queues, the stuck work and what needs you, in a table that refreshes.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows the first screen of `txlog tui` without taking the whole terminal. It refreshes when any ' +
      'process changes the environment, and each second. --once prints one table. For monitoring, --ndjson ' +
      'prints one JSON object per line, and --once --json one document: `ok` is false while something needs ' +
      'help to go on.',
    [0, 66, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> top --once',
    '<%= config.bin %> top --once --json',
    '<%= config.bin %> top --interval 5s',
  ];
  static override flags = {
    ...appFlag,
    once: Flags.boolean({ summary: 'Print the table once.' }),
    interval: Flags.string({
      summary: 'Refresh at most once in this time.',
      helpValue: durationValue,
      default: '250ms',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Top);
    const intervalMs = Math.max(1, Math.round(parseDuration('--interval', flags.interval)));
    const interruption = flags.once ? undefined : this.follow('top');
    const options = { livesLong: !flags.once, ...this.appOptions() };
    const people = (overview: Overview) => formatOverview(overview, this.colors);
    await this.withEnv(options, async (env) => {
      if (!interruption) {
        const overview = await env.monitor.overview();
        return this.print(toOverviewJson(overview), people(overview));
      }
      const overviews = env.monitor.follow({ signal: interruption.signal, intervalMs });
      if (this.isTable && process.stdout.isTTY) return drawOver(overviews, people);
      await this.printAll(overviews, {
        json: toOverviewJson,
        people: (page) => page.map(people).join('\n'),
        columns: overviewColumns,
        live: true,
      });
    });
    this.exitWith(interruption?.exitCode() ?? 0);
  }
}
