import { readFileSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import type { Context } from '../../environment/contexts.ts';

/**
 * The token of a command: of the file that its flag or TXLOG_TOKEN_FILE names; else of TXLOG_TOKEN; else of the file that the
 * context of the frontend names. It is never a word of the command line, which all users of the machine see. It is read for
 * each call: tokens end, and files are replaced.
 *
 * Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE.
 */
export function readToken(file: string | undefined, context: Context | undefined): string | undefined {
  const own = process.env.TXLOG_TOKEN?.trim();
  if (file === undefined && own) return own;
  const named = file ?? context?.tokenFile;
  const token = named === undefined ? '' : tokenIn(named);
  return token === '' ? undefined : token;
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const code = systemCode(cause) === 'ENOENT' ? 'INPUT_NOT_FOUND' : 'INPUT_UNREADABLE';
    throw new TxlogError(code, `cannot read the token in ${file}: ${systemReason(cause)}`, {
      cause,
      next: [`ls -l ${shellWord(file)}`],
    });
  }
}
