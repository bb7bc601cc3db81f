import type { Clock } from '../ports/clock.ts';
import { readKeys, readStateAt, type StateReading } from '../view/read-state.ts';
import type { Reading } from '../view/reader.ts';

/** Which states are listed. */
export interface StatesOptions {
  readonly prefix?: string;
  /** As of this position; otherwise as of now. */
  readonly asOf?: number;
}

const pageKeys = 1_000;

/** States in key order, a page at a time, all as of one position. */
export async function* listStates(
  env: Reading & { readonly clock: Clock },
  { prefix = '', asOf }: StatesOptions,
): AsyncGenerator<StateReading> {
  let after: string | undefined;
  let at = asOf;
  for (;;) {
    const from = after;
    const page = await env.read((view, snapshot) => {
      // All pages answer as of one position, that of the first.
      const position = at ?? view.head.position;
      at = position;
      const now = asOf === undefined ? env.clock.now() : undefined;
      const keys = readKeys(view, snapshot, prefix, from, pageKeys);
      return keys.map((key) => ({ key, state: readStateAt(view, snapshot, key, position, now) }));
    });
    for (const { state } of page) if (state) yield state;
    after = page.at(-1)?.key;
    if (after === undefined || page.length < pageKeys) return;
  }
}
