import type { Appended } from './5-log.ts';
import type { Stage } from './stage.ts';

/** Step 6: folds the batch into the view, once it is durable. The indexes follow at the next checkpoint. */
export function applyBatch(stage: Stage, appended: Appended): void {
  const { view } = stage;
  // A read between the flush and this call has folded the batch from the log already.
  if (view.head.position !== stage.basePosition) return;
  stage.staged.forEach(({ record, after }, i) => {
    view.absorb(record, after, (key) => stage.entry(key), appended.bytes[i] ?? 0);
  });
  view.head = appended.head;
}
