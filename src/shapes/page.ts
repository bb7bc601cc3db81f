import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** One page of a list: all of it as of one position. */
export interface ListPage {
  readonly position: number;
  readonly items: readonly JsonObject[];
  /** Where the next page begins, if there may be one. */
  readonly next?: string | undefined;
}

/** A page as JSON. */
export function toPageJson({ position, items, next }: ListPage): JsonObject {
  return { v: 1, position: String(position), items: [...items], ...given({ next }) };
}
