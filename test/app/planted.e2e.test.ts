// Goal: code that another user left where compiled apps were once kept does not run. Method: the very file that jiti
// would make in the shared temporary directory is made there, with a line more; then the app is loaded.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish, start } from '../cli/command.ts';

let place: string;
let app: string;
let shared: string;
let ran: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-planted-'));
  [shared, app, ran] = [join(place, 'tmp'), join(place, 'app.ts'), join(place, 'ran')];
  for (const dir of [shared, join(place, 'home')]) mkdirSync(dir, { mode: 0o700 });
  writeFileSync(app, "const type: string = 'a';\nexport default { requests: { [type]: { decide: () => [] } } };\n");
});

afterEach(() => rmSync(place, { recursive: true, force: true }));

async function submit() {
  const { XDG_CACHE_HOME: _, ...rest } = process.env;
  const env = { ...rest, TMPDIR: shared, HOME: join(place, 'home') };
  const args = ['submit', '--app', app, '--type', 'a', '--json'];
  return finish(start(join(place, 'env'), args, { env }));
}

it('code that is planted in the shared temporary directory does not run, and txlog puts nothing there', async () => {
  await finish(start(join(place, 'env'), ['init', join(place, 'env')]));
  const cache = join(shared, 'jiti');
  await createJiti(import.meta.url, { fsCache: cache }).import(app);
  const [name = ''] = readdirSync(cache);
  const planted = `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '');${readFileSync(join(cache, name), 'utf8')}`;
  writeFileSync(join(cache, name), planted);
  expect(await submit()).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(ran)).toBe(false);
  expect(readdirSync(shared)).toEqual(['jiti']);
  expect(readFileSync(join(cache, name), 'utf8')).toBe(planted);
});

it('code that this user compiled before is used, and no other code is', async () => {
  await finish(start(join(place, 'env'), ['init', join(place, 'env')]));
  expect(await submit()).toMatchObject({ code: 0 });
  const cache = join(place, 'home', '.cache', 'txlog', 'apps');
  expect(readdirSync(cache)).toHaveLength(1);
  expect(await submit()).toMatchObject({ code: 0 });
  appendFileSync(app, '// changed\n');
  expect(await submit()).toMatchObject({ code: 0 });
  expect(readdirSync(cache)).toHaveLength(1);
  expect(readdirSync(shared)).toEqual([]);
});
