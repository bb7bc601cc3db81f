import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { parseJson } from '../../index.ts';
import { readTextFile, unwritable } from '../frame/read-file.ts';

/** A text that a person edited, and the file that it is kept in. */
export interface EditedText {
  readonly text: string;
  readonly file: string;
}

/** Refuses to start an editor that nobody named where nobody can use it. Errors: USAGE. */
export function requireEditor(): void {
  if (ownEditor() !== undefined || (process.stdin.isTTY && (process.stdout.isTTY || process.stderr.isTTY))) return;
  throw new TxlogError('USAGE', 'there is no terminal for an editor: give the new value with --value', {
    next: ['txlog state edit --help'],
  });
}

function ownEditor(): string | undefined {
  return process.env.VISUAL || process.env.EDITOR || undefined;
}

/**
 * Lets a person edit a value as JSON, with $VISUAL or $EDITOR. The file is for its owner alone, and stays until `discard`.
 *
 * Errors: OUTPUT_FAILED; USAGE when the editor cannot be started, or ends with an error.
 */
export async function editValue(value: JsonValue): Promise<EditedText> {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-edit-'));
  const file = join(dir, 'value.json');
  try {
    writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    discard({ file });
    throw unwritable(tmpdir(), cause);
  }
  const editor = ownEditor() ?? 'vi';
  // As git does it: an editor may be a command with words of its own. What it draws is no answer of this command.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], {
    stdio: ['inherit', process.stdout.isTTY ? 'inherit' : 2, 'inherit'],
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  if (code !== 0) {
    discard({ file });
    throw new TxlogError(
      'USAGE',
      `the editor ${editor} ended with exit ${code ?? 'by a signal'}: nothing was written`,
      {
        hint: 'VISUAL or EDITOR names the editor.',
      },
    );
  }
  return { text: readTextFile(file), file };
}

/** Removes the file of an edited text. */
export function discard({ file }: Pick<EditedText, 'file'>): void {
  rmSync(dirname(file), { recursive: true, force: true });
}

/** Reads the value that a text holds. Errors: the JSON_ codes, with the place; the text is kept. */
export function readEdited({ text, file }: EditedText, again: (file: string) => string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    const { line = 1 } = error.details;
    const source = text.split('\n')[line - 1] ?? '';
    const hint = `Nothing was written. Your text is kept in ${file}`;
    throw new TxlogError(error.code, error.message, { ...error.details, source, hint, next: [again(file)] });
  }
}
