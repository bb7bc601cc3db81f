import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Letter } from '../../fixtures/apps/dialogs/feed.ts';

const { TXLOG_MESSAGES } = process.env;
const real = TXLOG_MESSAGES ?? new URL('../../../shared/data/college-messages.txt.gz', import.meta.url);
const sample = new URL('../../fixtures/requests/dialogs-sample.ndjson', import.meta.url);

/** Whether the 59,835 real messages are here. */
export const hasRealLetters = existsSync(real);

/** Messages of the project's own making. */
export function sampleLetters(): readonly Letter[] {
  return readFileSync(sample, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Letter);
}

/** Real messages between students, the first `count` of them, in their order: a line is author, recipient and time. */
export function realLetters(count: number): readonly Letter[] {
  const lines = gunzipSync(readFileSync(real)).toString().trimEnd().split('\n');
  return lines.slice(0, count).map((line) => {
    const [author = '', recipient = ''] = line.split(' ');
    return { author, recipient };
  });
}
