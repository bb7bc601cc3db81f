import { listed, type SagaFilter } from '../../pages/sagas.ts';
import { toListedJson } from '../../shapes/saga.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { formatSagas, sagaColumns } from '../print/saga-lines.ts';

/** The commands that list sagas. */
export abstract class SagasCommand extends BaseCommand {
  /** Lists those that pass a filter; exit code 1 when stuck ones are asked for, and there are any. */
  protected async printSagas(filter: SagaFilter & { readonly where?: string | undefined }): Promise<void> {
    const { stuck, where } = filter;
    await this.selectWhere(where);
    // The themes that the app's workers lead say what counts as overdue.
    await this.withEnv(stuck ? this.appOptions() : {}, async (env) => {
      const count = await this.printList(listed(env, { ...filter, limit: undefined }), {
        json: toListedJson,
        people: (page) => formatSagas(page, env.clock.now(), this.colors),
        columns: sagaColumns,
        noun: 'saga',
        empty: stuck ? 'No saga is stuck.' : 'No saga.',
      });
      if (stuck && count > 0) this.exitWith(1);
    });
  }
}
