import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { cellText, type FieldPath, valueAt } from './fields.ts';

/** A template that was read: texts, and the fields between them. */
export interface Template {
  readonly paths: readonly FieldPath[];
  fill(document: JsonValue): string;
}

const marks: Readonly<Record<string, string>> = { t: '\t', n: '\n', '\\': '\\' };

/**
 * Reads a template: `{a.b}` is a field, `{{` and `}}` are braces, `\t` and `\n` a tab and the end of a line.
 *
 * Errors: USAGE for a brace without its other one.
 */
export function readTemplate(text: string): Template {
  const parts: (string | FieldPath)[] = [];
  // Each item ends its line anyway.
  for (const [found] of text.replace(/(?:\n|\\n)$/, '').matchAll(/\{\{|\}\}|\{[^{}]*\}|[{}]|\\[tn\\]|[^{}\\]+|\\/gs)) {
    if (found === '{{' || found === '}}') parts.push(found.slice(1));
    else if (found === '{' || found === '}') throw unpaired(text);
    else if (found.startsWith('{')) parts.push(found.slice(1, -1).trim().split('.'));
    else if (found.startsWith('\\')) parts.push(marks[found.slice(1)] ?? found);
    else parts.push(found);
  }
  return {
    paths: parts.filter((part) => typeof part !== 'string'),
    fill: (document) =>
      parts.map((part) => (typeof part === 'string' ? part : cellText(valueAt(document, part)))).join(''),
  };
}

function unpaired(text: string): TxlogError {
  return new TxlogError('USAGE', `--template ${JSON.stringify(text)} has a brace without its other one`, {
    hint: 'Fields stand in braces: {id}. A brace itself is {{ or }}.',
  });
}
