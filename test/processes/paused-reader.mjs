// Reads the whole log again and again, and tells how many records it saw; stopped in the middle by its parent.
import { writeSync } from 'node:fs';
import { openEnvironment } from '../../dist/test/library.mjs';

const env = await openEnvironment(process.argv[2], { readOnly: true });
for (;;) {
  let position = 0;
  for await (const record of env.records()) {
    if (record.position !== position + 1) throw new Error(`position ${record.position} after ${position}`);
    position = record.position;
  }
  writeSync(1, `${position}\n`);
}
