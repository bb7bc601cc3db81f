import type { JsonValue } from '../../core/base/json.ts';
import { closestMatch } from '../../text/closest-match.ts';
import { formatCount } from '../../text/printable.ts';
import { type FieldPath, nameOfPath, valueAt } from './fields.ts';

/** Items whose fields are remembered, to tell what a misspelt one was meant to be. */
const sampled = 1_000;

/** A field that an expression names, and the names that stood in its place. */
interface Missing {
  readonly path: FieldPath;
  readonly beside: Set<string>;
}

/**
 * The fields that a condition names and no item had. A wrong filter answers as an empty log does: this tells them apart.
 */
export class MissingFields {
  private missing: readonly Missing[];
  /** Items that were looked at. */
  looked = 0;

  /** `where` in CEL; `roots` are the fields of the items. */
  constructor(where: string, roots: readonly string[]) {
    this.missing = pathsIn(where, roots).map((path) => ({ path, beside: new Set<string>() }));
  }

  /** Looks at an item. */
  look(item: JsonValue): void {
    this.looked += 1;
    if (this.missing.length === 0) return;
    this.missing = this.missing.filter(({ path }) => valueAt(item, path) === undefined);
    if (this.looked > sampled) return;
    for (const { path, beside } of this.missing) for (const name of namesBeside(item, path)) beside.add(name);
  }

  /** Says which fields no item had: `No record of 262,200 has payload.amuont; did you mean payload.amount?` */
  notes(noun: string): readonly string[] {
    if (this.looked === 0) return [];
    return this.missing.map(({ path, beside }) => {
      const guess = closestMatch(path.at(-1) ?? '', beside);
      const meant = guess === undefined ? '.' : `; did you mean ${nameOfPath([...path.slice(0, -1), guess])}?`;
      return `No ${noun} of ${formatCount(this.looked)} has ${nameOfPath(path)}${meant}`;
    });
  }
}

/** Fields of fields in an expression; what it calls is no field, nor is what stands in a text. */
function pathsIn(where: string, roots: readonly string[]): readonly FieldPath[] {
  const code = where.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, '""');
  const found = code.matchAll(/(?<![\w.\])])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(\s*\()?/g);
  const paths = [...found].map(([text, call]) => {
    const names = text.replace(/\s*\($/, '').split('.');
    return call === undefined ? names : names.slice(0, -1);
  });
  const unique = new Map(paths.map((path) => [nameOfPath(path), path]));
  return [...unique.values()].filter(([root, ...rest]) => rest.length > 0 && roots.includes(root ?? ''));
}

function namesBeside(item: JsonValue, path: FieldPath): readonly string[] {
  const parents = [valueAt(item, path.slice(0, -1)) ?? null].flat();
  return parents.flatMap((parent) => (typeof parent === 'object' && parent !== null ? Object.keys(parent) : []));
}
