import { Flags } from '@oclif/core';
import { present } from '../core/assert.ts';
import { TxlogError } from '../core/errors.ts';
import type { Environment } from '../environment.ts';
import type { TransactionReport } from '../index.ts';
import { type KeyPage, readKeyPage } from './inspect-key.ts';
import { parsePosition } from './point.ts';

const names = ['id', 'position', 'key'] as const;

/** Flags of `inspect`. */
export const inspectFlags = {
  id: Flags.string({ summary: 'A transaction by its id.', helpValue: 'ID', exclusive: ['position', 'key'] }),
  position: Flags.integer({ summary: 'A transaction by its position.', min: 1, helpValue: 'POS', exclusive: ['key'] }),
  key: Flags.string({ summary: 'A key.', helpValue: 'KEY' }),
  from: Flags.integer({ summary: "A key's history from this position on, not its newest.", min: 1, helpValue: 'POS' }),
  limit: Flags.integer({ summary: "Entries of a key's history.", min: 1, max: 10_000, default: 20, helpValue: 'N' }),
  format: Flags.option({
    summary: "A transaction's way as a Mermaid sequence diagram.",
    options: ['mermaid'] as const,
    exclusive: ['json'],
  })(),
};

/** What the command line names, in one of the ways. */
export interface InspectNames {
  readonly id?: string | undefined;
  readonly position?: number | undefined;
  readonly key?: string | undefined;
}

/** What a name stands for. */
export type Inspected =
  | { readonly type: 'transaction'; readonly report: TransactionReport }
  | { readonly type: 'key'; readonly page: KeyPage };

/**
 * Finds what is to be inspected: a number is a position, anything else an id when there is one, else a key.
 *
 * Errors: USAGE; TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND, KEY_NOT_FOUND.
 */
export async function readInspected(
  env: Environment,
  name: string | undefined,
  flags: InspectNames & { readonly from?: number | undefined; readonly limit: number },
): Promise<Inspected> {
  const forced = names.find((way) => flags[way] !== undefined);
  if ((name === undefined) === (forced === undefined)) throw usage(name);
  if (flags.key !== undefined) return { type: 'key', page: await readKeyPage(env, flags.key, flags) };
  if (forced !== undefined) return transaction(env, present(flags.id ?? flags.position, 'name'));
  const text = present(name, 'name');
  const position = parsePosition(text);
  if (position !== undefined) return transaction(env, position);
  if (await env.find(text)) return transaction(env, text);
  return { type: 'key', page: await readKeyPage(env, text, flags).catch((error) => refuse(error, text)) };
}

async function transaction(env: Environment, name: string | number): Promise<Inspected> {
  return { type: 'transaction', report: await env.inspect(name) };
}

function refuse(error: unknown, name: string): never {
  if (!(error instanceof TxlogError) || error.code !== 'KEY_NOT_FOUND') throw error;
  throw new TxlogError('TRANSACTION_NOT_FOUND', `there is no transaction and no key ${name}`, {
    next: ['txlog log -n 10', 'txlog state list'],
  });
}

function usage(name: string | undefined): TxlogError {
  const reason =
    name === undefined ? 'name a transaction or a key' : 'NAME and --id, --position, --key exclude each other';
  return new TxlogError('USAGE', reason, { next: ['txlog inspect --help'] });
}
