// Goal: one rule prints every answer: each form says the same of an item, whole, and nothing that a terminal would act on.
// Method: the same hostile items in every form; JSON read back, CSV read by its own rules, columns compared.
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { documentText } from '../../../src/cli/output/document-text.ts';
import type { OutputFormat } from '../../../src/cli/output/format-words.ts';
import { formatOfWords } from '../../../src/cli/output/format-words.ts';
import { type ListFormat, ListWriter } from '../../../src/cli/output/list-writer.ts';
import { Output } from '../../../src/cli/output/output.ts';
import { readStyle } from '../../../src/cli/output/read-style.ts';
import { readTemplate } from '../../../src/cli/output/template.ts';
import type { JsonObject } from '../../../src/core/base/json.ts';

const items: readonly JsonObject[] = [
  { v: 1, id: 'a', owner: { id: 'o-1' }, list: [{ key: 'x' }, { key: 'y' }], value: 'one, "two"\tthree\u001b[2J' },
  { v: 1, id: 'b', value: { deep: 1.5 } },
];

const format: ListFormat<JsonObject> = {
  json: (item) => item,
  people: (page) => page.map(({ id }) => `<${String(id)}>`).join('\n'),
  columns: ['id', 'owner.id', 'list.key', 'value'],
};

async function printed(words: object, all: readonly JsonObject[] = items): Promise<string> {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  const list = new ListWriter(new Output(stream), format, await readStyle(words, 'nosuch'));
  for (const item of all) await list.add(item);
  await list.end();
  return text;
}

it('a list has the same items in every form', async () => {
  expect(await printed({})).toBe('<a>\n<b>\n');
  expect(JSON.parse(await printed({ json: true }))).toEqual({ v: 1, items });
  const lines = (await printed({ ndjson: true })).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(items);
  expect(await printed({ quiet: true })).toBe('a\nb\n');
  const value = 'one, "two"\\u0009three\\u001b[2J';
  expect(await printed({ output: 'plain' })).toBe(`a\to-1\t["x","y"]\t${value}\nb\t\t\t{"deep":1.5}\n`);
  expect(await printed({ output: 'csv' })).toBe(
    `id,owner.id,list.key,value\na,o-1,"[""x"",""y""]","${value.replaceAll('"', '""')}"\nb,,,"{""deep"":1.5}"\n`,
  );
});

it.each<[OutputFormat, string]>([
  ['json', '{"v":1,"items":[]}\n'],
  ['ndjson', ''],
  ['ids', ''],
  ['plain', ''],
  ['csv', 'id,owner.id,list.key,value\n'],
  ['table', ''],
])('an empty list is printed as %s', async (output, text) => {
  expect(await printed({ output }, [])).toBe(text);
});

it('the fields that were chosen are printed, in each form', async () => {
  const fields = 'owner.id, id';
  expect(await printed({ fields })).toBe('owner.id  id\no-1       a\n          b\n');
  expect(await printed({ fields, ndjson: true })).toBe('{"id":"a","owner":{"id":"o-1"}}\n{"id":"b"}\n');
  expect(await printed({ fields, output: 'csv' })).toBe('owner.id,id\no-1,a\n,b\n');
  expect(await printed({ fields: 'list.1.key', output: 'plain' })).toBe('y\n\n');
});

it('a template is filled with the fields of each item', async () => {
  expect(await printed({ template: '{id}\\t{{{owner.id}}}\\n' })).toBe('a\t{o-1}\nb\t{}\n');
  for (const text of ['{id', 'id}', '{a{b}}']) expect(() => readTemplate(text)).toThrow(/brace/);
});

it('a field that a command never prints is refused, and the error says which was meant', async () => {
  const style = (words: object) => readStyle(words, 'session list');
  await expect(style({ fields: 'session,statsu' })).rejects.toMatchObject({
    details: { hint: 'Did you mean: status' },
  });
  await expect(style({ template: '{sesion}' })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(style({ fields: ',' })).rejects.toMatchObject({ code: 'USAGE' });
  // Users' data may have any field.
  await expect(readStyle({ fields: 'payload.any.thing' }, 'log')).resolves.toMatchObject({ format: 'table' });
});

it('a document is the same in every form', async () => {
  const document = { v: 1, key: 'k', value: { a: 1, b: [] } };
  const text = async (words: object) => documentText(document, 'for people', await readStyle(words, 'nosuch'));
  expect(await text({})).toBe('for people');
  expect(await text({ json: true })).toBe(JSON.stringify(document));
  expect(await text({ quiet: true })).toBe('k');
  expect(await text({ output: 'plain' })).toBe('v\t1\nkey\tk\nvalue.a\t1\nvalue.b\t[]');
  expect(await text({ output: 'csv' })).toBe('v,key,value.a,value.b\n1,k,1,[]');
  expect(await text({ template: '{key}={value.a}' })).toBe('k=1');
});

it.each([
  ['log --json', 'json'],
  ['log -o ndjson', 'ndjson'],
  ['log -ojson', 'json'],
  ['--output=csv log', 'csv'],
  ['log -q', 'ids'],
  ['log -o nosuch', undefined],
  ['log -- --json', undefined],
])('the form of an error is read from the raw words of %j', (line, form) => {
  expect(formatOfWords(line.split(' '))).toBe(form);
});
