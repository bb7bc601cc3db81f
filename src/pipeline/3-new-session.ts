import { findReservedTheme } from '../core/app/own-theme.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { utf8Length } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import { type Chunk, sessionKey } from '../core/fold/session.ts';
import type { NewSession } from '../core/log/operation.ts';
import { queuePrefix } from '../layout/queue-keys.ts';
import { nameOfTheme, themeFor } from './3-decide-theme.ts';
import { completeLinks } from './3-links.ts';
import type { Stage } from './3-stage.ts';

/**
 * The changes that make a session, or why there can be none: its theme is registered by the first one. `together` are all
 * that the same record makes: of one line, the first by its id comes first.
 *
 * Problems: those of `themeFor`; TYPE_RESERVED of a saga that is not made by the engine's code of sagas.
 */
export function changesOfNew(
  stage: Stage,
  operation: NewSession,
  together: readonly NewSession[] = [],
): readonly Change[] | TxlogError {
  const { session, chunk, bytes = bytesOf(chunk), delay = 0, order } = operation;
  const theme = themeFor(stage, operation.theme, operation.number);
  if (theme instanceof TxlogError) return theme;
  if (!operation.ofSaga) {
    const name = typeof operation.theme === 'number' ? nameOfTheme(stage, operation.theme) : operation.theme;
    const problem = findReservedTheme('theme', name ?? '');
    if (problem) return problem;
  }
  const { number } = theme;
  const isBefore = (other: NewSession) =>
    other.order === order &&
    other.theme === operation.theme &&
    Buffer.compare(Buffer.from(other.session), Buffer.from(session)) < 0;
  const behind =
    order !== undefined &&
    (stage.firstQueued(queuePrefix(number, 'line', order)) !== undefined || together.some(isBefore));
  const value = {
    theme: number,
    ...(delay > 0 && { due: stage.time + Math.round(delay * 1000) }),
    ...given({ order }),
    ...completeLinks(stage, operation.links),
    ...(behind && { behind }),
    bytes,
    ...chunk,
  };
  const made: Change = { op: 'session.new', key: sessionKey(session), value };
  return theme.registration ? [theme.registration, made] : [made];
}

/** Bytes of a chunk, as JSON or binary. */
export function bytesOf(chunk: Chunk): number {
  return 'base64' in chunk ? Buffer.byteLength(chunk.base64, 'base64') : utf8Length(JSON.stringify(chunk.data));
}
