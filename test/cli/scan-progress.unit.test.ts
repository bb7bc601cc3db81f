// Goal: a search says how many records it has looked at, whichever end it begins at. Method: the clock is turned, and what is
// said on stderr is kept.
import { afterEach, expect, it, vi } from 'vitest';
import * as stderr from '../../src/cli/frame/stderr.ts';
import { ScanProgress } from '../../src/cli/log/scan-progress.ts';

afterEach(() => vi.restoreAllMocks());

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
