// The app of the tests that kill the workers of three services. TXLOG_TEST_SERVICE names the service, TXLOG_TEST_LINK
// tells how it reaches the others, TXLOG_TEST_ROOT is the directory of them all. The call at the bank leaves a line for
// each time that it is done or undone.
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const { TXLOG_TEST_SERVICE: name, TXLOG_TEST_LINK: link, TXLOG_TEST_ROOT: root } = process.env;
const bin = join(dirname(fileURLToPath(import.meta.url)), '../../bin/run.js');
const reach = (other) =>
  link === 'pipe'
    ? { command: [process.execPath, bin, 'receive', '--progress', 'none', '--env', join(root, other)] }
    : { env: join(root, other) };
const others = ['home', 'stock', 'bank'].filter((other) => other !== name);
// Who is killed all the time has many attempts; nobody waits long.
const patient = { attempts: 1_000_000, backoff: { first: 0.05, factor: 1, max: 0.05 } };
const calls = { timeout: 30, retry: { attempts: 1_000, first: 0.05, max: 0.05 } };
const count = (key, value) => ({ type: 'count', changes: [{ op: 'add', key, value }] });

async function pay({ key, saga, data }) {
  if (data.bad === 'pay') throw Object.assign(new Error(`no money for ${key}`), { name: 'PermanentError' });
  leave(`do ${saga}`);
  await after(data.ms);
  return 'paid';
}

async function unpay({ saga, data }) {
  await after(data.ms);
  leave(`undo ${saga}`);
}

function leave(line) {
  appendFileSync(join(root, 'effects'), `${line}\n`);
}

export default {
  name,
  services: Object.fromEntries(others.map((other) => [other, reach(other)])),
  themes: Object.fromEntries(
    ['slips', 'answers', 'slip-errors', ...others.map((o) => `to/${o}`)].map((t) => [t, patient]),
  ),
  sagas: {
    trip: {
      steps: [
        {
          name: 'reserve',
          at: 'stock',
          do: { request: ({ saga }) => count(`reserved/${saga}`, 1), ...calls },
          compensate: { request: ({ saga }) => count(`reserved/${saga}`, -1), ...calls },
        },
        { name: 'pay', at: 'bank', do: { run: pay, ...calls }, compensate: { run: unpay, ...calls } },
        {
          name: 'ship',
          at: 'stock',
          do: {
            request: ({ saga, data }) => ({
              ...count(`shipped/${saga}`, 1),
              expect: data.bad === 'ship' ? [{ key: `reserved/${saga}`, exists: false }] : [],
            }),
            ...calls,
          },
          compensate: { request: ({ saga }) => count(`shipped/${saga}`, -1), ...calls },
        },
      ],
    },
  },
};
