// Goal: what people and scripts see of reading, repairing and undoing changes only on purpose. Method: as in
// test/cli/sessions.e2e.test.ts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { playSession } from '../cli/session.ts';

const dir = fileURLToPath(new URL('./sessions/', import.meta.url));

for (const name of readdirSync(dir).filter((file) => file.endsWith('.txt'))) {
  it(`plays sessions/${name} as it is written`, () => {
    const { written, played } = playSession(join(dir, name));
    expect(played).toBe(written);
  });
}
