import type { Change } from '../core/fold/change.ts';
import type { FoldedRecord } from '../core/log/record.ts';

/** Where in a history decisions stand that looked at states: all others are applied whatever the keys hold. */
export class DecidedPositions {
  private readonly types = new Map<string, number[]>();
  private readonly expecting: number[] = [];

  /** Takes in a transaction, after all before it. */
  add({ position, type, expects = true }: FoldedRecord, changes: readonly Change[]): void {
    if (expects || changes.some(({ op }) => op === 'reduce')) this.expecting.push(position);
    const ofType = this.types.get(type);
    if (ofType) ofType.push(position);
    else this.types.set(type, [position]);
  }

  /** Forgets all after a position. */
  dropAfter(position: number): void {
    for (const list of [this.expecting, ...this.types.values()]) list.length = firstAfter(list, position);
  }

  /** Those after a position, rising; `isHandled` tells which types have a handler. */
  after(position: number, isHandled: (type: string) => boolean): readonly number[] {
    const lists = [this.expecting, ...[...this.types].filter(([type]) => isHandled(type)).map(([, list]) => list)];
    const found = new Set(lists.flatMap((list) => list.slice(firstAfter(list, position))));
    return [...found].sort((a, b) => a - b);
  }
}

/** Index of the first of rising positions that is after `position`. */
function firstAfter(positions: readonly number[], position: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] as number) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
