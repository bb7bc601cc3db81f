/** The places that candidates come from. `waited` are requests and sessions, `names` all that `inspect` takes. */
export type ValueSource =
  | 'contexts'
  | 'codes'
  | 'schemas'
  | 'themes'
  | 'types'
  | 'saga types'
  | 'keys'
  | 'sessions'
  | 'sagas'
  | 'transactions'
  | 'waited'
  | 'names';
