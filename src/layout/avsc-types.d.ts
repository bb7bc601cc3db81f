// The types of avsc without its streams and services: a third of the import time of the whole package.
declare module 'avsc/lib/types.js' {
  import type { Type } from 'avsc';

  const types: { readonly Type: typeof Type };
  export default types;
}
