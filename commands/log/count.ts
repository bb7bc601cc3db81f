import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { filterFlags, filterIn } from '../../src/cli/frame/filter-flags.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { countFlags, readFields } from '../../src/cli/log/count-flags.ts';
import { FilterWatch } from '../../src/cli/log/filter-watch.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatGroups, groupColumns } from '../../src/cli/print/group-lines.ts';
import { toGroupJson } from '../../src/shapes/record-group.ts';
import { formatCount, plural } from '../../src/text/printable.ts';

export default class LogCount extends BaseCommand {
  static override effect = 'reads' as const;
  static override summary = 'Count records by type, outcome, actor, key, correlation, hour or day.';
  static override description = withExitCodes(
    'The largest group comes first. Hours and days come in their order; they are UTC. A record counts once ' +
      'for each of its keys. The filter says which records count. The command reads the log once.',
    [0, 4, 66],
  );
  static override examples = [
    '<%= config.bin %> log count --by type,outcome',
    '<%= config.bin %> log count --by hour --since 1d --type order.create',
    `<%= config.bin %> log count --by actor --where 'payload.amount > 5000' --json`,
    '<%= config.bin %> log count --by day,type -o csv > types.csv',
    '<%= config.bin %> log count --by key --prefix customer/ -n 10',
  ];
  static override flags = { ...filterFlags, ...countFlags, ...listFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(LogCount);
    const by = readFields(flags.by);
    await this.withEnv({ readOnly: true }, async (env) => {
      const filter = await filterIn(env, flags);
      const { onProgress, stop } = showWork('counting', this.shown);
      const watch = new FilterWatch(filter, flags, () => undefined);
      const { groups, records } = await env.countBy(by, watch.filter, onProgress).finally(stop);
      const largest = groups.slice(0, this.limit).reduce((most, { count }) => Math.max(most, count), 0);
      const shown = await this.printList(groups, {
        json: (group) => toGroupJson(by, group),
        people: (page) => formatGroups(page, this.columns === undefined ? undefined : largest, this.colors),
        columns: groupColumns(by),
        empty: records === 0 && this.talks ? await watch.emptyText(await env.status()) : undefined,
      });
      if (shown < groups.length) this.talk(`${formatCount(shown)} of ${plural(groups.length, 'group')}`);
      if (records > 0) this.talk(plural(records, 'record'));
    });
  }
}
