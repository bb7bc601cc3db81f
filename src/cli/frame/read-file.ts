import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';

/** The purpose of a file that a command line names: as errors say it. */
export interface FileUse {
  readonly kind?: 'file' | 'plan';
  /** The flag that named it. */
  readonly flag?: string;
}

/** The bytes of a file that a command line names; `-` is stdin. Errors: as `unreadable`. */
export function readBytesFile(file: string, use: FileUse = {}): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (cause) {
    throw unreadable(nameOf(file), cause, use);
  }
}

/** Its text. Errors: as `unreadable`; UTF8_INVALID. */
export function readTextFile(file: string, use: FileUse = {}): string {
  const bytes = readBytesFile(file, use);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new TxlogError('UTF8_INVALID', `${prefixOf(use)}${nameOf(file)} is not valid UTF-8`);
}

/** Why an input cannot be read: INPUT_NOT_FOUND, or INPUT_UNREADABLE. */
export function unreadable(file: string, cause: unknown, use: FileUse = {}): TxlogError {
  const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemCode(cause));
  const details = { cause, next: [lookAt(isMissing ? dirname(file) : file)] };
  const prefix = prefixOf(use);
  if (isMissing)
    return new TxlogError('INPUT_NOT_FOUND', `${prefix}there is no ${use.kind ?? 'file'} ${file}`, details);
  return new TxlogError('INPUT_UNREADABLE', `${prefix}cannot read ${file}: ${systemReason(cause)}`, details);
}

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

function prefixOf({ flag }: FileUse): string {
  return flag === undefined ? '' : `${flag}: `;
}

/** Why an output cannot be written: OUTPUT_FAILED. */
export function unwritable(file: string, cause: unknown): TxlogError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(cause));
  const place = dirname(file);
  return new TxlogError('OUTPUT_FAILED', `cannot write ${file}: ${systemReason(cause)}`, {
    cause,
    next: [isFull ? `df -h ${shellWord(place)}` : lookAt(place)],
  });
}

function lookAt(path: string): string {
  return `ls -ld ${shellWord(path)}`;
}
