/** What sessions the events of work items imply. */
export interface Figures {
  readonly scheduled: number;
  readonly starts: number;
  readonly completions: number;
  /** Starts of what was being worked on. */
  readonly takeOvers: number;
  readonly removed: number;
  /** Removals of an item that another one waited for. */
  readonly turns: number;
  /** What is left. */
  readonly active: number;
  readonly stored: number;
  readonly ready: number;
  readonly behind: number;
}

/** Figures of nothing. */
export const noFigures: Figures = {
  ...{ scheduled: 0, starts: 0, completions: 0, takeOvers: 0, removed: 0, turns: 0 },
  ...{ active: 0, stored: 0, ready: 0, behind: 0 },
};

/**
 * The figures of one line, from its letters alone: S schedule, s start, c complete. It is read with the number of items
 * that are open and the letter before, and knows nothing of sessions.
 */
export function figuresOf(letters: string): Figures {
  const count = (letter: string) => letters.split(letter).length - 1;
  let [open, takeOvers, removed, turns] = [0, 0, 0, 0];
  let head: 'ready' | 'active' | 'stored' = 'ready';
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i];
    if (letter === 'S') open += 1;
    if (letter === 's') {
      if (head === 'active') takeOvers += 1;
      head = 'active';
    }
    if (letter !== 'c') continue;
    const goesOn = open === 1 && /[sc]/.test(letters[i + 1] ?? '');
    head = goesOn ? 'stored' : 'ready';
    if (goesOn) continue;
    if (open > 1) turns += 1;
    removed += 1;
    open -= 1;
  }
  const left = { active: 0, stored: 0, ready: 0, behind: Math.max(0, open - 1) };
  if (open > 0) left[head] = 1;
  return { scheduled: count('S'), starts: count('s'), completions: count('c'), takeOvers, removed, turns, ...left };
}

/** The sum of two. */
export function addFigures(one: Figures, other: Figures): Figures {
  const names = Object.keys(noFigures) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Figures;
}
