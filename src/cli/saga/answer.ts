import { TxlogError } from '../../index.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { toErrorJson } from '../frame/report-error.ts';
import { formatIntervened, toIntervenedJson } from '../print/saga-plan-page.ts';
import { readJsonData } from '../session/read-data.ts';
import { toIntervention } from './flags.ts';

/** What the flags of `saga answer` were given. */
export interface AnswerValues {
  readonly result?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
}

/** What `saga answer` does. */
export abstract class AnswerCommand extends BaseCommand {
  /** Adds an answer to a saga, and prints where. Errors: USAGE; SAGA_NOT_FOUND, SAGA_STATE; the JSON_ codes. */
  protected async answer(id: string, step: string, flags: AnswerValues): Promise<void> {
    const { result, error } = flags;
    if (result === undefined && error === undefined) throw new TxlogError('USAGE', 'say --result, or --error');
    const outcome = error === undefined ? { result: readJsonData('--result', result) } : { error };
    const word = { kind: 'answer', step, outcome } as const;
    await this.withEnv({ checkpointRecords: 0 }, async (env) => {
      const answered = { id, result: await env.sagas.answer(id, step, outcome, toIntervention(flags)) };
      this.out.mustArrive = true;
      await this.print(toIntervenedJson(answered, word, toErrorJson), formatIntervened(answered, word));
    });
  }
}
