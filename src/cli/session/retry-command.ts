import { Args } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import type { SessionStatus } from '../../core/fold/session.ts';
import type { BulkResult } from '../../shapes/bulk-result.ts';
import { toBulkJson } from '../../shapes/bulk-result.ts';
import { plural, printable } from '../../text/printable.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { confirmMany, requireAnswer } from '../frame/confirm.ts';
import { type ExitCode, exitCodeOfCode } from '../frame/exit-codes.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { errorJson, firstLineOf } from '../frame/report-error.ts';
import { retrySessions, selectIds } from './bulk-retry.ts';
import { authorityFlags, sessionFilterFlags, toAuthority } from './session-flags.ts';

/** Sessions by id, one or many. */
export const manyArgs = {
  ids: Args.string({ description: 'Ids of sessions; - reads them from stdin.', multiple: true, ignoreStdin: true }),
};

const { force, reason, actor } = authorityFlags;

/** Flags of `session retry` and `session unpark`. */
export const retryFlags = {
  ...sessionFilterFlags,
  force,
  reason,
  actor,
  ...dryRunFlag,
};

/** The values of the flags above. */
export interface RetryValues {
  readonly theme?: string | undefined;
  readonly order?: string | undefined;
  readonly status: SessionStatus;
  readonly force: boolean;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
  readonly 'dry-run': boolean;
}

/** `session retry` and `session unpark`: sessions that may be led again at once. */
export abstract class RetryCommand extends BaseCommand {
  /** Does it, and prints one result per session. Errors: that of the only one; USAGE where nobody can be asked. */
  protected async retry(ids: readonly string[], values: RetryValues, parkedOnly: boolean): Promise<void> {
    const { theme } = values;
    const dryRun = values['dry-run'];
    if ((ids.length === 0) === (theme === undefined)) throw new TxlogError('USAGE', 'give IDS or --theme');
    const asks = theme !== undefined && !dryRun;
    if (asks) requireAnswer(`Make all ${values.status} sessions of ${printable(theme)} ready?`, this.isSure);
    await this.withEnv({}, async (env) => {
      const selected = await selectIds(env, { ...values, ids });
      const question = `Make ${plural(selected.length, 'session')} of ${printable(theme ?? '')} ready?`;
      if (asks && selected.length > 0 && !(await confirmMany(question, selected.length, this.isSure))) return;
      const by = toAuthority(values);
      const results: BulkResult[] = [];
      for await (const result of retrySessions(env, selected, { parkedOnly, dryRun, by })) results.push(result);
      const [only] = results;
      if (only && 'error' in only && ids.length === 1 && ids[0] !== '-') throw only.error;
      this.exitWith(exitCodeOf(results));
      await this.printAll(results, {
        json: (result) => toBulkJson(result, errorJson),
        people: (page) => page.map(formatResult).join('\n'),
        columns: ['session', 'outcome', 'was', 'error.code'],
        empty: 'No session.',
      });
    });
  }
}

function formatResult(result: BulkResult): string {
  if ('error' in result) return firstLineOf(result.error);
  return `${result.outcome} ${printable(result.id)} (was ${result.was})`;
}

/** 6 when some were refused, and the code of the first one when all were. */
function exitCodeOf(results: readonly BulkResult[]): ExitCode {
  const refused = results.flatMap((result) => ('error' in result ? [result.error] : []));
  const [first] = refused;
  if (!first) return 0;
  return refused.length < results.length ? 6 : exitCodeOfCode(first.code);
}
