import { writeSync } from 'node:fs';
import type { Overview } from '../../index.ts';
import { Redraw } from './redraw.ts';

/** Draws one overview after the other in place, until they end. */
export async function drawOver(overviews: AsyncIterable<Overview>, format: (overview: Overview) => string) {
  const redraw = new Redraw(process.stdout);
  const giveBack = () => {
    try {
      writeSync(1, redraw.stop());
    } catch {
      // A terminal that is gone has no cursor.
    }
  };
  process.on('exit', giveBack);
  for await (const overview of overviews) {
    const text = redraw.update(format(overview));
    if (text !== '') await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  }
}
