import { isUtf8 } from 'node:buffer';
import { readFileSync, readlinkSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';

/** The character that Node reads in place of bytes that are not UTF-8: different words become one. */
const replaced = '\ufffd';
const shownUnits = 60;
/** Variables that name what is read, or where files of ours lie. */
const ownVariable = /^(?:TXLOG_.*|HOME|XDG_(?:CACHE|CONFIG|STATE)_HOME)$/;

/** Whether a word, a variable of ours or the working directory may have been other bytes than it seems. */
export function mayHaveLostBytes(args: readonly string[]): boolean {
  return args.some(isSuspect) || ourVariables().some(([, value]) => isSuspect(value)) || isSuspect(workingDir());
}

/**
 * Refuses a command line with bytes that are not UTF-8, in a word, in a variable TXLOG_… or one that says where this user's
 * files are, or in the name of the working directory. A character U+FFFD that someone typed is a character like any other,
 * where the system shows its bytes.
 *
 * Errors: UTF8_INVALID.
 */
export function refuseLostBytes(args: readonly string[]): void {
  if (!mayHaveLostBytes(args)) return;
  const rawArgs = listOf('/proc/self/cmdline').slice(-args.length);
  args.forEach((arg, i) => {
    if (isSuspect(arg)) check(`argument ${i + 1}`, arg, rawArgs[i]);
  });
  const rawVariables = listOf('/proc/self/environ');
  for (const [name, value] of ourVariables()) {
    if (isSuspect(value))
      check(
        name,
        value,
        rawVariables.find((raw) => raw.toString('latin1').startsWith(`${name}=`)),
      );
  }
  if (isSuspect(workingDir())) check('the working directory', workingDir(), rawWorkingDir());
}

function check(what: string, text: string, raw: Buffer | undefined): void {
  // Where the bytes cannot be seen, what may have been anything is not taken for something.
  if (raw !== undefined && isUtf8(raw) && raw.toString('utf8').endsWith(text)) return;
  throw new TxlogError('UTF8_INVALID', `${what} is not valid UTF-8: ${JSON.stringify(text.slice(0, shownUnits))}`, {
    hint: 'Different bytes that are not UTF-8 would be read as one and the same name. Write it in UTF-8.',
    next: ['locale', 'iconv -f LATIN1 -t UTF-8'],
  });
}

function isSuspect(text: string): boolean {
  return text.includes(replaced);
}

function ourVariables(): readonly [string, string][] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    ownVariable.test(name) && value !== undefined ? [[name, value] as [string, string]] : [],
  );
}

function workingDir(): string {
  try {
    return process.cwd();
  } catch {
    // It was removed: whoever needs it says so.
    return '';
  }
}

function rawWorkingDir(): Buffer | undefined {
  try {
    return readlinkSync('/proc/self/cwd', { encoding: 'buffer' });
  } catch {
    return undefined;
  }
}

/** The texts of a file of /proc, which each end with a zero; none where there is no such file. */
function listOf(file: string): readonly Buffer[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return [];
  }
  const list: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    list.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return list;
}
