import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shell } from '../cli/txlog.ts';
import { keys, Terminal } from '../tui/terminal.ts';
import { readPage, root } from './pages.ts';
import { pictureOf } from './screen-pictures.ts';

// Goal: the pictures of the screen in the docs are of real runs. Method: with TXLOG_DOCS=write (`npm run docs`) the program
// runs on a terminal, and what it painted is drawn; otherwise each picture that a page shows is there.

const isWriting = process.env.TXLOG_DOCS === 'write';
let shell: Shell;
beforeAll(() => {
  if (isWriting) shell = troubled();
});
let terminal: Terminal | undefined;
afterAll(() => {
  terminal?.talk.child.kill('SIGKILL');
  shell?.remove();
});

it('each picture that a page shows is there', () => {
  const shown = ['docs/guide/tui.md', 'README.md'].flatMap((page) =>
    [...readPage(page).text.matchAll(/!\[[^\]]*\]\(([^)]+\.svg)\)/g)].map(([, file = '']) => join(page, '..', file)),
  );
  expect(shown.length).toBeGreaterThan(0);
  for (const file of shown) expect([file, isWriting || existsSync(join(root, file))]).toEqual([file, true]);
});

const drawPictures = async () => {
  const app = join(root, 'fixtures/apps/orders/txlog.app.ts');
  const screen = new Terminal(shell, ['--app', app, '--actor', 'ana']);
  terminal = screen;
  const keep = (name: string) => writeFileSync(join(root, `docs/images/${name}.svg`), pictureOf(screen.bytes, 24, 80));
  await screen.sees(/!! m-1/);
  keep('overview');
  await screen.pressEach(':', 'debug 1', keys.enter);
  await screen.sees('it comes out the same');
  keep('debugger');
  await screen.pressEach('1');
  await screen.sees(/!! m-1/);
  await screen.pressEach('2', '/', 'saga', keys.enter, keys.enter);
  await screen.sees('Itinerary');
  keep('saga');
  await screen.pressEach(keys.esc);
  await screen.sees('o-2: why');
  await screen.pressEach(keys.esc);
  await screen.sees(/^(?!.*\/saga)/s);
  await screen.pressEach('/', 'dead', keys.enter);
  await screen.sees('m-1: why');
  await screen.pressEach('t');
  await screen.sees('-> ready');
  await screen.pressEach('the worker was killed');
  await screen.sees('the worker was killed_');
  keep('dialog');
  screen.press(keys.ctrlC);
  await screen.talk.ended;
};

if (isWriting) it('pictures of the docs are drawn from a real run', drawPictures);

/** An environment with some trouble: a worker that died, a saga that cannot be undone, sessions that wait. */
function troubled(): Shell {
  const shop = new Shell();
  const app = join(root, 'fixtures/apps/orders/txlog.app.ts');
  shop.run(['submit', '--id', 'b-1', '--type', 'stock.buy', '--change', 'add stock/tea 50']);
  for (const [id, fail] of [
    ['o-1', '{}'],
    ['o-2', '{"ship":9,"refund":9}'],
  ])
    shop.run([
      'saga',
      'start',
      'order',
      '--app',
      app,
      '--id',
      id ?? '',
      '--data',
      `{"item":"tea","count":1,"price":900,"fail":${fail}}`,
    ]);
  shop.run(['work', '--app', app, '--until-empty', '-q']);
  for (const id of ['m-1', 'm-2', 'm-3'])
    shop.run(['session', 'new', 'mail', '--id', id, '--order', 'ann', '--data', '1']);
  writeFileSync(
    join(shop.dir, 'hang.mjs'),
    'export default { themes: { mail: { advisor: () => { process.kill(process.pid, "SIGKILL"); } } } };',
  );
  // It kills its own process.
  shop.runAlone(['work', '--app', 'hang.mjs', '--theme', 'mail']);
  return shop;
}
