// Goal: what is picked or completed is what there is: the steps of a saga that wait for an answer, the services that messages
// wait for. Method: an environment on disk with both, and its sources read as a command line reads them.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSource } from '../../../src/cli/complete/sources.ts';
import type { ValueSource } from '../../../src/cli/complete/value-source.ts';
import { outboxTheme } from '../../../src/core/app/parcel.ts';
import { defineApp, openEnvironment } from '../../../src/index.ts';
import { root } from '../../docs/pages.ts';
import { tempDir } from '../filled.ts';

const app = defineApp({
  sagas: {
    order: {
      steps: [
        { name: 'check', do: { run: () => null } },
        [
          { name: 'approve', do: { ask: { to: 'approvals', data: 1 } } },
          { name: 'insure', do: { ask: { to: 'policies', data: 1 } } },
        ],
        { name: 'ship', do: { run: () => null } },
      ],
    },
  },
});
let temp: ReturnType<typeof tempDir>;
let env: string;

beforeEach(async () => {
  temp = tempDir();
  env = join(temp.dir, 'env');
  const open = await openEnvironment(env, { create: true, app });
  await open.sagas.start('order', 1, { id: 'o-1' });
  await open.work({ untilEmpty: true, themes: ['saga/order'] }).done;
  await open.sessions.create('mail', 1, { id: 'm-1' });
  await open.sessions.create(outboxTheme('insurance'), { id: 'p-1', queue: 'policies', data: 1 }, { id: 'p-1' });
  await open.close();
});
afterEach(() => temp.remove());

it.each<[ValueSource, readonly string[], readonly string[]]>([
  ['steps', ['o-1'], ['approve', 'insure']],
  ['steps', ['m-1'], []],
  ['steps', ['nothing'], []],
  ['steps', [], []],
  ['services', [], ['insurance']],
])('the source %s behind the arguments %j has %j', async (source, args, words) => {
  const found = await readSource(source, { env, typed: '', args, root });
  expect(found.map(({ word }) => word)).toEqual(words);
});
