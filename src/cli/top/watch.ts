import { writeSync } from 'node:fs';
import type { Overview } from '../../index.ts';
import { Output } from '../output/output.ts';
import { Redraw } from './redraw.ts';

/**
 * Draws one overview after the other in place, until they end. Gives the cursor back at its end, and while it is stopped.
 * Errors: those of `Output` once the terminal is gone.
 */
export async function drawOver(
  overviews: AsyncIterable<Overview>,
  format: (overview: Overview) => string,
  terminal: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const redraw = new Redraw(terminal);
  const output = new Output(terminal);
  const giveBack = () => {
    try {
      writeSync(1, redraw.stop());
    } catch {
      // A terminal that is gone has no cursor.
    }
  };
  const suspend = () => {
    giveBack();
    redraw.forget();
    // The starter may have children of its own in the group: a shell stops them all.
    process.kill(0, 'SIGSTOP');
  };
  process.on('exit', giveBack).on('SIGTSTP', suspend);
  try {
    for await (const overview of overviews) {
      await output.add(redraw.update(format(overview)));
      await output.flush();
    }
  } finally {
    process.off('SIGTSTP', suspend);
  }
}
