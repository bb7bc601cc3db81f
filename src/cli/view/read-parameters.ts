import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';

/** Parameters as words of a command line, `NAME=VALUE`: a name that comes again has a list of values. Errors: USAGE. */
export function readParameterWords(words: readonly string[]): JsonObject {
  const values = new Map<string, string[]>();
  for (const word of words) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw new TxlogError('USAGE', `${JSON.stringify(word)} is no parameter`, {
        hint: 'A parameter is NAME=VALUE.',
        next: ['txlog view --help'],
      });
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? (all[0] as string) : all]));
}
