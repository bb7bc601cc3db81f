import { utf8Length } from './json.ts';
import { limits } from './limits.ts';

// C0 and C1 controls and the separators that end a line in some readers: they would hide in a listing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Why `key` cannot name a state, or undefined. Keys are UTF-8 text of 1 to `limits.keyBytesMax` bytes. */
export function findKeyProblem(key: unknown): string | undefined {
  return findNameProblem(key, limits.keyBytesMax);
}

/** Why `value` cannot be a name (an id, type, actor or key), or undefined. */
export function findNameProblem(value: unknown, bytesMax: number): string | undefined {
  if (typeof value !== 'string') return 'text is needed';
  if (value === '') return 'is empty';
  if (unprintable.test(value)) return 'holds a control character';
  if (!value.isWellFormed()) return 'holds half of a surrogate pair';
  if (value.length * 3 > bytesMax && utf8Length(value) > bytesMax) return `is over ${bytesMax} bytes`;
  return undefined;
}
