// Goal: posting lists hold each position once however often they are extended. Method: generated cuts of a list, written
// twice and out of step as two processes would.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { countPostings, extendPostings, lastChunk, readPostingChunks } from '../../src/layout/posting-lists.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';

const size = limits.postingsPerChunk;

describe('posting lists', () => {
  it('hold what was appended, once, in chunks of a fixed size', () => {
    const cuts = fc.array(fc.tuple(fc.nat(3 * size), fc.boolean()), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 9 }), (steps, stride) => {
        const storage = openMemoryStorage();
        const total = Math.max(...steps.map(([end]) => end));
        const positions = Array.from({ length: total }, (_, i) => (i + 1) * stride);
        let reached = 0;
        for (const [end, again] of steps) {
          const from = again ? 0 : Math.min(reached, end);
          storage.transact((tx) => extendPostings(tx, 'type/1', positions.slice(from, end)));
          reached = Math.max(reached, end);
        }
        storage.read((snapshot) => {
          const chunks = [...readPostingChunks(snapshot, { table: 'postings', list: 'type/1' })];
          expect(chunks.flatMap((chunk) => chunk.positions)).toEqual(positions);
          expect(chunks.map(({ chunk }) => chunk)).toEqual(chunks.map((_, i) => i));
          for (const chunk of chunks.slice(0, -1)) expect(chunk.positions).toHaveLength(size);
          expect(countPostings(snapshot, 'type/1')).toBe(total);
          expect(lastChunk(snapshot, 'postings', 'type/1')?.positions.at(-1)).toBe(positions.at(-1));
          expect(countPostings(snapshot, 'type/10')).toBe(0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are read from the chunk on that may hold a position, without missing any', () => {
    const storage = openMemoryStorage();
    const positions = Array.from({ length: 5 * size + 3 }, (_, i) => i * 3 + 2);
    storage.transact((tx) => {
      extendPostings(tx, 'a', positions);
      extendPostings(tx, 'b', [1]);
    });
    storage.read((snapshot) => {
      for (const from of [0, 1, 2, 3, 3 * size, 3 * size + 2, 6 * size + 1, 15 * size, 15 * size + 8, 99 * size]) {
        const read = [...readPostingChunks(snapshot, { table: 'postings', list: 'a' }, from)].flatMap(
          (chunk) => chunk.positions,
        );
        expect(read.filter((position) => position >= from)).toEqual(positions.filter((position) => position >= from));
        expect(read.filter((position) => position < from).length).toBeLessThan(from === 0 ? 1 : size + 1);
      }
    });
  });
});
