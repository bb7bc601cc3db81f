import { isJsonObject } from '../core/base/json.ts';
import type { Chunk } from '../core/fold/session.ts';
import { sessionKey } from '../core/fold/session.ts';
import { chunkOf } from '../core/fold/session-fold.ts';
import type { LogRecord } from '../core/log/record.ts';
import { chunkAt, isQueueTheme } from '../pipeline/3-queued-request.ts';
import { listSessions } from '../sessions/read/list-sessions.ts';
import type { LongViewReader } from '../view/reader.ts';

/** The attachments of requests that wait in their queues: their records are still to come. */
export async function* queuedAttachments(env: LongViewReader): AsyncGenerator<string> {
  for await (const { id, from, themeName } of listSessions(env, {})) {
    if (!isQueueTheme(themeName)) continue;
    const chunk = await env.read((cut) => chunkAt(cut.record(from), sessionKey(id)));
    if (chunk) yield* namedIn(chunk);
  }
}

/** The attachments of requests that a record may have put into a queue. */
export function queuedBy({ changes }: Pick<LogRecord, 'changes'>): readonly string[] {
  return changes.flatMap((change) => {
    const chunk = chunkOf(change);
    return chunk ? namedIn(chunk) : [];
  });
}

function namedIn(chunk: Chunk): readonly string[] {
  const data = 'data' in chunk ? chunk.data : undefined;
  const named: unknown = isJsonObject(data) ? data.attachments : undefined;
  return Array.isArray(named) ? named.filter((digest) => typeof digest === 'string') : [];
}
