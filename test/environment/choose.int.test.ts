// Goal: which environment a command works on is decided in one order, and a protected one is protected however it is named.
// Method: environments, contexts and directories on disk; everything that can name an environment names another one, and
// is taken away from the strongest to the weakest.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import {
  chooseEnvironment,
  chooseNewEnvironment,
  contextOf,
  unexpectedContext,
} from '../../src/environment/choose-environment.ts';
import { Contexts } from '../../src/environment/contexts.ts';

let place: string;
let contexts: Contexts;
const cwd = process.cwd();

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-choose-'));
  for (const name of ['here', 'flag', 'variable', 'prod', 'stage', 'empty']) mkdirSync(join(place, name));
  for (const name of ['here', 'prod', 'stage']) {
    // Finding one goes by its look.
    mkdirSync(join(place, name, '.txlog'));
    writeFileSync(join(place, name, '.txlog', 'current'), 'g1\n');
  }
  contexts = new Contexts({ XDG_CONFIG_HOME: join(place, 'config') });
  add('prod', { protected: true });
  add('stage');
  contexts.use('stage');
  process.chdir(join(place, 'here'));
});

afterEach(() => {
  process.chdir(cwd);
  rmSync(place, { recursive: true, force: true });
});

function add(name: string, more: { readonly protected?: boolean } = {}, replace = false): void {
  contexts.add({ name, dir: join(place, name, '.txlog'), protected: false, ...more }, replace);
}

const chosen = (named = {}, variables = {}) => {
  const { origin, dir, context } = chooseEnvironment(named, contexts, variables);
  return [origin, dir.replace(`${place}/`, ''), context?.name];
};

it('a flag that names an environment wins over variables, these over the directory, and that over the current context', () => {
  const both = { TXLOG_ENV: join(place, 'variable'), TXLOG_CONTEXT: 'prod' };
  expect(chosen({ env: join(place, 'flag') }, both)).toEqual(['--env', 'flag', undefined]);
  expect(chosen({ context: 'stage' }, both)).toEqual(['--context', 'stage/.txlog', 'stage']);
  expect(chosen({}, both)).toEqual(['TXLOG_ENV', 'variable', undefined]);
  expect(chosen({}, { TXLOG_ENV: '', TXLOG_CONTEXT: 'prod' })).toEqual(['TXLOG_CONTEXT', 'prod/.txlog', 'prod']);
  expect(chosen({}, { TXLOG_CONTEXT: '' })).toEqual(['directory', '.txlog', undefined]);
  process.chdir(join(place, 'empty'));
  expect(chosen()).toEqual(['current context', 'stage/.txlog', 'stage']);
  contexts.use(undefined);
  expect(chosen()).toEqual(['default', '.txlog', undefined]);
});

it('two flags that name an environment, and empty ones, are refused', () => {
  for (const named of [{ env: 'a', context: 'prod' }, { env: '' }, { context: '' }]) {
    expect(() => chosen(named)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => chooseNewEnvironment(named, contexts, {})).toThrow(expect.objectContaining({ code: 'USAGE' }));
  }
});

it('a new environment is made here, not in the current context', () => {
  const made = (named = {}, variables = {}) => chooseNewEnvironment(named, contexts, variables).dir;
  expect(made()).toBe('.txlog');
  expect(made({ context: 'stage' })).toBe(join(place, 'stage', '.txlog'));
  expect(made({}, { TXLOG_ENV: 'x' })).toBe('x');
  expect(made({}, { TXLOG_CONTEXT: 'prod' })).toBe(join(place, 'prod', '.txlog'));
});

it('a context that is not there is refused, and the error says what named it', () => {
  const code = 'CONTEXT_NOT_FOUND';
  expect(() => chosen({ context: 'nope' })).toThrow(expect.objectContaining({ code }));
  const hint = expect.stringContaining('TXLOG_CONTEXT names it.');
  expect(() => chosen({}, { TXLOG_CONTEXT: '../prod' })).toThrow(
    expect.objectContaining({ code, details: expect.objectContaining({ hint }) }),
  );
});

it('an environment is protected by whatever name or link it is reached', () => {
  symlinkSync(join(place, 'prod', '.txlog'), join(place, 'link'));
  for (const env of [join(place, 'prod'), join(place, 'prod', '.txlog'), join(place, 'link')]) {
    expect(contextOf(chooseEnvironment({ env }, contexts, {}), contexts)).toMatchObject({
      name: 'prod',
      protected: true,
    });
  }
  // A second name that is not protected takes no protection away.
  contexts.add({ name: 'a', dir: join(place, 'prod'), protected: false }, false);
  const second = chooseEnvironment({ context: 'a' }, contexts, {});
  expect(contextOf(second, contexts)).toMatchObject({ name: 'prod', protected: true });
  process.chdir(join(place, 'prod'));
  expect(contextOf(chooseEnvironment({}, contexts, {}), contexts)?.name).toBe('prod');
});

