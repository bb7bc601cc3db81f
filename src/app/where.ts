import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { matchNames, type Node } from './cel.ts';
import { documentFields, type FieldReader, type ReadableFields, recordFields } from './record-fields.ts';

/** A name of a field in an expression, and whether a field of it is asked for, as in `payload.amount`. */
interface FieldName {
  readonly name: string;
  readonly start: number;
  readonly inner: boolean;
}

/** An error of the CEL library, as far as it is used. */
interface CelError extends Error {
  readonly summary?: string;
  readonly code?: string;
  readonly range?: { readonly start: number };
}

/** An expression, and the fields that it names. */
interface Parsed {
  readonly text: string;
  readonly names: readonly FieldName[];
}

type Evaluate = (variables: Readonly<Record<'record' | 'filled', FieldReader>>) => unknown;

const loadCel = () => import('@marcbachmann/cel-js');
const loadPatterns = () => import('./where-patterns.ts');

/** Loads what `compileWhere` needs, for a process that must not lack it later. */
export async function loadWhere(): Promise<void> {
  await Promise.all([loadCel(), loadPatterns()]);
}

/** Both variables are as long, so that places in the text can be told from those in what the user wrote. */
const prefixLength = 'record.'.length;

/** A condition on records, and the text that it was compiled from. */
export type RecordCondition = ((record: StoredRecord) => boolean) & { readonly text: string };

/**
 * Compiles a CEL expression over a record as `log` prints it: `type == "order.create" && payload.amount > 5000`.
 * `position` and `compensates` are numbers in it. A record without a field that the expression needs does not match.
 *
 * Errors: FILTER_INVALID with the column: here, or from the function when a record's value has the wrong type.
 */
export async function compileWhere(text: string): Promise<RecordCondition> {
  // Where the records are elsewhere, the text is asked there.
  return Object.assign(await compileOver(text, recordFields), { text });
}

/**
 * Compiles a CEL expression over documents with these fields, such as states as `state list` prints them: `kind ==
 * "shared" && value.total > 5`. Positions are numbers in it. What lacks a field that the expression needs does not match.
 *
 * Errors: as `compileWhere`.
 */
export async function compileDocumentWhere(
  text: string,
  names: readonly string[],
): Promise<(document: JsonObject) => boolean> {
  return compileOver(text, documentFields(names));
}

async function compileOver<T>(text: string, fields: ReadableFields<T>): Promise<(item: T) => boolean> {
  const { evaluate, names } = await compile(text, fields);
  const variablesOf = fields.reader(new Set(names.map(({ name }) => name)));
  return (item) => {
    let result: unknown;
    try {
      result = evaluate(variablesOf(item));
    } catch (error) {
      if ((error as CelError).code === 'no_such_key') return false;
      throw refuse(error as CelError, { text, names }, { fields, place: fields.place(item) });
    }
    if (typeof result === 'boolean') return result;
    throw refuse(new Error('it is neither true nor false'), { text, names }, { fields, place: fields.place(item) });
  };
}

async function compile(
  text: string,
  fields: Described,
): Promise<{ readonly evaluate: Evaluate; readonly names: readonly FieldName[] }> {
  const environment = await celEnvironment();
  const patterns = text.includes(matchNames.theirs) ? await loadPatterns() : undefined;
  patterns?.addPatterns(environment);
  let names: readonly FieldName[] = [];
  try {
    const { ast } = environment.parse(text);
    names = [...fieldNames(ast, undefined, fields.names)].sort((a, b) => a.start - b.start);
    const expanded = expand(patterns?.renameCalls(text, ast) ?? text, names);
    const { valid, error, type } = environment.check(expanded);
    if (!valid) throw error;
    if (type !== 'bool' && type !== 'dyn') throw new Error(`it gives ${type}, neither true nor false`);
    const evaluate = environment.parse(expanded);
    patterns?.checkPatterns(evaluate.ast);
    return { evaluate, names };
  } catch (error) {
    throw refuse(error as CelError, { text, names }, { fields });
  }
}

/** CEL has no arithmetic between doubles, which all numbers of JSON are, and whole literals: it is added. */
async function celEnvironment() {
  const { Environment } = await loadCel();
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('record', 'dyn')
    .registerVariable('filled', 'dyn');
  const operations: readonly [string, (a: number, b: number) => number][] = [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
    ['*', (a, b) => a * b],
    ['/', (a, b) => a / b],
    ['%', (a, b) => a % b],
  ];
  for (const [sign, run] of operations) {
    environment.registerOperator(`double ${sign} int: double`, (a: number, b: bigint) => run(a, Number(b)));
    environment.registerOperator(`int ${sign} double: double`, (a: bigint, b: number) => run(Number(a), b));
  }
  environment.registerOperator('double % double: double', (a: number, b: number) => a % b);
  return environment;
}

/** Fields are no variables of CEL, and `type` is even a function there: where they stand is found in the parsed text. */
function* fieldNames(node: unknown, parent: Node | undefined, known: ReadonlySet<string>): Iterable<FieldName> {
  if (Array.isArray(node)) for (const item of node) yield* fieldNames(item, parent, known);
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args, start } = node as Node;
  if (op !== 'id') yield* fieldNames(args, node as Node, known);
  else if (known.has(args as string)) yield { name: args as string, start, inner: parent?.op.startsWith('.') === true };
}

/**
 * Puts a variable before each field. In `filled` absent objects are empty, so that `has(rejection.code)` is false for
 * what was committed, and no error; `has(rejection)` asks the record as it is.
 */
function expand(text: string, names: readonly FieldName[]): string {
  let expanded = '';
  let from = 0;
  for (const { start, inner } of names) {
    expanded += `${text.slice(from, start)}${inner ? 'filled.' : 'record.'}`;
    from = start;
  }
  return expanded + text.slice(from);
}

/** The fields that an expression may name, and a command that shows them. */
type Described = Pick<ReadableFields<never>, 'names' | 'next'>;

/** The item whose value an expression could not take, if it came so far. */
interface About {
  readonly fields: Described;
  readonly place?: string;
}

function refuse(error: CelError, { text, names }: Parsed, about: About): TxlogError {
  const column = error.range === undefined ? undefined : 1 + inText(error.range.start, names);
  const [first = ''] = (error.summary ?? error.message).split('\n');
  const reason = first.replaceAll(matchNames.ours, matchNames.theirs);
  const unknown = about.place === undefined ? /^Unknown variable: (.*)/.exec(reason)?.[1] : undefined;
  const place = column === undefined ? '' : ` at column ${column}`;
  return new TxlogError(
    'FILTER_INVALID',
    `--where${place}: ${reason}${about.place === undefined ? '' : `, in ${about.place}`}`,
    {
      cause: error,
      ...given({ column }),
      source: text,
      path: '--where',
      ...given({ hint: hintOf(about, unknown) }),
      ...(unknown !== undefined && { unknown: { word: unknown, known: [...about.fields.names] } }),
      next: about.fields.next,
    },
  );
}

function hintOf({ fields, place }: About, unknown: string | undefined): string | undefined {
  if (place !== undefined) return 'Values that differ in type need a guard, such as type(payload.n) == double && ….';
  return unknown === undefined ? undefined : `It may name: ${[...fields.names].join(', ')}.`;
}

/** The offset in what the user wrote of an offset in the expanded text. */
function inText(offset: number, names: readonly FieldName[]): number {
  let at = offset;
  for (const { start } of names) if (at > start) at = Math.max(start, at - prefixLength);
  return at;
}
