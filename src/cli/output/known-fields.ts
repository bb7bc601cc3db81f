import { TxlogError } from '../../core/base/errors.ts';
import type { CommandOutput } from '../../shapes/schema/command-outputs.ts';
import type { Schema } from '../../shapes/schema/schema-terms.ts';
import { closestMatch } from '../../text/closest-match.ts';
import { type FieldPath, nameOfPath } from './fields.ts';

/** The parts of a schema by which a field is found. */
interface Parts {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/**
 * Refuses a field that what a command prints can never have; what is in users' data may have any.
 *
 * Errors: USAGE with the closest name.
 */
export function checkPaths(paths: readonly FieldPath[], command: string, output: CommandOutput): void {
  // A list is asked for fields of its items.
  const shapes = [output.line, output.document].flatMap((schema) => (schema ? shapesOf(schema) : []));
  if (shapes.length === 0) return;
  for (const path of paths) checkPath(path, command, shapes);
}

function checkPath(path: FieldPath, command: string, all: readonly Parts[]): void {
  let shapes = all;
  for (const [i, name] of path.entries()) {
    const isOpen = shapes.some(
      ({ properties, additionalProperties }) => properties === undefined || additionalProperties === true,
    );
    const known = shapes.flatMap(({ properties = {} }) => Object.keys(properties));
    if (isOpen || (/^\d+$/.test(name) && i > 0)) return;
    if (!known.includes(name)) throw unknownField(path.slice(0, i + 1), known, command);
    shapes = shapes.flatMap(({ properties = {} }) => (properties[name] ? shapesOf(properties[name]) : []));
  }
}

function shapesOf(schema: Schema): readonly Parts[] {
  const { anyOf, items } = schema as Parts;
  if (anyOf) return anyOf.flatMap(shapesOf);
  return items ? shapesOf(items) : [schema as Parts];
}

function unknownField(path: FieldPath, known: readonly string[], command: string): TxlogError {
  const guess = closestMatch(path.at(-1) ?? '', known);
  const names = [...new Set(known)].filter((name) => name !== 'v').join(', ');
  const meant = guess === undefined ? undefined : nameOfPath([...path.slice(0, -1), guess]);
  return new TxlogError('USAGE', `${command} prints no field ${JSON.stringify(nameOfPath(path))}`, {
    hint: meant === undefined ? `It has: ${names || 'none'}.` : `Did you mean: ${meant}`,
    next: [`txlog schema ${command}`],
  });
}
