import { parseDuration } from '../../text/duration.ts';
import { shellQuote } from '../../text/shell-quote.ts';

/** The things that a person can do to sessions, sagas and queues. */
export type Verb =
  | 'retry'
  | 'take over'
  | 'store'
  | 'park'
  | 'unpark'
  | 'remove'
  | 'retry saga'
  | 'skip step'
  | 'compensate'
  | 'force done'
  | 'force compensated'
  | 'pause'
  | 'resume';

/** Something that is to be done to one or many of a kind. */
export interface Action {
  readonly verb: Verb;
  /** Ids of sessions or sagas; the theme of a queue. */
  readonly ids: readonly string[];
}

/** The person who does it, why, and for how long, as it was typed. */
export interface GivenReason {
  readonly reason: string;
  readonly actor: string;
  /** For how long, of `store`. */
  readonly span: string;
}

const kinds: Readonly<Record<Verb, 'session' | 'saga' | 'queue'>> = {
  ...{ retry: 'session', 'take over': 'session', store: 'session', park: 'session', unpark: 'session' },
  ...{ remove: 'session', 'retry saga': 'saga', 'skip step': 'saga', compensate: 'saga' },
  ...{ 'force done': 'saga', 'force compensated': 'saga', pause: 'queue', resume: 'queue' },
};

/** The kind of thing that an action is done to. */
export function kindOf(verb: Verb): 'session' | 'saga' | 'queue' {
  return kinds[verb];
}

const meanings: Readonly<Record<Verb, string>> = {
  retry: 'may be led again at once, with all its attempts',
  'take over': 'is taken from who leads it, and may be led at once',
  store: 'sleeps for a while, then is led again',
  park: 'is led no more until a person sees to it',
  unpark: 'may be led again at once',
  remove: 'ends now: its work is done, or no longer wanted',
  'retry saga': 'tries at once what failed, with all attempts',
  'skip step': 'goes on as if the step that fails were done, or undone',
  compensate: 'turns back, and undoes what it has done',
  'force done': 'ends now and counts as done, whatever is left',
  'force compensated': 'ends now and counts as compensated, whatever is left',
  pause: 'leads no session until it is resumed',
  resume: 'goes on',
};

/** The meaning of an action, in words that follow its subject. */
export function meaningOfVerb(verb: Verb): string {
  return meanings[verb];
}

const words: Readonly<Record<Verb, string>> = {
  ...{ retry: 'session retry', 'take over': 'session retry', store: 'session store', park: 'session park' },
  ...{ unpark: 'session unpark', remove: 'session remove', 'retry saga': 'saga retry', 'skip step': 'saga skip' },
  ...{ compensate: 'saga compensate', 'force done': 'saga force', 'force compensated': 'saga force' },
  ...{ pause: 'queue pause', resume: 'queue resume' },
};

/** The words of the command that does the same. */
export function commandWords(verb: Verb): string {
  return words[verb];
}

/** The command that does the same in any shell, for each of the ids where it takes one alone. */
export function commandOf({ verb, ids }: Action, { reason, actor, span }: GivenReason, dir: string): string {
  const why = shellQuote(reason === '' ? '…' : reason);
  const by = ` --reason ${why} --actor ${shellQuote(actor)} --env ${shellQuote(dir)}`;
  const named = ids.map((id) => shellQuote(id));
  if (verb === 'store' || verb === 'park' || verb === 'remove') {
    const length = verb === 'store' ? ` ${shellQuote(span)}` : '';
    return named.map((id) => `txlog ${words[verb]} ${id}${length}${by}`).join(' && ');
  }
  const force = verb === 'take over' ? ' --force' : '';
  const outcome =
    verb === 'force done' ? ' --outcome done' : verb === 'force compensated' ? ' --outcome compensated' : '';
  return `txlog ${words[verb]} ${named.join(' ')}${outcome}${force}${by}`;
}

/** Seconds of a span that was typed; undefined when it is none. */
export function secondsOf(span: string): number | undefined {
  try {
    return parseDuration('time', span) / 1_000;
  } catch {
    return undefined;
  }
}
