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
  static override summary = 'Watch the queues, what is stuck and what needs you, as a table that is drawn over itself.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'What `txlog tui` shows first, without taking the whole screen. It is drawn again when any process changed the ' +
      'environment, and each second. With --once one table. For monitoring --ndjson prints one JSON object a line, and ' +
      '--once --json one document; `ok` is false while something does not go on by itself.',
    [0, 66, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> top --once',
    '<%= config.bin %> top --once --json',
    '<%= config.bin %> top --interval 5s',
  ];
  static override flags = {
    ...appFlag,
    once: Flags.boolean({ summary: 'Print it once, and end.' }),
    interval: Flags.string({ summary: 'Draw no more often than this.', helpValue: durationValue, default: '250ms' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Top);
    const intervalMs = Math.max(1, Math.round(parseDuration('--interval', flags.interval)));
    const interruption = flags.once ? undefined : this.follow();
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
