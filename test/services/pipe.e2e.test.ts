// Goal: a service behind a program takes each parcel, or nobody knows and everybody is told so. Method: programs that
// answer, refuse, lie, fall silent and die at given parcels.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PipeService } from '../../src/services/pipe-service.ts';

const program = fileURLToPath(new URL('./receiver.mjs', import.meta.url));
let dir: string;
let service: PipeService;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-pipe-'));
});
afterEach(async () => {
  await service.close();
  rmSync(dir, { recursive: true, force: true });
});

const log = () => join(dir, 'log');
const lines = () => readFileSync(log(), 'utf8').trimEnd().split('\n');
const said = (word: string) => lines().filter((line) => line.endsWith(` ${word}`)).length;
const parcel = (id: string) => ({ id, queue: 'q', data: 'ü\n' });
const deliver = (...ids: readonly string[]) => service.deliver(ids.map(parcel));
const open = (...words: readonly string[]) => {
  service = new PipeService('there', [process.execPath, program, log(), ...words], { answerMs: 20_000 });
};
const failed = (text: string) =>
  expect.objectContaining({ code: 'SERVICE_FAILED', message: expect.stringContaining(text) });

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a service behind a program', () => {
  it('takes many parcels through one program, also at once', async () => {
    open('ok');
    await deliver('a', 'b');
    const many = Array.from({ length: 50 }, (_, i) => `m${i}`);
    const answers = await Promise.all(many.map((id) => deliver(id)));
    expect(answers.flat()).toEqual(many.map(() => undefined));
    expect(lines().map((line) => line.split(' ')[1])).toEqual(['started', 'a', 'b', ...many]);
  });

  it('tells which parcels can never be taken, and goes on', async () => {
    open('ok', 'never', 'strange', 'ok');
    const [a, b, c, d] = await deliver('a', 'b', 'c', 'd');
    expect([a, d]).toEqual([undefined, undefined]);
    expect(b).toMatchObject({ code: 'THEME_CONFLICT', message: 'no such thing' });
    expect(c).toMatchObject({ code: 'REQUEST_INVALID', message: 'NEW_CODE: of later' });
    expect(said('started')).toBe(1);
  });

  it.each([
    ['exit', 'ended with exit 3: the disk is on fire'],
    ['garbage', 'answered with "Last login: Monday"'],
    ['other', 'not with the acknowledgement of b'],
    ['endless', 'a line without an end'],
  ])('fails all that is under way when the program does this: %s', async (word, text) => {
    open('ok', word);
    const all = await Promise.allSettled([deliver('a'), deliver('b', 'c'), deliver('d')]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const one of all.slice(1)) expect((one as PromiseRejectedResult).reason).toEqual(failed(text));
    // The next one starts it anew.
    expect(await deliver('e')).toEqual([undefined]);
    expect(said('started')).toBe(2);
  });

  it('waits for an answer only so long, and then ends the program with all that it started', async () => {
    service = new PipeService('there', [process.execPath, program, log(), 'grandchild'], { answerMs: 3_000 });
    await expect(deliver('a')).rejects.toEqual(failed('gave no answer within 3 s'));
    await service.close();
    const pid = Number(
      lines()
        .find((line) => line.endsWith('grandchild'))
        ?.split(' ')[0],
    );
    await expect.poll(() => isThere(pid), { timeout: 30_000 }).toBe(false);
  });

  it('says that there is no such program, and tries again the next time', async () => {
    service = new PipeService('there', [join(dir, 'none')]);
    await expect(deliver('a')).rejects.toEqual(failed('none cannot be started'));
    await expect(deliver('a')).rejects.toEqual(failed('none cannot be started'));
  });

  it('lets the program end by itself when it is closed', async () => {
    open('ok');
    const under = deliver('a');
    await service.close();
    expect(await under).toEqual([undefined]);
    expect(said('ended')).toBe(1);
    await expect(deliver('b')).rejects.toEqual(failed('closed'));
  });
});
