// Goal: what help says of exit codes and conditions is so. Method: oclif's manifest is read; the examples of --where in it
// are run, and an id that several have is given to each command that takes one.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everywhere } from '../../src/cli/frame/exit-codes.ts';
import { openEnvironment } from '../../src/index.ts';
import { builtCommands } from '../docs/command-pages.ts';
import { run } from './command.ts';
import { tempDir } from './filled.ts';

const commands = builtCommands().map(({ id, description = '', flags, args }) => {
  const [text = '', listed = ''] = description.split('\n\nExit codes:\n');
  const codes = new Set<number>([...everywhere, ...[...listed.matchAll(/^\d+/gm)].map(([code]) => Number(code))]);
  return { words: id.replaceAll(':', ' '), text, codes, flags, args };
});
let temp: ReturnType<typeof tempDir>;

beforeAll(async () => {
  temp = tempDir();
  const env = await openEnvironment(temp.dir, { create: true });
  for (const n of [1, 2]) await env.sessions.create('mail', n, { id: `ambiguous-${n}` });
  await env.submit({ id: 'r-1', type: 'set', changes: [{ op: 'set', key: 'k', value: 1 }] });
  await env.close();
});
afterAll(() => temp.remove());

it('an exit code that the text of a command speaks of is in its list', () => {
  const missing = commands.flatMap(({ words, text, codes }) =>
    [...text.matchAll(/exit codes? (?:is )?(\d+)|, and (\d+) when/g)]
      .map(([, one, other]) => Number(one ?? other))
      .filter((code) => !codes.has(code))
      .map((code) => `${words}: ${code}`),
  );
  expect(missing).toEqual([]);
});

it('a code in part is that of no flag which the command does not have', () => {
  const wrong = builtCommands().filter(
    ({ description, flags }) => /^6 .*--keep-going/m.test(description ?? '') && !('keep-going' in flags),
  );
  expect(wrong.map(({ id }) => id)).toEqual([]);
});

it('the example of --where holds for the fields of the command that shows it', () => {
  const withWhere = commands.filter(({ flags }) => 'where' in flags);
  expect(withWhere.length).toBeGreaterThan(15);
  for (const { words, flags } of withWhere) {
    const [, condition = ''] = /: (.*)\.$/.exec(flags.where?.summary ?? '') ?? [];
    const isBulk = 'rate' in flags;
    const more = isBulk ? [...('reason' in flags ? ['--reason', 'x'] : []), '--dry-run'] : [];
    const time = words === 'session store' ? ['5m'] : [];
    const outcome = words === 'saga force' ? ['--outcome', 'done'] : [];
    const { code, stderr } = run(temp.dir, ...words.split(' '), ...time, '--where', condition, ...more, ...outcome);
    if (words !== 'compensate')
      expect([words, condition, stderr, code]).toEqual([words, condition, expect.any(String), code === 1 ? 1 : 0]);
    expect([words, stderr]).toEqual([words, expect.not.stringContaining('FILTER_INVALID')]);
  }
});

it('the beginning of several ids gives a code that the help lists', () => {
  const taking = commands.filter(({ args }) => 'id' in args || 'ids' in args || 'name' in args);
  const seen: string[] = [];
  for (const { words, codes, args } of taking.filter(({ words }) => !words.startsWith('context'))) {
    const more = args.step ? ['step', '--error', 'x'] : args.time ? ['5m'] : [];
    const flags = [
      ...(/park|saga (retry|skip|force|compensate|answer)|resend/.test(words) ? ['--reason', 'x'] : []),
      ...(words === 'saga force' ? ['--outcome', 'done'] : []),
      ...(/append|replace/.test(words) ? ['--data', '1'] : []),
      ...(words === 'session renew' ? ['--epoch', '1'] : []),
    ];
    const { code, stderr } = run(temp.dir, ...words.split(' '), 'ambiguous-', ...more, ...flags);
    if (!stderr.includes('ID_AMBIGUOUS')) continue;
    seen.push(words);
    expect([words, [...codes]]).toEqual([words, expect.arrayContaining([code])]);
  }
  expect(seen.length).toBeGreaterThan(14);
  const withSession = commands.filter(({ flags }) => 'session' in flags);
  expect(withSession.length).toBeGreaterThan(0);
  for (const { words, codes } of withSession) {
    const more = words === 'compensate' ? ['--plan', '-O', 'plan.json'] : [];
    const { code, stderr } = run(temp.dir, ...words.split(' '), '--session', 'ambiguous-', ...more);
    expect([words, stderr]).toEqual([words, expect.stringContaining('ID_AMBIGUOUS')]);
    expect([words, [...codes]]).toEqual([words, expect.arrayContaining([code])]);
  }
});
