import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { opFields } from '../../core/log/request.ts';
import { parseJson } from '../../index.ts';

/** Names of what follows the key in the short form of each change; a value is the last one, is JSON and may hold spaces. */
const operands: ReadonlyMap<string, readonly string[]> = new Map(
  // How long a claim is pending is told by the JSON form alone.
  Object.entries(opFields).map(([op, fields]) => [op, fields.flat().filter((name) => name !== 'pending')]),
);

/** The short forms of all changes, for help. */
export const changeForms = [...operands].map(([op, names]) => formOf(op, names)).join(', ');

/**
 * Reads a `--change`: a JSON object, or `OP KEY …` where keys, owners and reducers hold no spaces and a value is JSON,
 * such as `claim email/ann@example.com "c-1"`, `release KEY OWNER`, `replace KEY OWNER VALUE`, `delete KEY`.
 *
 * Errors: USAGE, and the JSON_ codes. Whether the change is valid is for the engine to say.
 */
export function parseChange(text: string): JsonValue {
  if (text.trimStart().startsWith('{')) return parseFlagJson('--change', text);
  const [op = '', afterOp] = cutWord(text);
  const names = operands.get(op);
  const [key = '', afterKey] = cutWord(afterOp);
  if (!names && key !== '') throw unknownOperation(op);
  if (!names || key === '') throw usage('--change', text, 'OP KEY VALUE, or a JSON object');
  const change: Record<string, JsonValue> = { op, key };
  let rest = afterKey;
  for (const name of names) {
    if (rest === '') break;
    const isJson = name === 'value';
    const [word, after] = isJson ? [rest, ''] : cutWord(rest);
    change[name] = isJson ? parseFlagJson('--change', word) : word;
    rest = after;
  }
  if (rest !== '') throw usage('--change', text, formOf(op, names));
  return change;
}

/**
 * Reads an `--expect`: a JSON object, or `KEY exists`, `KEY absent`, `KEY version=N`, `KEY owner=ID`.
 *
 * Errors: USAGE, and the JSON_ codes.
 */
export function parseExpect(text: string): JsonObject | JsonValue {
  if (text.trimStart().startsWith('{')) return parseFlagJson('--expect', text);
  const [key, condition] = cutWord(text);
  const [name = '', value = ''] = condition.split(/=(.*)/s);
  if (condition === 'exists') return { key, exists: true };
  if (condition === 'absent') return { key, exists: false };
  if (name === 'version' && /^\d{1,15}$/.test(value)) return { key, version: Number(value) };
  if (name === 'owner' && value !== '') return { key, owner: value };
  throw usage('--expect', text, 'KEY exists, KEY absent, KEY version=N, KEY owner=ID, or a JSON object');
}

/** Reads JSON that a flag holds. Errors: the JSON_ codes, naming the flag. */
export function parseFlagJson(flag: string, text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    const hint = error.code === 'JSON_INVALID' ? { hint: 'Text in JSON needs double quotes: \'"like this"\'' } : {};
    // In JSON of one line only the column is a place.
    const { line = 1, ...rest } = error.details;
    const details = line === 1 ? rest : { ...rest, line };
    const place = rest.column === undefined ? '' : ` (${line === 1 ? '' : `line ${line}, `}column ${rest.column})`;
    const source = line === 1 ? { source: text } : {};
    throw new TxlogError(error.code, `${flag}: ${error.message}${place}`, { ...details, ...hint, ...source });
  }
}

function formOf(op: string, names: readonly string[]): string {
  return [op, 'KEY', ...names.map((name) => name.toUpperCase())].join(' ');
}

/** The first word, and what follows the white space after it. */
function cutWord(text: string): [string, string] {
  const [, word = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  return [word, rest];
}

function unknownOperation(word: string): TxlogError {
  const known = [...operands.keys()];
  return new TxlogError('USAGE', `--change: there is no operation ${word}; there are ${known.join(', ')}`, {
    unknown: { word, known },
    next: ['txlog submit --help'],
  });
}

function usage(flag: string, text: string, form: string): TxlogError {
  return new TxlogError('USAGE', `${flag} ${JSON.stringify(text)} is not of the form ${form}`, {
    next: ['txlog submit --help'],
  });
}
