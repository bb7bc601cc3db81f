import { TxlogError } from '../../index.ts';
import { toIntervenedJson } from '../../shapes/intervened.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { errorJson } from '../frame/report-error.ts';
import { formatIntervened } from '../print/saga-plan-page.ts';
import { operationOrThrow } from '../session/operation-result.ts';
import { readJsonData } from '../session/read-data.ts';
import { toIntervention } from './saga-flags.ts';

/** The values of the flags of `saga answer`. */
export interface AnswerValues {
  readonly result?: string | undefined;
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
}

/** The command `saga answer`. */
export abstract class AnswerCommand extends BaseCommand {
  /** Adds an answer to a saga, and prints where. Errors: USAGE; SAGA_NOT_FOUND, SAGA_STATE; the JSON_ codes. */
  protected async answer(named: string, step: string, flags: AnswerValues): Promise<void> {
    const { result, error } = flags;
    if (result === undefined && error === undefined) throw new TxlogError('USAGE', 'give --result or --error');
    const outcome = error === undefined ? { result: readJsonData('--result', result) } : { error };
    const word = { kind: 'answer', step, outcome } as const;
    await this.changeEnv({ writesLittle: true }, async (env) => {
      const id = await env.completeId(named, 'session');
      const told = await env.sagas.answer({ id, step }, outcome, toIntervention(flags));
      const answered = { id, result: operationOrThrow(told, id) };
      this.out.mustArrive = true;
      await this.print(toIntervenedJson(answered, word, errorJson), formatIntervened(answered, word));
    });
  }
}
