import { Flags } from '@oclif/core';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { onInterrupt } from '../src/cli/frame/signals.ts';
import { StreamCommand, streamFlags } from '../src/cli/frame/stream-command.ts';
import { formatOverview } from '../src/cli/print/overview-page.ts';
import { drawOver } from '../src/cli/top/watch.ts';
import { findApp, type Overview } from '../src/index.ts';
import { toOverviewJson } from '../src/shapes/overview.ts';
import { durationValue, parseDuration } from '../src/text/duration.ts';

export default class Top extends StreamCommand {
  static override summary = 'Watch the queues, what is stuck and what needs you, as a table that is drawn over itself.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'What `txlog tui` shows first, without taking the whole screen. It is drawn again when any process changed the ' +
      'environment, and each second. With --once one table; in a pipe, or with --json, one JSON object per line, and with ' +
      '--once one alone: for monitoring. `ok` is false while something does not go on by itself.',
    [0, 66, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> top --once',
    '<%= config.bin %> top --once --json',
    '<%= config.bin %> top --interval 5s',
  ];
  static override flags = {
    ...streamFlags,
    once: Flags.boolean({ summary: 'Print it once, and end.' }),
    interval: Flags.string({ summary: 'Draw no more often than this.', helpValue: durationValue, default: '250ms' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Top);
    const intervalMs = Math.max(1, Math.round(parseDuration('--interval', flags.interval)));
    const interruption = flags.once ? undefined : onInterrupt();
    const app = findApp(flags.env, process.env.TXLOG_APP);
    const options = { livesLong: !flags.once, ...(app === undefined ? {} : { app }) };
    const people = (overview: Overview) => formatOverview(overview, this.colors);
    await this.withEnv(options, async (env) => {
      const signal = interruption?.signal;
      const overviews = signal ? env.monitor.follow({ signal, intervalMs }) : once(env.monitor.overview());
      const forPeople = this.isForPeople(flags.format);
      if (forPeople && signal && process.stdout.isTTY) return drawOver(overviews, people);
      const format = { json: toOverviewJson, people: ([one]: readonly Overview[]) => (one ? people(one) : '') };
      await this.printStream(overviews, forPeople, { ...format, live: true });
    });
    this.exitWith(interruption?.exitCode() ?? 0);
  }
}

async function* once(overview: Promise<Overview>): AsyncGenerator<Overview> {
  yield await overview;
}
