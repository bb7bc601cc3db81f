// Goal: each list says the same in every form, and what its JSON Schema says. Method: every list command over one
// environment that has something of each kind; documents and lines are checked against the shipped schema, the other forms
// against the lines.
import { rmSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputs } from '../../../src/shapes/schema/command-outputs.ts';
import { type ExamplePlace, makeExamplePlace, makeTemplate } from '../../docs/example-place.ts';
import { runLine } from '../../kit/run-line.ts';
import { WarmCommands } from '../../kit/warm-commands.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });

const lists: readonly (readonly [command: string, more: string])[] = [
  ['commands', ''],
  ['explain', ''],
  ['log', '-n 30'],
  ['queue list', ''],
  ['rescan', '-n 30'],
  ['saga list', ''],
  ['session list', ''],
  ['session stuck', ''],
  ['state history', 'stats/customers -n 5'],
  ['state list', '-n 30'],
  ['sync head', 'orders.avro -n 10'],
  ['theme list', ''],
  ['view', ''],
  ['tui', '--keys'],
];

let template: string;
let place: ExamplePlace;
let warm: WarmCommands;
beforeAll(async () => {
  warm = new WarmCommands();
  template = await makeTemplate();
  place = makeExamplePlace(template);
  await run("txlog session park mail/7 --reason 'no such address'");
  await run("txlog saga start order --id order-1 --data '{}'");
});
afterAll(async () => {
  place.remove();
  rmSync(template, { recursive: true, force: true });
  await warm.close();
});

async function run(line: string): Promise<string> {
  const { stdout, stderr } = await runLine(line, place, { shell: 'bash' }, warm);
  expect(stderr).toBe('');
  return stdout;
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);

it.each(lists)('txlog %s prints the same items in every form, as its schema says', async (command, more) => {
  const as = (form: string) => run(`txlog ${command} ${more} ${form}`);
  const lines = linesOf(await as('--ndjson')).map((line) => JSON.parse(line));
  expect(lines.length).toBeGreaterThan(0);
  const { line = {}, document = {} } = outputs[command] ?? {};
  const fits = ajv.compile(line);
  for (const item of lines) expect({ item, problems: fits(item) ? [] : fits.errors }).toEqual({ item, problems: [] });

  const whole = JSON.parse(await as('--json'));
  // How long something has been so goes on between two calls.
  const still = (value: unknown) =>
    JSON.stringify(value).replaceAll(/"(ageMs|live|inPerSecond|outPerSecond)":[\d.]+/g, '');
  expect(still(whole.items)).toBe(still(lines));
  expect(ajv.validate(document, whole), JSON.stringify(ajv.errors)).toBe(true);

  const csv = linesOf(await as('-o csv'));
  const plain = linesOf(await as('-o plain'));
  expect([csv.length, plain.length]).toEqual([lines.length + 1, lines.length]);
  const columns = csv[0]?.split(',') ?? [];
  expect(new Set(plain.map((text) => text.split('\t').length))).toEqual(new Set([columns.length]));
  // A column that no schema knows would be refused as a field, and one name is always there.
  expect(linesOf(await as(`--fields ${columns.join(',')} -o csv`))[0]).toBe(csv[0]);
  // The beginning of a dump has no id.
  expect(linesOf(await as('-q'))).toHaveLength(lines.filter(({ kind }) => kind !== 'begin').length);
  expect(linesOf(await as(`--template '{${columns[0]}}'`))).toEqual(plain.map((text) => text.split('\t')[0]));
  expect(await as('')).not.toBe('');
});
