import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../text/shell-quote.ts';

/** One command of the demo, why it is run, and how it is meant to end. */
interface Step {
  readonly say: string;
  readonly args: readonly string[];
  readonly exit?: number;
}

// The sources and what is built from them are not equally deep below the root.
const root = fileURLToPath(
  new URL(existsSync(new URL('../../../package.json', import.meta.url)) ? '../../..' : '../../../..', import.meta.url),
);
const env = join(mkdtempSync(join(tmpdir(), 'txlog-demo-')), 'demo');

const steps: readonly Step[] = [
  { say: 'An environment is one directory.', args: ['init', '--quiet'] },
  {
    say: 'Nine requests: customers claim their e-mail address, order, and leave. Two of the nine are refused, and say why.',
    args: ['submit', 'fixtures/requests/customers.ndjson', '--receipts', 'rejected'],
  },
  {
    say: 'Submitting the same file again changes nothing: an id has one outcome for ever.',
    args: ['submit', 'fixtures/requests/customers.ndjson', '--receipts', 'none'],
  },
  {
    say: 'A single request, refused: the address has an owner. Its exit code is 1.',
    args: ['submit', '--type', 'customer.create', '--id', 'r-10', '--change', 'claim email/ann@example.com "c-5"'],
    exit: 1,
  },
  { say: 'A shared state: its value, and all transactions that made it.', args: ['get', 'stats/customers'] },
  {
    say: 'The same state at position 8, before a second Bob came.',
    args: ['get', 'stats/customers', '--as-of', '8', '--json'],
  },
  { say: 'Undo one order, without rewriting history.', args: ['compensate', 'r-5'] },
  { say: 'Prove it: the hash chain, and every state folded again from the log alone.', args: ['rescan', '--verify'] },
];

process.stdout.write('txlog: the main job, on fixtures/requests/customers.ndjson\n');
for (const step of steps) run(step);
process.stdout.write(`
What to try next, from ${root}
  export TXLOG_ENV=${env}
  node bin/run.js inspect --id r-3       everything about one refused request
  node bin/run.js log                    the log itself
  node bin/run.js state list             all states
  node bin/run.js submit --help          how to submit your own
`);

/** Runs the command line itself, and stops the demo where it does not do what it is meant to. */
function run({ say, args, exit = 0 }: Step): void {
  process.stdout.write(`\n# ${say}\n$ txlog ${args.map(shellQuote).join(' ')}\n`);
  const { status } = spawnSync(process.execPath, ['bin/run.js', ...args], {
    cwd: root,
    env: { ...process.env, TXLOG_ENV: env },
    // Both of the command's streams in one, so that they are read in the order in which they were written.
    stdio: ['ignore', 'inherit', 1],
  });
  if (status === exit) return;
  process.stdout.write(`\nThis ended with exit code ${status} instead of ${exit}.\n`);
  process.exit(1);
}
