import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLine } from '../kit/run-line.ts';
import { WarmCommands } from '../kit/warm-commands.ts';
import { builtCommands, commandPages, examplesOf } from './command-pages.ts';
import { makeExamplePlace, makeTemplate } from './example-place.ts';
import { manPages } from './man-pages.ts';
import { root } from './pages.ts';

// Goal: docs/commands is what the commands say of themselves, and the examples of their help work. Method: the pages
// are made again from oclif's manifest and compared (`npm run docs` writes them); each example is run in a
// directory that holds what the examples name, in one process where that is the same (kit/README.md).

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

describe('docs/man', () => {
  const man = join(root, 'docs/man');
  const manual = manPages(commands);
  if (process.env.TXLOG_DOCS === 'write') {
    rmSync(man, { recursive: true, force: true });
    mkdirSync(man);
    for (const [file, text] of manual) writeFileSync(join(man, file), text);
  }

  it.each([...manual])('%s is up to date (npm run docs), and is installed', (file, text) => {
    expect(existsSync(join(man, file)) && readFileSync(join(man, file), 'utf8')).toBe(text);
    const { man: installed, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(installed).toContain(`./docs/man/${file}`);
    expect(files).toContain('docs/man');
  });

  it('has no other page, and each is readable: by man, where there is one', () => {
    expect(readdirSync(man).sort()).toEqual([...manual.keys()].sort());
    const hasMan = spawnSync('man', ['--version']).status === 0;
    for (const [file, text] of manual) {
      // Each request is one that every troff knows.
      expect(
        text.match(/^\.[A-Z"a-z\\]+/gm)?.filter((word) => !/^\.(?:TH|SH|SS|PP|TP|B|br|nf|fi|\\")$/.test(word)),
      ).toEqual([]);
      if (!hasMan) continue;
      const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANROFFOPT: '-ww' };
      const { stdout, stderr, status } = spawnSync('man', ['-P', 'cat', '-l', join(man, file)], {
        env,
        encoding: 'utf8',
      });
      expect([file, status, stderr]).toEqual([file, 0, '']);
      expect(stdout).toContain('[FLAGS]');
    }
  });
});

// Each is run in a fresh copy, and ends with 0, but for these.
const exits: Readonly<Record<string, number>> = {
  'txlog state diff customer/c-1 --as-of 80 --as-of 95': 1,
  'txlog replay --with ./new-handlers.ts --diff': 1,
  'txlog log -f --type customer.create': 130,
  'txlog top --interval 5s': 130,
  'txlog serve': 130,
  'txlog serve --direct --listen 127.0.0.1:8080': 130,
  'txlog serve --name web-1 --listen unix:web-1.sock --work 8 --app ./txlog.app.ts': 130,
  'txlog work --app ./txlog.app.ts': 130,
  'txlog work --theme mail --theme request/order.create --concurrency 16': 130,
};

describe('examples of the help', () => {
  let template: string;
  let warm: WarmCommands;
  beforeAll(async () => {
    warm = new WarmCommands();
    template = await makeTemplate();
  });
  afterAll(async () => {
    rmSync(template, { recursive: true, force: true });
    await warm.close();
  });

  it.each(commands.flatMap(examplesOf))('%s', async (example) => {
    const place = makeExamplePlace(template);
    const run = (line: string) => runLine(line, { dir: place.dir, env: place.env }, { shell: 'bash' }, warm);
    try {
      const lines = place.linesOf(example);
      for (const line of lines.slice(0, -1)) expect(await run(line), line).toMatchObject({ code: 0 });
      const { code, stderr } = await run(lines.at(-1) ?? '');
      const wanted = exits[example] ?? 0;
      expect({ code, stderr: code === wanted ? '' : stderr }).toEqual({ code: wanted, stderr: '' });
    } finally {
      place.remove();
    }
  });
});
