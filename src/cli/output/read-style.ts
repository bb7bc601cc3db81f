import { TxlogError } from '../../core/base/errors.ts';
import { type FormatValues, formatOf } from './format-words.ts';
import { checkPaths } from './known-fields.ts';
import type { ListStyle } from './list-writer.ts';
import { readTemplate } from './template.ts';

/** The values of the flags that shape an answer. */
interface StyleValues extends FormatValues {
  readonly fields?: string;
  readonly template?: string;
}

/**
 * Reads how an answer is to be printed. `command` is its words. Without a word of it: a table.
 *
 * Errors: USAGE for a field that the command never prints, and for a template that is none.
 */
export async function readStyle(flags: object, command: string): Promise<ListStyle> {
  const values = flags as StyleValues;
  const paths = values.fields
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => name.split('.'));
  if (paths?.length === 0) throw new TxlogError('USAGE', '--fields names no field');
  const template = values.template === undefined ? undefined : readTemplate(values.template);
  const wanted = [...(paths ?? []), ...(template?.paths ?? [])];
  if (wanted.length > 0) {
    const { outputs } = await import('../../shapes/schema/command-outputs.ts');
    checkPaths(wanted, command, outputs[command] ?? {});
  }
  return { format: template ? 'table' : (formatOf(values) ?? 'table'), fields: paths, template };
}
