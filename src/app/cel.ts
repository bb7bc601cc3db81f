/** The parts of a parsed CEL expression that matter here. */
export interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

/**
 * CEL's own `matches` backtracks, for ever where a pattern is unlucky, and cannot be replaced: calls of it go to ours,
 * under a name as long, so that places in the text stay what they are.
 */
export const matchNames = { theirs: 'matches', ours: 'matchRe' } as const;
