// Goal: what `receive` acknowledges is in its queue, durably and once; and `send`, `receive` and files between them bring
// each message over, in order, whatever is cut or repeated. Method: the built command line in directories of its own.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import { sessionOfMessage } from '../../src/sessions/host/address.ts';
import { Shell } from '../cli/txlog.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => shell.remove());

const parcel = (id: string, more: object = {}) => ({ id, queue: 'inbox', data: { for: id }, ...more });
const ndjson = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const read = (text: string) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
const ids = (env: string) =>
  read(shell.run(['session', 'list', '--theme', 'inbox', '--ndjson', '--env', env]).stdout).map(
    ({ session }) => session,
  );

describe('txlog receive', () => {
  it('acknowledges each parcel in order, and a bad line as well', () => {
    const input = `${ndjson(parcel('a'), parcel('a'))}\nnonsense\n${ndjson({ id: 'b' }, [1], parcel('c', { order: 'k' }))}`;
    const { stdout, stderr, code } = shell.run(['receive'], input);
    expect(read(stdout)).toEqual([
      { id: 'a', ok: true, duplicate: false },
      { id: 'a', ok: true, duplicate: true },
      { id: null, ok: false, error: { code: 'JSON_INVALID', message: expect.any(String), line: 4 } },
      { id: 'b', ok: false, error: { code: 'REQUEST_INVALID', message: 'queue of a parcel is a text', line: 5 } },
      { id: null, ok: false, error: { code: 'REQUEST_INVALID', message: 'a parcel is a JSON object', line: 6 } },
      { id: 'c', ok: true, duplicate: false },
    ]);
    expect({ stderr, code }).toEqual({ stderr: '6 parcels: 3 taken, 1 of them here before, 3 refused\n', code: 6 });
    expect(ids('env')).toEqual(['a', 'c']);
  });

  it('has an exit code for what came: nothing, only bad lines, no environment', () => {
    expect(shell.run(['receive', '--progress', 'none'])).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(shell.run(['receive', '--progress', 'none'], 'x\ny\n').code).toBe(65);
    expect(shell.run(['receive', '--env', 'none'], ndjson(parcel('a'))).code).toBe(66);
    expect(JSON.parse(shell.run(['receive', '--json'], ndjson(parcel('a'))).stderr)).toEqual({
      ...{ v: 1, summary: { taken: 1, duplicates: 0, refused: 0 } },
    });
  });

  it('takes the same file any number of times, also when it was worked off', () => {
    const input = ndjson(...Array.from({ length: 2_500 }, (_, i) => parcel(`p${i}`)));
    expect(shell.run(['receive'], input).stderr).toBe('2,500 parcels: 2,500 taken\n');
    shell.run(['session', 'remove', 'p7']);
    expect(shell.run(['receive'], input).stderr).toBe('2,500 parcels: 2,500 taken, 2,500 of them here before\n');
    expect(ids('env')).toHaveLength(2_499);
  });

  it('answers while its input stays open, and ends cleanly on Ctrl-C with all acknowledged', async () => {
    const talk = shell.start(['receive', '--progress', 'none']);
    talk.child.stdin?.write(ndjson(parcel('a')));
    expect(await talk.lines(1)).toEqual(['{"id":"a","ok":true,"duplicate":false}']);
    talk.child.stdin?.write(ndjson(parcel('b')));
    expect(await talk.lines(2)).toContain('{"id":"b","ok":true,"duplicate":false}');
    talk.child.kill('SIGINT');
    expect(await talk.ended).toMatchObject({ code: 130, stderr: '' });
    expect(ids('env')).toEqual(['a', 'b']);
  });

  it('ends when nobody reads its acknowledgements, and what it took stays', () => {
    const many = ndjson(...Array.from({ length: 20_000 }, (_, i) => parcel(`p${i}`)));
    writeFileSync(join(shell.dir, 'many.ndjson'), many);
    const { stdout, stderr } = shell.pipe('receive -q many.ndjson', 'head -n 1 > first');
    expect({ stdout, stderr }).toEqual({ stdout: '74\n', stderr: expect.stringContaining('OUTPUT_FAILED') });
    expect(ids('env')[0]).toBe('p0');
  });

  it('takes a parcel only after the one that it names', () => {
    const [a, b, c] = [parcel('a'), parcel('b', { after: 'a' }), parcel('c', { after: 'b' })];
    const codes = (input: string) =>
      read(shell.run(['receive'], input).stdout).map(({ ok, error }) => ok || error.code);
    expect(codes(ndjson(b, c))).toEqual(['SESSION_BUSY', 'SESSION_BUSY']);
    expect(codes(ndjson(a, c, b, c))).toEqual([true, 'SESSION_BUSY', true, true]);
    // What the first one can never be: then nobody comes after it.
    expect(codes(ndjson({ ...a, data: 'other' }, parcel('d', { after: 'a' })))).toEqual([
      'REQUEST_ID_CONFLICT',
      'SESSION_BUSY',
    ]);
  });
});

