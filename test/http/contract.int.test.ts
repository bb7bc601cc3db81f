// Goal: the OpenAPI document is the one that is checked in, and says what is answered. Method: it is made again and compared
// (TXLOG_DOCS=write writes it), and each kind of answer of a real frontend is checked against its own schema.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOpenApi } from '../../src/http/contract/openapi.ts';
import { routes } from '../../src/http/routes/all-routes.ts';
import { root } from '../docs/pages.ts';
import { post, Site } from './site.ts';

type Json = Readonly<Record<string, unknown>>;
type Operation = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
};
const document = makeOpenApi(routes) as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
};

let site: Site;
let url: string;

beforeAll(async () => {
  site = await Site.open();
  url = await site.serve();
  site.work();
});

afterAll(() => site.close());

it('is checked in as docs/openapi.json', () => {
  const file = join(root, 'docs/openapi.json');
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  if (process.env.TXLOG_DOCS === 'write') writeFileSync(file, text);
  else expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
});

it('is served', async () => {
  expect(await (await fetch(`${url}/v1/openapi.json`)).json()).toEqual(document);
});

it('names each operation once, and refers to nothing that is not there', () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(ids).toHaveLength(routes.length);
  expect(new Set(ids).size).toBe(ids.length);
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(Object.keys(document.components.schemas as Json)).toContain(name);
  for (const [path, methods] of Object.entries(document.paths))
    for (const { parameters = [] } of Object.values(methods))
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`)).toEqual(
        path.match(/\{\w+\}/g) ?? [],
      );
});

/** The schema of an answer, as the document has it. */
function schemaOf(path: string, method: string, status: number, type: string): Json {
  const content = document.paths[path]?.[method]?.responses[status]?.content;
  const schema = content?.[type]?.schema;
  expect(schema, `${method} ${path} ${status} ${type}`).toBeDefined();
  return { ...schema, components: document.components };
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

async function checked(answer: Response, path: string, method = 'get'): Promise<number> {
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const validate = ajv.compile(schemaOf(path, method, answer.status, type));
  const text = await answer.text();
  const bodies = type === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text];
  for (const body of bodies) {
    validate(type.startsWith('text/') ? body : JSON.parse(body));
    expect(validate.errors ?? []).toEqual([]);
  }
  return answer.status;
}

const add = (id: string, more = {}) => ({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }], ...more });
const claim = (id: string) => ({
  id,
  type: 'claim',
  changes: [{ op: 'claim', key: 'mail/a', value: 1, pending: 100 }],
});

it('says what is answered to requests', async () => {
  const path = '/v1/requests';
  const ask = async (body: unknown, headers = {}) => checked(await post(url, body, headers), path, 'post');
  expect(await ask(add('r-1'))).toBe(200);
  expect(await ask(claim('c-1'))).toBe(200);
  expect(await ask(claim('c-2'))).toBe(409);
  expect(await ask(add('r-2'), { prefer: 'respond-async' })).toBe(202);
  expect(await ask(add('r-1', { type: 'other' }))).toBe(409);
  expect(await ask('{')).toBe(400);
  expect(await ask({ id: 'a', type: 'unknown', payload: 1 }, { prefer: 'wait=0' })).toBe(202);
  expect(await ask('{}', { 'content-type': 'text/plain' })).toBe(415);
  const lines = [add('n-1'), claim('n-2'), { no: 1 }].map((one) => JSON.stringify(one)).join('\n');
  expect(await ask(lines, { 'content-type': 'application/x-ndjson' })).toBe(200);
  for (const [id, status] of [
    ['r-1', 200],
    ['a', 202],
    ['none', 404],
  ] as const)
    expect(await checked(await fetch(`${url}/v1/requests/${id}`), '/v1/requests/{id}')).toBe(status);
});

it.each([
  ['/v1/states/mail/a', '/v1/states/{key}', 200],
  ['/v1/states/none', '/v1/states/{key}', 404],
  ['/v1/states?limit=1', '/v1/states', 200],
  ['/v1/history/n', '/v1/history/{key}', 200],
  ['/v1/log?limit=10', '/v1/log', 200],
  ['/v1/log?where=((', '/v1/log', 400],
  ['/v1/transactions/r-1', '/v1/transactions/{id}', 200],
  ['/v1/positions/1', '/v1/positions/{position}', 200],
  ['/v1/positions/9999', '/v1/positions/{position}', 404],
  ['/v1/positions/a', '/v1/positions/{position}', 400],
  ['/v1/log/head', '/v1/log/head', 200],
  ['/v1/keys/n?limit=1', '/v1/keys/{key}', 200],
  ['/v1/keys/none', '/v1/keys/{key}', 404],
  ['/v1/keys/%01a', '/v1/keys/{key}', 400],
  ['/v1/sessions/a', '/v1/sessions/{id}', 200],
  ['/v1/sessions/none', '/v1/sessions/{id}', 410],
  ['/v1/trees/r-1', '/v1/trees/{id}', 200],
  ['/v1/ids?prefix=r-', '/v1/ids', 200],
  ['/v1/ids/complete?text=r-1&kind=session&kind=transaction', '/v1/ids/complete', 200],
  ['/v1/outcomes/r-1', '/v1/outcomes/{id}', 200],
  ['/v1/outcomes/r-2?wait=1ms', '/v1/outcomes/{id}', 200],
  ['/v1/outcomes/a?wait=1ms', '/v1/outcomes/{id}', 504],
  ['/v1/outcomes/none', '/v1/outcomes/{id}', 404],
  ['/v1/status', '/v1/status', 200],
  ['/healthz', '/healthz', 200],
  ['/readyz', '/readyz', 200],
  ['/metrics', '/metrics', 200],
])('says what is answered to %s', async (asked, path, status) => {
  expect(await checked(await fetch(url + asked), path)).toBe(status);
});
