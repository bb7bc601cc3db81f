// Goal: whatever changes an environment can be tried first. Method: each command of the manifest has --dry-run, or stands
// here with the reason why it needs none; that a dry run writes nothing is played in sessions/dry-run.txt.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../docs/pages.ts';

const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<
    Record<string, { readonly effect: unknown; readonly flags: Readonly<Record<string, unknown>> }>
  >;
};

/** Commands that change an environment and have none, by why they need none. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  'its turns have effects outside, which no copy can hold': ['work'],
  'its clients rely on the receipts that it gives': ['serve'],
};

it('every command that changes an environment has --dry-run', () => {
  const changing = Object.entries(manifest.commands).filter(
    ([, { effect }]) => effect !== 'none' && effect !== 'reads',
  );
  const without = changing.filter(([, { flags }]) => !('dry-run' in flags));
  expect(changing.length).toBeGreaterThan(30);
  expect(without.map(([id]) => id).sort()).toEqual(Object.values(harmless).flat().toSorted());
});
