import { asSession, sessionOfKey } from '../../core/fold/session.ts';
import type { State } from '../../core/fold/state.ts';
import type { DumpEntry } from '../../layout/dump-schema.ts';
import type { Cut } from '../../view/cut.ts';
import type { LongViewReader } from '../../view/reader.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import type { Steps } from '../../view/turns.ts';
import { readKeys } from './read-keys.ts';

const pageKeys = 500;
/** Prefixes of all keys: sessions, themes, and those of users. */
const prefixes = ['\u0001', '\u0002', ''];

/** Entries of all states and live sessions as of a position, whatever is written meanwhile. */
export async function* readStateEntries(env: LongViewReader, position: number): AsyncGenerator<DumpEntry> {
  for await (const state of readStates(env, position)) yield entryOfState(state, position);
}

/** All states that exist as of a position, the engine's own included, in key order within each kind of key. */
export async function* readStates(env: LongViewReader, position: number): AsyncGenerator<State> {
  for (const prefix of prefixes) {
    let after: string | undefined;
    for (;;) {
      const from = after;
      const page = await env.readSteps((cut) => readPage(cut, { prefix, after: from, position }));
      for (const { state } of page) if (state?.exists) yield state;
      after = page.at(-1)?.key;
      if (after === undefined || page.length < pageKeys) break;
    }
  }
}

/** A page in steps: the life of one key alone may be long. */
function* readPage(
  cut: Cut,
  { prefix, after, position }: { prefix: string; after: string | undefined; position: number },
): Steps<readonly { readonly key: string; readonly state: State | undefined }[]> {
  const page: { readonly key: string; readonly state: State | undefined }[] = [];
  for (const key of readKeys(cut, { prefix, after, limit: pageKeys })) {
    page.push({ key, state: yield* stateAtSteps(cut, key, position) });
    yield;
  }
  return page;
}

/** A state as the entry of a dump. */
export function entryOfState(state: State, position: number): DumpEntry {
  const { key, kind, version, position: last, value, owner, pendingUntil } = state;
  const id = sessionOfKey(key);
  const session = id === undefined ? undefined : asSession(value);
  if (id !== undefined && session) {
    const { theme, status, epoch } = session;
    const body = { id, theme, status, epoch, version, last, value: JSON.stringify(value) };
    return { kind: 'SESSION', position, session: body };
  }
  return {
    kind: 'STATE',
    position,
    state: {
      ...{ key, kind, version, last },
      value: value === undefined ? null : JSON.stringify(value),
      owner: owner ?? null,
      pendingUntil: pendingUntil ?? null,
    },
  };
}
