// Goal: the story that the screen is for. A worker is killed at work: its session appears as stuck, with the right reason;
// it is taken over from the screen, and done by another worker. A saga whose compensation failed is forced with a reason,
// which the log then shows. Method: real processes, and a pseudo-terminal at which the keys are pressed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shell } from '../cli/txlog.ts';
import { keys, Terminal } from './terminal.ts';

let shell: Shell;
let terminal: Terminal;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => {
  terminal.talk.child.kill('SIGKILL');
  shell.remove();
});

const app = (advisor: string, more = '') =>
  `export default { themes: { mail: { advisor: ${advisor}, lease: 60 } }, ${more} };`;

it('a session that a killed worker left is found, taken over, and done', async () => {
  writeFileSync(join(shell.dir, 'hang.mjs'), app('() => new Promise(() => {})'));
  writeFileSync(join(shell.dir, 'good.mjs'), app('() => ({ op: "remove" })'));
  shell.run(['session', 'new', 'mail', '--id', 'm-1', '--data', '1']);
  terminal = new Terminal(shell, ['--actor', 'ana']);
  await terminal.sees('Nothing needs you');
  const worker = shell.start(['work', '--app', 'hang.mjs', '--theme', 'mail']);
  await terminal.sees(/mail .* RUN/);
  worker.child.kill('SIGKILL');
  await terminal.sees(/!! m-1 .*dead/);
  await terminal.pressEach('2');
  await terminal.sees('m-1: why');
  await terminal.sees(/dead: operator .* died/);
  await terminal.pressEach('t');
  await terminal.sees(/m-1 active, epoch 1 -> ready/);
  await terminal.pressEach('the worker was killed', keys.tab, keys.tab, keys.enter);
  await terminal.sees('done: 1');
  await terminal.pressEach(keys.esc);
  await terminal.sees('No stuck session');
  shell.run(['work', '--app', 'good.mjs', '--theme', 'mail', '--until-empty', '-q']);
  await terminal.pressEach('1');
  await terminal.sees(/mail +0 .* idle/);
  const log = shell.run(['log', '--ndjson', '--where', 'actor == "ana"']).stdout;
  expect(JSON.parse(log)).toMatchObject({ actor: 'ana', payload: { reason: 'the worker was killed' } });
});

it('a saga whose compensation failed is forced with a reason, which the log then shows', async () => {
  const step = `{ name: 'pay', do: { run: () => null }, compensate: { run: () => { throw new Error('the bank is closed'); }, retry: { attempts: 1 } } }`;
  const ship = `{ name: 'ship', do: { run: () => { throw new Error('no carrier'); }, retry: { attempts: 1 } } }`;
  writeFileSync(
    join(shell.dir, 'orders.mjs'),
    app('() => ({ op: "remove" })', `sagas: { order: { steps: [${step}, ${ship}] } }`),
  );
  shell.run(['saga', 'start', 'order', '--app', 'orders.mjs', '--id', 'o-1', '--data', '{}']);
  const work = ['work', '--app', 'orders.mjs', '--until-empty', '-q'];
  shell.run(work);
  terminal = new Terminal(shell, ['--app', 'orders.mjs', '--actor', 'ana']);
  await terminal.sees(/!! o-1 .*parked/);
  await terminal.pressEach(keys.enter);
  await terminal.sees(/undo +failed/);
  await terminal.pressEach('x', '4');
  await terminal.sees(/o-1 failed, parked -> failed, to be compensated, ready/);
  await terminal.pressEach('paid back by cheque', keys.tab, keys.tab, keys.enter);
  await terminal.sees('done: 1');
  await terminal.pressEach(keys.esc);
  await terminal.sees(/forced +to be compensated/);
  await terminal.pressEach('G');
  await terminal.sees('by ana: paid back by cheque');
  shell.run(work);
  await terminal.pressEach('1');
  await terminal.sees('Nothing needs you');
  const { events } = JSON.parse(shell.run(['saga', 'show', 'o-1', '--json']).stdout);
  expect(events).toContainEqual(
    expect.objectContaining({ event: 'force', actor: 'ana', reason: 'paid back by cheque' }),
  );
});
