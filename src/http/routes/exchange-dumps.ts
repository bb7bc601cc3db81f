import { Readable } from 'node:stream';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { type ConflictPolicy, conflictPolicies, type ImportMode, importModes } from '../../index.ts';
import { toImportJson } from '../../shapes/import-report.ts';
import { flag, oneOf, type Schema, text } from '../../shapes/schema/schema-terms.ts';
import * as sync from '../../shapes/schema/sync-schema.ts';
import type { Route } from '../route/route.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

const dump: Schema = { type: 'string', format: 'binary' };
const dumpType = 'application/avro';

/** `GET /v1/sync`: a dump of the log, from a cursor on. */
export const exportRoute: Route = {
  method: 'GET',
  path: '/v1/sync',
  operation: 'exportDump',
  summary: 'A dump of the log in Avro, as `txlog sync export` writes it: sealed block by block.',
  query: {
    after: { ...text, description: 'Only what comes after this cursor. The default is everything.' },
    follow: { ...flag, description: 'Go on with new records, until the frontend stops.' },
  },
  answers: {
    200: {
      description: 'The dump. One that breaks off has no end, and is taken up to there.',
      content: { [dumpType]: dump },
    },
    404: problemAnswer('The log has no such position.'),
    409: problemAnswer('The log has another record at the cursor.'),
  },
  handle: async ({ env, stopping }, request, reply) => {
    const { after, follow } = request.query as { readonly after?: string; readonly follow?: boolean };
    const pieces = env.sync.export(given({ after, follow, signal: stopping }));
    // A fault of the cursor is known before anything is sent.
    const first = await pieces.next();
    return reply.type(dumpType).send(Readable.from(rest(first, pieces), { objectMode: false }));
  },
};

async function* rest(first: IteratorResult<Buffer>, pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done) return;
  yield first.value;
  yield* pieces;
}

/** `GET /v1/sync/cursor`: where a next dump has to begin. */
export const cursorRoute: Route = {
  method: 'GET',
  path: '/v1/sync/cursor',
  operation: 'getCursor',
  summary: 'The end of this log; or how far an origin was taken over here.',
  query: { origin: { ...text, description: 'The unit id of the environment that dumps come from.' } },
  answers: { 200: jsonAnswer('The cursor.', sync.standing) },
  handle: async ({ env }, request, reply) => {
    const { origin } = request.query as { readonly origin?: string };
    return reply.send({ v: 1, cursor: await env.sync.cursor(origin) });
  },
};

/** `POST /v1/sync`: takes over a dump. */
export const importRoute: Route = {
  method: 'POST',
  path: '/v1/sync',
  operation: 'importDump',
  summary: 'Takes over a dump, as `txlog sync import` does. Only a frontend that was started with --sync takes any.',
  query: {
    mode: { ...oneOf(...importModes), description: 'The default is mirror.' },
    'on-conflict': {
      ...oneOf(...conflictPolicies),
      description: 'In mode submit: of a record that cannot be decided here.',
    },
  },
  body: { [dumpType]: dump },
  answers: {
    200: jsonAnswer('What was taken over: all that came is durable.', sync.imported),
    400: problemAnswer('It is no dump, or it is damaged: what came before stays.'),
    403: problemAnswer('This frontend takes no dumps.'),
    409: problemAnswer('It does not fit what is here: a gap, a fork.'),
  },
  handle: async ({ env, takesDumps }, request, reply) => {
    if (!takesDumps)
      throw new TxlogError('READ_ONLY', 'this frontend takes no dumps', { hint: 'Start it with --sync.' });
    const source = request.body;
    if (!(source instanceof Readable)) throw new TxlogError('MEDIA_UNSUPPORTED', `the body is of the type ${dumpType}`);
    const { mode = 'mirror', 'on-conflict': onConflict } = request.query as ImportQuery;
    if (onConflict !== undefined && mode !== 'submit')
      throw new TxlogError('USAGE', 'on-conflict belongs to mode=submit', { path: 'on-conflict' });
    const report = await env.sync.import(source, given({ mode, onConflict }));
    Object.assign(request.told, { origin: report.origin, applied: report.applied });
    return reply.send(toImportJson(report, false));
  },
};

interface ImportQuery {
  readonly mode?: ImportMode;
  readonly 'on-conflict'?: ConflictPolicy;
}
