import { Flags } from '@oclif/core';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { TransactionReport } from '../../index.ts';
import type { KeyPage } from '../../pages/key.ts';
import type { PageOptions, SessionPage } from '../../pages/session.ts';
import { tokenFlag } from '../frame/environment-flag.ts';
import { parsePosition } from '../frame/point-in-log.ts';
import { wholeNumber } from '../frame/whole-number.ts';
import type { Reached, SharedCalls } from '../reach/reached.ts';

/** The flags that name something. */
export const nameFlags = ['id', 'position', 'key', 'session'] as const;

/** Flags of `inspect`. */
export const inspectFlags = {
  ...tokenFlag,
  id: Flags.string({
    summary: 'Show the transaction with this id.',
    helpValue: 'ID',
    exclusive: ['position', 'key', 'session'],
  }),
  position: wholeNumber({
    ...{ summary: 'Show the transaction at this position.', min: 1, helpValue: 'POS', exclusive: ['key', 'session'] },
  }),
  key: Flags.string({ summary: 'Show this key.', helpValue: 'KEY', exclusive: ['session'] }),
  session: Flags.string({ summary: 'Show this session.', helpValue: 'ID' }),
  from: wholeNumber({
    summary: 'Show the history from this position on, in place of its newest entries.',
    min: 1,
    helpValue: 'POS',
  }),
  limit: wholeNumber({
    char: 'n',
    summary: 'Show so many entries of the history.',
    min: 1,
    max: 10_000,
    default: 20,
    helpValue: 'N',
  }),
  tree: Flags.boolean({
    summary: 'Show all that belongs together as a tree: each cause above its effects.',
    exclusive: ['key', 'from', 'format'],
  }),
  format: Flags.option({
    summary: 'Draw the history as a Mermaid sequence diagram.',
    options: ['mermaid'] as const,
    exclusive: ['json'],
  })(),
};

/** The object that the command line names, in one of the ways. */
export interface InspectNames {
  readonly id?: string | undefined;
  readonly position?: number | undefined;
  readonly key?: string | undefined;
  readonly session?: string | undefined;
}

/** The object that a name stands for. */
export type Inspected =
  | { readonly type: 'transaction'; readonly report: TransactionReport }
  | { readonly type: 'session'; readonly page: SessionPage }
  | { readonly type: 'key'; readonly page: KeyPage };

/**
 * Finds what is to be inspected: a number is a position, anything else the id of a transaction when there is one, else
 * of a session, else a key.
 *
 * Errors: USAGE; TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND, SESSION_GONE, KEY_NOT_FOUND.
 */
export async function readInspected(
  reached: Reached,
  name: string | undefined,
  flags: InspectNames & { readonly from?: number | undefined; readonly limit: number },
): Promise<Inspected> {
  const forced = nameFlags.find((way) => flags[way] !== undefined);
  if ((name === undefined) === (forced === undefined)) throw refuseNames(name);
  const { calls: env } = reached;
  if (flags.key !== undefined) return { type: 'key', page: await reached.keyPage(flags.key, flags) };
  if (flags.session !== undefined) return session(reached, await env.completeId(flags.session, 'session'), flags);
  if (flags.id !== undefined) return transaction(env, await env.completeId(flags.id, 'transaction'));
  if (forced !== undefined) return transaction(env, present(flags.position, 'position'));
  const text = present(name, 'name');
  const position = parsePosition(text);
  if (position !== undefined) return transaction(env, position);
  const found = await idInspected(reached, text, flags);
  if (found) return found;
  try {
    return { type: 'key', page: await reached.keyPage(text, flags) };
  } catch (error) {
    // A key of this name is meant before an id that only begins so.
    const id = await env.completeId(text, 'transaction', 'session');
    return (id === text ? undefined : await idInspected(reached, id, flags)) ?? refuse(error, text);
  }
}

async function idInspected(reached: Reached, id: string, options: PageOptions): Promise<Inspected | undefined> {
  if (await reached.calls.find(id)) return transaction(reached.calls, id);
  return (await reached.wasSession(id)) ? session(reached, id, options) : undefined;
}

async function transaction(env: SharedCalls, name: string | number): Promise<Inspected> {
  return { type: 'transaction', report: await env.inspect(name) };
}

async function session(reached: Reached, id: string, options: PageOptions): Promise<Inspected> {
  return { type: 'session', page: await reached.sessionPage(id, options) };
}

function refuse(error: unknown, name: string): never {
  if (!(error instanceof TxlogError) || error.code !== 'KEY_NOT_FOUND') throw error;
  throw new TxlogError('TRANSACTION_NOT_FOUND', `there is no transaction, no session and no key ${name}`, {
    next: ['txlog log -n 10', 'txlog state list'],
  });
}

/** Refuses no name, and two. */
export function refuseNames(name: string | undefined): TxlogError {
  const reason =
    name === undefined
      ? 'name a transaction, a session or a key'
      : 'NAME and --id, --position, --key, --session exclude each other';
  return new TxlogError('USAGE', reason, { next: ['txlog inspect --help'] });
}