it('people are told of a context that they did not name here, and of one that is passed over', () => {
  const told = (named = {}, variables = {}) => {
    const found = unexpectedContext(chooseEnvironment(named, contexts, variables), contexts);
    return found && [found.context.name, found.isUsed];
  };
  expect(told({ context: 'prod' })).toBeUndefined();
  expect(told({}, { TXLOG_CONTEXT: 'prod' })).toEqual(['prod', true]);
  expect(told()).toEqual(['stage', false]);
  process.chdir(join(place, 'stage'));
  expect(told()).toBeUndefined();
  process.chdir(join(place, 'empty'));
  expect(told()).toEqual(['stage', true]);
});

it('contexts are their user’s alone, and are replaced as a whole', () => {
  const file = join(place, 'config/txlog/contexts/prod.json');
  expect([statSync(file).mode & 0o777, statSync(join(file, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(() => add('prod')).toThrow(expect.objectContaining({ code: 'CONTEXT_EXISTS' }));
  expect(contexts.get('prod').protected).toBe(true);
  add('prod', {}, true);
  expect(contexts.get('prod').protected).toBe(false);
  contexts.remove('stage');
  expect([contexts.currentName(), contexts.names()]).toEqual([undefined, ['prod']]);
  expect(existsSync(join(place, 'stage', '.txlog'))).toBe(true);
});

it('where there are as many contexts as there can be, one is replaced still, and none is added', () => {
  const folder = join(place, 'config/txlog/contexts');
  const text = readFileSync(join(folder, 'stage.json'));
  for (let n = contexts.names().length; n < limits.contextsMax; n++) writeFileSync(join(folder, `c${n}.json`), text);
  add('prod', {}, true);
  expect(contexts.get('prod').protected).toBe(false);
  expect(() => add('more')).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
});

it('a context is removed also where nobody can say which one is the current one', () => {
  writeFileSync(join(place, 'config/txlog/current-context'), '/');
  contexts.remove('stage');
  expect(contexts.names()).toEqual(['prod']);
});

it('a damaged file of contexts, or one that another user can have written, is refused by name', () => {
  const file = join(place, 'config/txlog/contexts/prod.json');
  const good = readFileSync(file, 'utf8');
  const bad = [
    '',
    '{',
    '[]',
    '{"dir":"relative"}',
    '{"dir":7}',
    `{"dir":"/x","protected":"yes"}`,
    '{"dir":"/x","color":"pink"}',
    Buffer.from('{"dir":"/\xff"}', 'latin1'),
  ];
  for (const text of bad) {
    writeFileSync(file, text);
    expect(() => contexts.get('prod'), String(text)).toThrow(
      expect.objectContaining({ code: 'CONTEXT_INVALID', message: expect.stringContaining(file) }),
    );
  }
  writeFileSync(file, good);
  chmodSync(file, 0o666);
  expect(() => contexts.get('prod')).toThrow(expect.objectContaining({ code: 'CONTEXT_INVALID' }));
  contexts.remove('prod');
  expect(contexts.names()).toEqual(['stage']);
});

it.each([
  ['a directory', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
])('what is %s in place of a file is named, and no command waits for it', (_, make) => {
  for (const name of ['contexts/prod.json', 'current-context']) {
    const path = join(place, 'config/txlog', name);
    rmSync(path, { force: true });
    make(path);
    const refused = { code: 'CONTEXT_INVALID', message: expect.stringContaining(path) };
    expect(() => (name === 'current-context' ? contexts.currentName() : contexts.get('prod'))).toThrow(
      expect.objectContaining(refused),
    );
    rmSync(path, { recursive: true });
  }
});

it('a home that is not this user’s, or none, has no contexts', () => {
  writeFileSync(join(place, 'file'), '');
  symlinkSync('loop', join(place, 'loop'));
  for (const home of ['/nonexistent', join(place, 'file'), join(place, 'loop'), `/${'x'.repeat(300)}`]) {
    const none = new Contexts({ XDG_CONFIG_HOME: home });
    expect([none.names(), none.currentName()]).toEqual([[], undefined]);
  }
});
