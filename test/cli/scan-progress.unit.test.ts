// Goal: a search says how many records it has looked at, whichever end it begins at. Method: the clock is turned, and what is
// said on stderr is kept.
import { afterEach, expect, it, vi } from 'vitest';
import { ScanProgress } from '../../src/cli/frame/scan-progress.ts';
import * as stderr from '../../src/cli/frame/stderr.ts';
import { Condition } from '../../src/cli/output/condition.ts';

afterEach(() => vi.restoreAllMocks());

it('a search through a list says how many items are behind it', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const said: string[] = [];
  vi.spyOn(stderr, 'say').mockImplementation((text) => void said.push(text));
  function* items() {
    for (let i = 1; i <= 40; i++) {
      now += 1_000;
      yield { id: i };
    }
  }
  const condition = await Condition.read('id == 25', { line: { properties: { id: {} } } });
  const found: number[] = [];
  for await (const { id } of condition.select(items(), (item) => item, new ScanProgress(true))) found.push(id);
  expect(found).toEqual([25]);
  expect(said).toEqual(['searching: 11 looked at\n', 'searching: 21 looked at\n', 'searching: 31 looked at\n']);
});

it.each([
  ['from the end', 1_000, 900],
  ['from the beginning', 501, 601],
])('a search %s says how much of its range is behind it', (_, first, later) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const said: string[] = [];
  vi.spyOn(stderr, 'say').mockImplementation((text) => void said.push(text));
  const progress = new ScanProgress(true, { from: 501, to: 1_000 });
  progress.looked(first);
  now = 2_000;
  progress.looked(first);
  now = 12_000;
  progress.looked(later);
  progress.stop();
  expect(said).toEqual([expect.stringMatching(/^searching: 20 %, 101 of 500, /)]);
});
