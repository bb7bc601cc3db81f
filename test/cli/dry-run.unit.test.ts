// Goal: whatever changes an environment can be tried first. Method: each command of the manifest has --dry-run, or stands
// here with the reason why it needs none; that a dry run writes nothing is played in sessions/dry-run.txt.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../docs/pages.ts';

const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
};

/** Commands that write to no environment, by why they do not. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  'reads only': [
    ...[
      'commands',
      'doctor',
      'explain',
      'get',
      'inspect',
      'log',
      'log:count',
      'schema',
      'status',
      'top',
      'verify',
      'wait',
    ],
    ...['queue:list', 'queue:show', 'saga:graph', 'saga:list', 'saga:show', 'saga:wait', 'theme:list'],
    ...['session:list', 'session:show', 'session:stuck', 'session:wait'],
    ...['state:diff', 'state:get', 'state:history', 'state:list'],
    ...['sync:cursor', 'sync:diff', 'sync:head', 'sync:inspect', 'sync:status', 'sync:verify'],
  ],
  'writes a copy elsewhere, and never over anything': ['backup', 'sync:export'],
  'works in an environment of its own': ['bench'],
  'its turns have effects outside, which no copy can hold': ['work'],
  'shows what it does before it asks': ['tui'],
};

it('every command that changes an environment has --dry-run', () => {
  const without = Object.entries(manifest.commands).filter(([, { flags }]) => !('dry-run' in flags));
  const known = Object.values(harmless).flat();
  expect(without.map(([id]) => id).sort()).toEqual(known.toSorted());
});
