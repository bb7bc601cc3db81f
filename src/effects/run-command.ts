import { isUtf8 } from 'node:buffer';
import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { type CommandCall, permanentExits, type StepContext, type StepOutcome } from '../core/app/saga-definition.ts';
import { given } from '../core/base/given.ts';
import { findJsonProblem, type JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { isShortage } from '../core/base/shortage.ts';
import {
  done,
  failed,
  jsonOf,
  jsonOrText,
  permanentUnknown,
  refused,
  textOf,
  tooLarge,
  unknown,
  unlessAborted,
  unsent,
} from './outcome.ts';
import { takeCharge } from './program.ts';

/**
 * Runs a program, never a shell. It gets one line of JSON on stdin: `input`, or what the step is told; and the
 * variables TXLOG_SAGA, TXLOG_STEP and TXLOG_KEY, and TRACEPARENT of a saga with a trace, besides those of the worker and of the call. It leads a process group
 * of its own, which ends with the attempt: SIGTERM, and SIGKILL 2 s later.
 *
 * Shape: exit 0 is done once stdout is closed, also by what the program started. The result is its JSON, a list of
 * several lines that are JSON each, or else the trimmed text; null when it is empty. More than `limits.valueBytesMax`
 * end the program, and are, as what is not UTF-8, a permanent failure of what may have happened.
 * Errors: the exits of `permanentExits` and `permanent`, and a program that cannot be started, are permanent, and it
 * did not happen: they are for what refuses before it does anything. Only after exit 1, which programs say for whatever
 * went wrong, it may have happened. After any other exit or a signal it may have, and there is another attempt.
 */
export function runCommand(call: CommandCall, context: StepContext): Promise<StepOutcome> {
  return unlessAborted(context.signal, async () => {
    const name = basename(String(call.argv?.[0] ?? 'command'));
    const input = call.input === undefined ? told(context) : call.input;
    const problem = findJsonProblem(input, 'input');
    if (problem) return failed(`${name}: ${problem.path}: ${problem.reason}`, refused);
    try {
      const child = start(call, context);
      return await attend(name, child, { call, input, signal: context.signal });
    } catch (error) {
      return notStarted(name, error);
    }
  });
}

function told({ saga, type, step, key, attempt, data, results, error, traceparent }: StepContext): JsonValue {
  return { saga, type, step, key, attempt, data, results, ...given({ error, traceparent }) };
}

function start({ argv, env, cwd }: CommandCall, { saga, step, key, traceparent }: StepContext): ChildProcess {
  const [file = '', ...args] = argv;
  return spawn(file, args, {
    cwd,
    env: {
      ...{ ...process.env, ...given({ TRACEPARENT: traceparent }), ...env },
      ...{ TXLOG_SAGA: saga, TXLOG_STEP: step, TXLOG_KEY: key },
    },
    shell: false,
    detached: true,
    windowsHide: true,
    stdio: 'pipe',
  });
}

interface Task {
  readonly call: CommandCall;
  readonly input: JsonValue;
  readonly signal: AbortSignal;
}

/** Leads a program to its end. Rejects when it cannot be started. */
function attend(name: string, child: ChildProcess, { call, input, signal }: Task): Promise<StepOutcome> {
  return new Promise((resolve, reject) => {
    const end = takeCharge(child);
    signal.addEventListener('abort', end, { once: true });
    const output = collect(child, () => {
      end();
      resolve(tooLarge(name));
    });
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', end);
      if (code === 0) resolve(resultOf(name, output.text()));
      else resolve(exited(name, { code, killedBy, said: output.lastWords() }, call.permanent));
    });
    // A program need not read what it is given.
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${JSON.stringify(input)}\n`);
  });
}

interface Output {
  /** All of stdout, trimmed; undefined when it is not valid UTF-8. */
  text(): string | undefined;
  /** The end of stderr, trimmed. */
  lastWords(): string;
}

const lastWordsUnits = 300;
// A unit is three bytes at most.
const tailBytes = lastWordsUnits * 3;

/** Collects what a program writes. Calls `onTooMuch` once when stdout is over `limits.valueBytesMax`. */
function collect(child: ChildProcess, onTooMuch: () => void): Output {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let tail = Buffer.alloc(0);
  child.stdout?.on('data', (chunk: Buffer) => {
    const wasWithin = bytes <= limits.valueBytesMax;
    bytes += chunk.length;
    if (bytes <= limits.valueBytesMax) chunks.push(chunk);
    else if (wasWithin) onTooMuch();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
  });
  return {
    text: () => {
      const all = Buffer.concat(chunks);
      return isUtf8(all) ? new TextDecoder().decode(all).trim() : undefined;
    },
    lastWords: () => tail.toString().trim().slice(-lastWordsUnits),
  };
}

function resultOf(name: string, text: string | undefined): StepOutcome {
  if (text === undefined) return failed(`${name}: its output is not valid UTF-8`, permanentUnknown);
  return done(name, outputOf(text));
}

function outputOf(text: string): JsonValue {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return jsonOrText(text);
  const whole = jsonOf(text);
  if (whole !== undefined) return whole;
  const values: JsonValue[] = [];
  for (const line of lines) {
    const value = jsonOf(line);
    if (value === undefined) return text;
    values.push(value);
  }
  return values;
}

interface Exit {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly said: string;
}

function exited(name: string, { code, killedBy, said }: Exit, permanent: readonly number[] = []): StepOutcome {
  const how = code === null ? `ended by ${killedBy}` : `exit ${code}`;
  const isPermanent = code !== null && (permanentExits.includes(code) || permanent.includes(code));
  // Many programs say 1 for whatever went wrong on the way.
  const verdict = !isPermanent ? unknown : code === 1 ? permanentUnknown : refused;
  return failed(`${name}: ${how}${said === '' ? '' : `: ${said}`}`, verdict);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program, interpreter or working directory',
  EACCES: 'it may not be run',
};

function notStarted(name: string, error: unknown): StepOutcome {
  const { code = '' } = error as NodeJS.ErrnoException;
  const why = reasons[code] ?? textOf(error);
  return failed(`${name}: not started: ${why}`, isShortage(error) || code === 'ETXTBSY' ? unsent : refused);
}
