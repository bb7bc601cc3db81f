import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { idsOf } from '../../src/cli/frame/ids-of.ts';
import { manyArgs } from '../../src/cli/session/many-flags.ts';
import { TxlogError } from '../../src/index.ts';
import { printable } from '../../src/text/printable.ts';

export default class SessionResume extends BaseCommand {
  static override summary = 'Resume sessions that were suspended when their mirror was promoted.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'The origin may still lead such a session, and no work may run twice. So the session waits until a person ' +
      'resumes it. It is then due when it was. Sessions that are parked for another reason do not change. The exit ' +
      'code is 1 when a session that you name is not suspended.',
    [0, 1, 3, 4, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session resume mail/7 --env stage',
    '<%= config.bin %> session resume --theme mail --reason "prod is gone" --env stage',
    '<%= config.bin %> session resume --all --dry-run --env stage',
  ];
  static override picks = { argument: 'ids', unless: ['theme', 'all'] };
  static override args = manyArgs;
  static override flags = {
    theme: Flags.string({ summary: 'Select all sessions of this theme.', helpValue: 'THEME', exclusive: ['all'] }),
    all: Flags.boolean({ summary: 'Select all suspended sessions.' }),
    reason: Flags.string({ summary: 'Record this reason in the log.', helpValue: 'REASON' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionResume);
    const ids = ([] as string[]).concat(args.ids ?? []);
    const { theme, all, reason } = flags;
    if (Number(ids.length > 0) + Number(theme !== undefined) + Number(all === true) !== 1)
      throw new TxlogError('USAGE', 'give IDS, --theme or --all', { next: ['txlog session resume --help'] });
    const dryRun = flags['dry-run'];
    this.out.mustArrive = true;
    await this.withEnv({}, async (env) => {
      if (theme !== undefined) await env.sessions.theme(theme);
      const named = ids.length > 0 ? await idsOf(env, ids) : undefined;
      const left = new Set(named);
      const resumed = env.sync.resume({ ids: named, theme, reason, dryRun });
      const people = (page: readonly string[]) => page.map(printable).join('\n');
      await this.printAll(without(left, resumed), {
        json: (id) => ({ id, dryRun: dryRun === true }),
        people,
        columns: ['id', 'dryRun'],
        empty: left.size > 0 ? undefined : 'None is suspended.',
        live: true,
      });
      if (left.size === 0) return;
      this.talk(`not suspended, and left as it is: ${[...left].map(printable).join(', ')}`);
      this.exitWith(1);
    });
  }
}

/** Takes out of a set what passes. */
async function* without(left: Set<string>, ids: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const id of ids) {
    left.delete(id);
    yield id;
  }
}
