import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtCommands, commandPages, examplesOf } from './command-pages.ts';
import { makeExamplePlace, makeTemplate } from './example-place.ts';
import { root } from './pages.ts';

// Goal: docs/commands is what the commands say of themselves, and the examples of their help work. Method: the pages
// are made again from oclif's manifest and compared (`npm run docs` writes them); each example is run by a shell in a
// directory that holds what the examples name.

const folder = join(root, 'docs/commands');
const commands = builtCommands();
const pages = commandPages(commands);

describe('docs/commands', () => {
  if (process.env.TXLOG_DOCS === 'write') {
    for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(join(folder, file));
    for (const [file, text] of pages) writeFileSync(join(folder, file), text);
  }

  it('has a page for each command, and no other', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  });

  it.each([...pages])('%s is up to date (npm run docs)', (file, text) => {
    expect(existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8')).toBe(text);
  });

  it('has examples for each command', () => {
    expect(commands.filter(({ examples }) => examples.length === 0).map(({ id }) => id)).toEqual([]);
  });
});

// Each is run in a fresh copy, and ends with 0, but for these.
const exits: Readonly<Record<string, number>> = {
  'txlog state diff customer/c-1 --as-of 80 --as-of 95': 1,
  'txlog replay --with ./new-handlers.ts --diff': 1,
  'txlog log -f --type customer.create': 130,
  'txlog work --app ./txlog.app.ts': 130,
  'txlog work --theme mail --theme request/order.create --concurrency 16': 130,
};

describe('examples of the help', () => {
  let template: string;
  beforeAll(async () => {
    template = await makeTemplate();
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));

  it.each(commands.flatMap(examplesOf))('%s', (example) => {
    const place = makeExamplePlace(template);
    try {
      const { status, stderr } = spawnSync('bash', ['-c', place.safe(example)], {
        cwd: place.dir,
        env: place.env,
        encoding: 'utf8',
      });
      expect({ status, stderr: status === (exits[example] ?? 0) ? '' : stderr }).toEqual({
        status: exits[example] ?? 0,
        stderr: '',
      });
    } finally {
      place.remove();
    }
  });
});
