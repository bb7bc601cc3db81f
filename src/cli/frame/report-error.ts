import { type ErrorDetails, TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { shortened } from '../../core/base/shortened.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { toErrorJson } from '../../shapes/error.ts';
import { closestMatch } from '../../text/closest-match.ts';
import { jsonText, printable } from '../../text/printable.ts';
import { formatOfWords, isJsonFormat } from '../output/format-words.ts';
import { excerptOf } from './excerpt.ts';
import { type ExitCode, exitCodeOfCode } from './exit-codes.ts';
import { say } from './stderr.ts';

/** How errors are told: one line of JSON, and with the stack or without. */
export interface ReportStyle {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** How a command line wants errors told; read from its raw words, as it may be the parsing that fails. */
export function reportStyle(args: readonly string[]): ReportStyle {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  return {
    json: isJsonFormat(formatOfWords(args)),
    verbose: flags.includes('--verbose') || (process.env.DEBUG ?? '') !== '',
  };
}

/** The exit code that an error ends the process with; 70 for a bug of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  const known = asKnown(error);
  return known ? exitCodeOfCode(known.code) : 70;
}

/** An error as the JSON shape that scripts rely on, with the exit code. */
export function errorJson(error: unknown): JsonObject {
  return toErrorJson(toTxlogLike(error), exitCodeOf(error));
}

/** Formats an error for stderr: text ending with a newline. */
export function formatError(error: unknown, style: ReportStyle): string {
  return `${hasWordsOfLmdb(error) ? '\n' : ''}${format(error, style)}`;
}

/** The line of an error that says what is wrong, for people: where it stands among other lines. */
export function firstLineOf(error: unknown): string {
  return format(error, { json: false, verbose: false }).split('\n')[0] ?? '';
}

/** LMDB itself writes to stderr when a write fails, and ends no line: our line, JSON or not, must be one of its own. */
function hasWordsOfLmdb(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Attempting to write page');
}

function format(error: unknown, style: ReportStyle): string {
  if (style.json) {
    const document = errorJson(error);
    return `${jsonText(style.verbose ? { ...document, stack: stackOf(error) } : document)}\n`;
  }
  const { code, message, details } = toTxlogLike(error);
  const lines = [`txlog: ${code}: ${placeOf(details)}${printable(message)}`];
  lines.push(...excerptOf(details));
  if (details.hint !== undefined) lines.push(`  ${printable(details.hint)}`);
  for (const command of details.next ?? []) lines.push(`  next: ${printable(command)}`);
  if (style.verbose) lines.push(stackOf(error));
  return `${lines.join('\n')}\n`;
}

/** Tells an error that nothing awaited as any other one, and ends the process: it is a bug, or the engine stopped. */
export function reportUncaught(style: ReportStyle): void {
  process.on('uncaughtException', (error) => {
    say(formatError(error, style), () => process.exit(exitCodeOf(error)));
  });
}

function placeOf({ line, column }: ErrorDetails): string {
  if (line === undefined) return '';
  return column === undefined ? `line ${line}: ` : `line ${line}, column ${column}: `;
}

/** Errors of the system by which it says that it gives this process no more. */
const ofLimits: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** An error of ours, or of the system, which is no bug of anyone; undefined of any other. */
function asKnown(error: unknown): TxlogError | undefined {
  if (error instanceof TxlogError) return error;
  if (error instanceof Error && ofLimits.has(systemCode(error))) return asLimit(error);
  const { syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (!(error instanceof Error) || syscall === undefined || !/^E[A-Z0-9]+$/.test(systemCode(error))) return undefined;
  if (syscall === 'uv_cwd') {
    return new TxlogError('ENV_NOT_FOUND', 'the working directory is gone', {
      cause: error,
      hint: 'It was removed while your shell was in it. Absolute paths still work.',
      next: ['cd "$PWD"', 'cd'],
    });
  }
  const what = path === undefined ? syscall : `${syscall} ${path}`;
  return new TxlogError('STORAGE_FAILED', `the system refused to ${what}: ${systemReason(error)}`, {
    cause: error,
    hint: 'What was acknowledged is safe. Submitting again with the same id is safe.',
    next: ['txlog doctor'],
  });
}

/** It may be met anywhere, as in loading code. */
function asLimit(cause: Error): TxlogError {
  const { path } = cause as NodeJS.ErrnoException;
  const where = path === undefined ? '' : ` at ${path}`;
  return new TxlogError('SYSTEM_LIMIT', `${systemReason(cause)}${where}`, {
    cause,
    hint: 'What was acknowledged is safe. Submitting again with the same id is safe.',
    next: ['ulimit -a', 'txlog doctor'],
  });
}

function toTxlogLike(error: unknown): { code: string; message: string; details: ErrorDetails } {
  const known = asKnown(error);
  if (known) return withGuess(known);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const details = {
    hint: 'This is a bug in txlog. What was acknowledged is safe. Please report the bug with the stack trace.',
    next: ['DEBUG=1 txlog … (the same command, to see the stack)', 'txlog verify'],
  };
  return { code: 'BUG', message: shortened(message.split('\n')[0] ?? '', limits.errorUnitsMax), details };
}

/** Tells the known word that an unknown one most likely meant. */
function withGuess({ code, message, details }: TxlogError): { code: string; message: string; details: ErrorDetails } {
  const { unknown, hint } = details;
  const guess = unknown && closestMatch(unknown.word, unknown.known);
  if (guess === undefined) return { code, message, details };
  return { code, message, details: { ...details, hint: [`Did you mean: ${guess}`, hint].filter(Boolean).join('. ') } };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
