import { TextState } from '../core/fold/raw-json.ts';
import type { State } from '../core/fold/state.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { Stage } from './3-stage.ts';
import type { Appended } from './5-log.ts';

/** Step 6: folds the batch into the view, once it is durable. The indexes follow at the next checkpoint. */
export function applyBatch(stage: Stage, appended: Appended): void {
  const { view } = stage.cut;
  // A read between the flush and this call has folded the batch from the log already.
  if (view.foldedPosition !== stage.basePosition) return;
  stage.staged.forEach(({ record, after }, i) => {
    const states = asTexts(record, after, appended.texts[i] ?? none);
    view.absorb({ record, after: states, bytes: appended.bytes[i] ?? 0 }, (key) => stage.entry(key));
  });
  view.absorbQueue(stage.queue);
  view.head = appended.head;
}

const none: readonly (string | undefined)[] = [];

/** A value that was put as it is stays in memory as the text that the record has of it, and is not printed again. */
function asTexts(
  { changes }: LogRecord,
  after: ReadonlyMap<string, State>,
  texts: readonly (string | undefined)[],
): Iterable<[string, State]> {
  // Each change has a key of its own, and the states stand in the order of the changes.
  if (texts.length === 0 || after.size !== changes.length) return after;
  return Array.from(after, ([key, state], i) => {
    const text = texts[i];
    const isPut = text !== undefined && state.value === changes[i]?.value;
    return [key, isPut ? new TextState(state, text) : state];
  });
}
