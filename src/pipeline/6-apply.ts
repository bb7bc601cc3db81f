import type { Appended } from './5-log.ts';
import type { Stage } from './stage.ts';

/** Step 6: folds the batch into the view, once it is durable. The indexes follow at the next checkpoint. */
export function applyBatch(stage: Stage, appended: Appended): void {
  const { view } = stage;
  stage.staged.forEach(({ record, after }, i) => {
    view.absorb(record, after, (key) => stage.entry(key), appended.bytes[i] ?? 0);
  });
  view.head = appended.head;
}