describe('txlog send', () => {
  beforeEach(async () => {
    shell.run(['init', '--env', 'there']);
    const env = await openEnvironment(join(shell.dir, 'env'));
    const messages = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].map((id, i) => ({
      ...{ id, to: 'inbox@there', data: i },
      ...(i % 2 === 0 && { order: 'k' }),
    }));
    await env.process(messages.map((message) => ({ ...sessionOfMessage(message) })));
    await env.close();
  });

  it('prints what waits, in the order of each key, and takes nothing away', () => {
    const [first, second] = [shell.run(['send', 'there']), shell.run(['send', 'there'])];
    expect(second).toEqual(first);
    const parcels = read(first.stdout);
    expect(parcels.filter(({ order }) => order === 'k')).toEqual([
      { id: 'm1', queue: 'inbox', data: 0, order: 'k' },
      { id: 'm3', queue: 'inbox', data: 2, order: 'k', after: 'm1' },
      { id: 'm5', queue: 'inbox', data: 4, order: 'k', after: 'm3' },
    ]);
    expect(parcels).toHaveLength(6);
    expect(shell.run(['send', 'nobody'])).toEqual({ stdout: '', stderr: '0 parcels for nobody\n', code: 0 });
  });

  it('brings all over through a file, which may be cut and come again', () => {
    const { stdout } = shell.run(['send', 'there']);
    const cut = stdout.slice(0, stdout.indexOf('"m5"') + 2);
    let acks = '';
    for (const input of [cut, cut, stdout, stdout])
      acks += shell.run(['receive', '--env', 'there', '--progress', 'none'], input).stdout;
    expect(ids('there').sort()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    writeFileSync(join(shell.dir, 'acks'), acks);
    // The cut line is acknowledged as one that is none.
    expect(shell.run(['send', 'there', '--acks', 'acks']).code).toBe(6);
    expect(shell.run(['send', 'there']).stdout).toBe('');
    expect(shell.run(['send', 'there', '--acks', 'acks', '--json'])).toMatchObject({ code: 65 });
    expect(ids('env')).toEqual([]);
  });

  it('brings all over through one pipe, again and again', () => {
    const txlog = '"$0" "$1"';
    const pipe = () =>
      shell.pipe(
        'send there --progress none',
        `${txlog} receive --env there --progress none | ${txlog} send there --acks -`,
      );
    expect(pipe()).toEqual({ stdout: '0\n', stderr: '6 acknowledgements: 6 delivered\n', code: 0 });
    expect(pipe()).toEqual({ stdout: '0\n', stderr: '0 acknowledgements: 0 delivered\n', code: 0 });
    expect(ids('there')).toHaveLength(6);
  });

  it('parks what is refused for ever, with what is behind it, and touches no other sessions', () => {
    shell.run(['receive', '--env', 'there'], ndjson({ id: 'm3', queue: 'inbox', data: 'another' }));
    shell.run(['session', 'new', 'mail', '--id', 'own', '--data', '1']);
    const acks = shell.run(
      ['receive', '--env', 'there', '--progress', 'none'],
      shell.run(['send', 'there']).stdout,
    ).stdout;
    writeFileSync(join(shell.dir, 'acks'), acks);
    appendFileSync(join(shell.dir, 'acks'), ndjson({ id: 'own', ok: true, duplicate: false }));
    expect(shell.run(['send', 'there', '--acks', 'acks'])).toMatchObject({
      ...{
        code: 6,
        stderr: expect.stringContaining('4 delivered, 1 not waiting here, 1 behind others, 1 refused and parked'),
      },
    });
    expect(shell.run(['session', 'show', 'm3']).stdout).toContain('REQUEST_ID_CONFLICT');
    expect(shell.run(['session', 'show', 'own']).code).toBe(0);
    expect(shell.run(['send', 'there']).stdout).toBe('');
    expect(ids('there')).not.toContain('m5');
    shell.run(['session', 'remove', 'm3']);
    expect(read(shell.run(['send', 'there']).stdout)).toEqual([{ id: 'm5', queue: 'inbox', data: 4, order: 'k' }]);
  });
});
