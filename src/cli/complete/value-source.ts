/** The places that candidates come from. `waited` are requests and sessions, `names` all that `inspect` takes, `steps` those of a saga that wait for an answer. */
export type ValueSource =
  | 'contexts'
  | 'codes'
  | 'schemas'
  | 'themes'
  | 'services'
  | 'types'
  | 'saga types'
  | 'keys'
  | 'sessions'
  | 'sagas'
  | 'steps'
  | 'transactions'
  | 'waited'
  | 'names';
