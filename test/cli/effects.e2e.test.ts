// Goal: every command says what it does to an environment, and read-only holds for each of them. Method: oclif's manifest is
// read; all examples of the help that stand alone are run under TXLOG_READ_ONLY in one directory, where afterwards no byte
// of the log has changed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandEffect, willWrite } from '../../src/cli/frame/command-effect.ts';
import { commandFirst } from '../../src/cli/frame/find-command.ts';
import { builtCommands, examplesOf } from '../docs/command-pages.ts';
import { type ExamplePlace, makeExamplePlace, makeTemplate } from '../docs/example-place.ts';
import { runLine } from '../kit/run-line.ts';
import { WarmCommands } from '../kit/warm-commands.ts';

const commands = builtCommands();

it('every command says what it does to an environment, by flags that it has', () => {
  for (const { id, effect, flags } of commands) {
    expect([id, effect]).toEqual([id, expect.anything()]);
    if (typeof effect === 'string') expect(['none', 'reads', 'writes', 'makes']).toContain(effect);
    else
      for (const entry of [...(effect.with ?? []), ...(effect.without ?? [])])
        expect([id, Object.keys(flags)]).toEqual([id, expect.arrayContaining([entry.split('=')[0]])]);
  }
});

it('a command that works on a frontend takes a token, and the page on HTTP names it', () => {
  const remote = commands.filter((command) => command.remote);
  for (const { id, remote: use, flags } of remote) {
    const without = typeof use === 'object' ? use.without : [];
    const own = id === 'config:list' ? [] : ['token-file'];
    expect([id, Object.keys(flags)]).toEqual([id, expect.arrayContaining([...without, ...own])]);
  }
  const [, listed = ''] = /as on a directory: ([^:]*?)\. All others/.exec(readFileSync('docs/http.md', 'utf8')) ?? [];
  const named = listed.match(/`[^`]+`/g)?.map((name) => name.slice(1, -1));
  expect(named).toEqual(remote.map(({ id }) => id.replaceAll(':', ' ')).sort());
});

it('the help of a command that can change an environment tells the exit code of a refusal', () => {
  const changing = commands.filter(({ effect }) => effect !== 'none' && effect !== 'reads');
  expect(changing.filter(({ description }) => !/^77 /m.test(description ?? '')).map(({ id }) => id)).toEqual([]);
});

it('the flags of every command may stand before its name', () => {
  const [status] = commands.filter(({ id }) => id === 'status');
  const flags = Object.values(status?.flags ?? {}).filter(
    ({ helpGroup }) => helpGroup === 'GLOBAL' || helpGroup === 'OUTPUT',
  );
  expect(flags.length).toBeGreaterThan(10);
  for (const { name, char, type } of flags) {
    const value = type === 'option' ? ['v'] : [];
    for (const flag of [`--${name}`, ...(char ? [`-${char}`] : [])])
      expect(commandFirst([flag, ...value, 'log', 'count', 'x'])).toEqual(['log', 'count', 'x', flag, ...value]);
  }
});

it.each<[CommandEffect, Record<string, unknown>, boolean]>([
  ['reads', {}, false],
  ['writes', {}, true],
  ['makes', {}, false],
  [{ without: ['dry-run'] }, {}, true],
  [{ without: ['dry-run'] }, { 'dry-run': false }, true],
  [{ without: ['dry-run'] }, { 'dry-run': true }, false],
  [{ without: ['mode=inspect'] }, { mode: 'apply' }, true],
  [{ without: ['mode=inspect'] }, { mode: 'inspect' }, false],
  [{ with: ['repair'], without: ['dry-run'] }, {}, false],
  [{ with: ['repair'], without: ['dry-run'] }, { repair: true }, true],
  [{ with: ['repair'], without: ['dry-run'] }, { repair: true, 'dry-run': true }, false],
])('a command of the effect %j with the flags %j writes: %j', (effect, flags, writes) => {
  expect(willWrite(effect, flags)).toBe(writes);
});

describe('under TXLOG_READ_ONLY', () => {
  let template: string;
  let place: ExamplePlace;
  let warm: WarmCommands;
  let before: string;
  beforeAll(async () => {
    warm = new WarmCommands();
    template = await makeTemplate();
    place = makeExamplePlace(template);
    before = digest();
  });
  afterAll(async () => {
    place.remove();
    rmSync(template, { recursive: true, force: true });
    await warm.close();
  });

  /** Of the logs, of the leases, and of the names of all files. */
  function digest(): string {
    const hash = createHash('sha256');
    for (const name of readdirSync(join(place.dir, '.txlog'), { recursive: true, encoding: 'utf8' }).sort()) {
      if (name.endsWith('lock.mdb')) continue;
      hash.update(name);
      if (/data\.mdb$/.test(name)) hash.update(readFileSync(join(place.dir, '.txlog', name)));
    }
    return hash.digest('hex');
  }

  const changing = commands.filter(({ effect }) => effect !== 'none' && effect !== 'reads');
  it('each command that changes an environment is refused, and no environment is changed', async () => {
    for (const command of changing) {
      for (const example of examplesOf(command)) {
        if (/[|<>$]|ssh/.test(example)) continue;
        const env = { ...place.env, TXLOG_READ_ONLY: '1' };
        const { code, stderr } = await runLine(example, { dir: place.dir, env }, { shell: 'bash' }, warm);
        const isRefused = /(?<!ENV_)READ_ONLY/.test(stderr);
        if (typeof command.effect === 'string') expect([example, code, isRefused]).toEqual([example, 77, true]);
        else expect([example, code === 77]).toEqual([example, isRefused]);
      }
    }
    expect(digest()).toBe(before);
  });
});
