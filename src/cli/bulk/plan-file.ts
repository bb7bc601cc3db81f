import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../../core/base/errors.ts';
import { parseJson } from '../../index.ts';
import { readTextFile, unwritable } from '../frame/read-file.ts';

/** Writes a plan as a file, whole or not at all: a full disk leaves an earlier plan as it was. Errors: OUTPUT_FAILED. */
export function writePlan(file: string, plan: object): void {
  const text = `${JSON.stringify(plan, undefined, 2)}\n`;
  try {
    // A pipe or a device is written as it is.
    const isOther = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
    if (isOther) writeFileSync(file, text);
    else replaceFile(file, text);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function replaceFile(file: string, text: string): void {
  const part = `${file}.part-${randomId()}`;
  try {
    writeFileSync(part, text, { flag: 'wx', flush: true });
    renameSync(part, file);
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * Reads a plan file; what is in it is checked when it is applied.
 *
 * Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE, UTF8_INVALID, PLAN_INVALID.
 */
export function readPlan(file: string): { readonly plan: unknown; readonly count: number } {
  const plan = parsePlan(file, readTextFile(file, { kind: 'plan' }));
  const items = (plan as { readonly items?: unknown } | null)?.items;
  return { plan, count: Array.isArray(items) ? items.length : 0 };
}

function parsePlan(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const { line, column } = cause instanceof TxlogError ? cause.details : {};
    const broken = new TxlogError('PLAN_INVALID', `${file} is not a plan: ${(cause as Error).message}`, { cause });
    throw line === undefined ? broken : broken.at(line, column);
  }
}
