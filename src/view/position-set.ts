/** A set of positions of the log: a bit for each position up to the last, in order without being sorted. */
export class PositionSet {
  private readonly words: Uint32Array;

  constructor(last: number) {
    this.words = new Uint32Array(Math.ceil((last + 1) / wordBits));
  }

  /** Adds a position; those after the last that the set was made for are left out. */
  add(position: number): void {
    const word = Math.floor(position / wordBits);
    if (word < this.words.length) this.words[word] = this.wordAt(word) | (1 << (position % wordBits));
  }

  /** Its positions from `from` to `to`, both included; downwards when `reverse`. */
  *within(from: number, to: number, reverse: boolean): Generator<number> {
    const [first, last] = [Math.floor(from / wordBits), Math.min(Math.floor(to / wordBits), this.words.length - 1)];
    for (let i = 0; i <= last - first; i++) {
      const word = reverse ? last - i : first + i;
      if (this.wordAt(word) === 0) continue;
      for (let bit = 0; bit < wordBits; bit++) {
        const at = reverse ? wordBits - 1 - bit : bit;
        const position = word * wordBits + at;
        if ((this.wordAt(word) >>> at) & 1 && position >= from && position <= to) yield position;
      }
    }
  }

  private wordAt(word: number): number {
    return this.words[word] as number;
  }
}

const wordBits = 32;
