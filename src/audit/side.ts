import type { Snapshot } from '../ports/storage.ts';
import type { View } from '../view/view.ts';

/** A view and a snapshot that belong together. */
export interface Side {
  readonly view: View;
  readonly snapshot: Snapshot;
}
