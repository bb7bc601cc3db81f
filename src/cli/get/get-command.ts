import { Args, Flags } from '@oclif/core';
import { given } from '../../core/base/given.ts';
import type { StateReading, StoredRecord } from '../../index.ts';
import { toStateJson } from '../../shapes/state.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { tokenFlag } from '../frame/environment-flag.ts';
import { checkKey, keyNotFound } from '../frame/key-argument.ts';
import { resolvePoint } from '../frame/point-in-log.ts';
import type { RemoteUse } from '../frame/remote-use.ts';
import { formatState } from '../print/state-page.ts';
import type { SharedCalls } from '../reach/reached.ts';

/** The time travel flag: reads answer as a replay to that position would. */
export const asOfFlag = {
  'as-of': Flags.string({
    summary: 'Show the state as of a position or a time. A time without a zone is local.',
    helpValue: 'POSITION|TIME',
  }),
};

/** Applied transactions that are shown for people beside a shared value. */
const newestListed = 5;

/** `get KEY` and `state get KEY` are one command. */
export abstract class GetCommand extends BaseCommand {
  static override args = { key: Args.string({ description: 'The key of the state.', required: true }) };
  static override flags = { ...asOfFlag, ...tokenFlag };
  static override remote: RemoteUse = true;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GetCommand as unknown as typeof GetCommand & (new () => GetCommand));
    const key = checkKey(args.key);
    await this.reach({}, async ({ calls: env }) => {
      const asOf = flags['as-of'] === undefined ? undefined : await resolvePoint(env, flags['as-of']);
      const state = await this.slowly('reading', () => env.get(key, given({ asOf })));
      if (!state) throw keyNotFound(key, flags['as-of']);
      const newest = !this.isTable ? [] : await newestOf(env, state);
      await this.print(toStateJson(state), formatState(state, newest, this.colors));
    });
  }
}

async function newestOf(env: SharedCalls, { key, kind, position }: StateReading): Promise<StoredRecord[]> {
  if (kind === 'dedicated') return [];
  const filter = { key, outcome: 'committed', to: position } as const;
  const newest: StoredRecord[] = [];
  for await (const record of env.records(filter, { reverse: true, limit: newestListed })) newest.unshift(record);
  return newest;
}
