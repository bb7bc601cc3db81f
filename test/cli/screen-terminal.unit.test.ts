// Goal: the screen and `top` do without what a machine may lack: a name of the user, a terminal that is still there.
// Method: what reads the name, and the stream that is drawn on, are handed in.
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { drawOver } from '../../src/cli/top/watch.ts';
import { ownName } from '../../src/cli/tui/terminal.ts';
import type { Overview } from '../../src/index.ts';

it('a user whom the machine does not know has a name for the screen all the same', () => {
  const unknown = () => {
    throw new Error('ENOENT: uv_os_get_passwd');
  };
  expect(ownName(() => ({ username: 'ana' }))).toBe('ana');
  expect(ownName(unknown)).toMatch(/^\S+$/);
});

it('top ends when its terminal is gone, also where the signal of that is ignored', async () => {
  let drawn = 0;
  const endless = async function* () {
    for (;;) yield {} as Overview;
  };
  const terminal = new Writable({
    write(_text, _encoding, done) {
      drawn += 1;
      done(drawn < 3 ? null : Object.assign(new Error('write EIO'), { code: 'EIO' }));
    },
  });
  const gone = Object.assign(terminal, { columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream;
  await expect(drawOver(endless(), () => `frame ${drawn}`, gone)).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  expect(drawn).toBe(3);
});
