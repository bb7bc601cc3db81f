import type { View } from '../pipeline/view.ts';
import type { Snapshot } from '../ports/storage.ts';

/** A view and a snapshot that belong together. */
export interface Side {
  readonly view: View;
  readonly snapshot: Snapshot;
}
