import { classOf, type ErrorClass, type ErrorCode } from '../../core/base/error-codes.ts';

/**
 * What an exit code says, the same for every command. Scripts rely on it: none ever changes its meaning.
 *
 * Source: docs/errors.md.
 */
export const exitMeanings = {
  0: 'done',
  1: 'negative answer: rejected, differs, unhealthy',
  2: 'wrong command line',
  3: 'not found',
  4: 'conflict',
  5: 'lease held, or timed out',
  6: 'done in part: some of many were refused',
  65: 'bad data',
  66: 'no input',
  69: 'unavailable: the engine stopped itself, or a service or frontend does not answer',
  70: 'a bug in txlog',
  74: 'input or output failed',
  75: 'try again later',
  77: 'no permission, or read-only',
  78: 'wrong configuration',
  129: 'the terminal went away',
  130: 'interrupted (Ctrl-C)',
  143: 'terminated',
} as const;

/** One of the codes above. */
export type ExitCode = keyof typeof exitMeanings;

/** Codes that any command can give, so that no help lists them for one command. */
export const everywhere: readonly ExitCode[] = [2, 70, 74, 77, 130, 143];

const exitCodeOfClass: Readonly<Record<ErrorClass, ExitCode>> = {
  usage: 2,
  absent: 3,
  conflict: 4,
  held: 5,
  input: 65,
  noInput: 66,
  service: 69,
  stopped: 69,
  closed: 70,
  io: 74,
  moved: 75,
  limited: 75,
  denied: 77,
  readOnly: 77,
  config: 78,
};

/** The exit code of an error code: that of its class. */
export function exitCodeOfCode(code: ErrorCode): ExitCode {
  return exitCodeOfClass[classOf(code)];
}

/** A command's description with the exit codes that it can give besides those of every command, for its help. */
export function withExitCodes(description: string, codes: readonly ExitCode[]): string {
  const lines = codes.map((code) => `${String(code).padEnd(4)} ${exitMeanings[code]}`);
  return `${description}${exitCodesTitle}${lines.join('\n')}`;
}

const exitCodesTitle = '\n\nExit codes:\n';

/** A description as its text, and its exit codes with their meaning, one a line. */
export function partsOfDescription(description: string): { readonly text: string; readonly exitCodes: string } {
  const [text = '', exitCodes = ''] = description.split(exitCodesTitle);
  return { text, exitCodes };
}

/** The exit codes that no help lists for one command, as a sentence. */
export function everywhereText(): string {
  const told = everywhere.map((code) => `${code} (${exitMeanings[code].replace(/ \(.*\)$/, '')})`);
  return `Any command can also end with ${told.slice(0, -1).join(', ')} or ${told.at(-1)}.`;
}
