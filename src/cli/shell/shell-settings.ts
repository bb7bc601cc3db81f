import { TxlogError } from '../../core/base/errors.ts';
import { type ChosenEnvironment, chooseEnvironment, contextOf } from '../../environment/choose-environment.ts';
import type { Contexts } from '../../environment/contexts.ts';
import type { GlobalFlags } from '../frame/global-flags.ts';
import { formatOf, formatOfWords } from '../output/format-words.ts';

/**
 * The variables by which a shell passes on to its commands what was said to it. Only what was named is passed on: what a
 * command finds by itself, such as the environment of the directory, it finds in a shell as well.
 */
export function variablesOf(
  { origin, dir, context }: ChosenEnvironment,
  flags: Pick<GlobalFlags, 'read-only' | 'no-color' | 'no-pager' | 'time' | 'token-file'>,
): NodeJS.ProcessEnv {
  return {
    ...(origin === '--env' && { TXLOG_ENV: dir }),
    // An empty variable counts as not set.
    ...(origin === '--context' && context && { TXLOG_ENV: '', TXLOG_CONTEXT: context.name }),
    ...(flags['token-file'] !== undefined && { TXLOG_TOKEN_FILE: flags['token-file'] }),
    ...(flags['read-only'] && { TXLOG_READ_ONLY: '1' }),
    ...(flags['no-color'] && { NO_COLOR: '1' }),
    ...(flags['no-pager'] && { TXLOG_PAGER: '' }),
    TXLOG_TIME: flags.time,
  };
}

/** The flags for which there is no variable. Errors: USAGE for those that mean nothing for every command. */
export function flagsOf(flags: GlobalFlags & { readonly template?: string | undefined }): readonly string[] {
  const ofOne = flags.fields !== undefined ? 'fields' : flags.template !== undefined ? 'template' : undefined;
  if (ofOne !== undefined) {
    throw new TxlogError('USAGE', `--${ofOne} belongs to one command in the shell, not to the shell itself`, {
      next: ['txlog shell --help'],
    });
  }
  const format = formatOf(flags);
  return [
    ...(format === undefined ? [] : [`--output=${format}`]),
    ...(flags.progress === 'auto' ? [] : [`--progress=${flags.progress}`]),
    ...(['wide', 'verbose', 'yes'] as const).flatMap((name) => (flags[name] ? [`--${name}`] : [])),
  ];
}

/** First words of lines that are no command. */
const ofNoCommand: ReadonlySet<string> = new Set(['help', '--help', '-h', '--version', '-v', '-V']);

/** A line with the flags of the shell, save those that it has itself. */
export function withFlags(words: readonly string[], flags: readonly string[]): readonly string[] {
  const [first = ''] = words;
  if (ofNoCommand.has(first)) return words;
  const end = words.indexOf('--');
  const names = new Set((end === -1 ? words : words.slice(0, end)).map((word) => word.split('=')[0]));
  const hasForm = formatOfWords(words) !== undefined || names.has('--template');
  const isSaid = (flag: string) => (flag.startsWith('--output=') ? hasForm : names.has(flag.split('=')[0]));
  return [...flags.filter((flag) => !isSaid(flag)), ...words];
}

/** The name that stands before the next line: a command before it may have chosen another context. */
export function nameOfPrompt(contexts: Contexts): string {
  try {
    const chosen = chooseEnvironment({}, contexts);
    return contextOf(chosen, contexts)?.name ?? chosen.dir;
  } catch (error) {
    if (error instanceof TxlogError) return '?';
    throw error;
  }
}
