import { loadApp, type SagaDefinition, TxlogError } from '../../index.ts';

/** The definition of a type of saga in an app module. Errors: SAGA_NOT_FOUND; APP_NOT_FOUND, APP_INVALID. */
export async function findDefinition(type: string, module: string | undefined): Promise<SagaDefinition> {
  const { sagas = {} } = module === undefined ? {} : await loadApp(module);
  const definition = Object.hasOwn(sagas, type) ? sagas[type] : undefined;
  if (definition) return definition;
  const known = Object.keys(sagas);
  const hint = known.length === 0 ? 'It defines no sagas.' : `It defines ${known.join(', ')}.`;
  const [reason, why] =
    module === undefined
      ? ['there is no app to look in', 'Name one with --app.']
      : [`the app defines no saga of type ${type}`, hint];
  throw new TxlogError('SAGA_NOT_FOUND', reason, { hint: why, next: ['txlog saga graph --help'] });
}
