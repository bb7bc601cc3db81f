import type { Environment } from '../../environment/environment.ts';
import { openInput } from './open-input.ts';

/**
 * The ids of sessions that words of the command line stand for: each itself, or what it is the beginning of; for `-` each
 * line of stdin, as it is.
 *
 * Errors: ID_AMBIGUOUS; UTF8_INVALID.
 */
export async function idsOf(env: Environment, words: readonly string[]): Promise<readonly string[]> {
  const ids = words.map((word) => (word === '-' ? idsOfStdin() : env.completeId(word, 'session').then((id) => [id])));
  return (await Promise.all(ids)).flat();
}

async function idsOfStdin(): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const lines of openInput('-').chunks()) {
    for (const line of lines) {
      if ('error' in line) throw line.error;
      ids.push(line.text.replace(/\r$/, ''));
    }
  }
  return ids;
}
