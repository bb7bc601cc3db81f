// Goal: what people and scripts see of the command line changes only on purpose. Method: each file in sessions/ is a
// session at a shell, with its stdout, stderr and exit codes, played again and compared (session.ts).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { playSession } from './session.ts';

const dir = fileURLToPath(new URL('./sessions/', import.meta.url));

for (const name of readdirSync(dir).filter((file) => file.endsWith('.txt'))) {
  it(`plays sessions/${name} as it is written`, () => {
    const { written, played } = playSession(join(dir, name));
    expect(played).toBe(written);
  });
}
