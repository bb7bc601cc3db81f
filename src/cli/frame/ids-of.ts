import { openInput } from './open-input.ts';

/** The ids that a word of the command line stands for: itself, or for `-` each line of stdin. Errors: UTF8_INVALID. */
export async function idsOf(word: string): Promise<readonly string[]> {
  if (word !== '-') return [word];
  const ids: string[] = [];
  for await (const lines of openInput('-').chunks()) {
    for (const line of lines) {
      if ('error' in line) throw line.error;
      ids.push(line.text.replace(/\r$/, ''));
    }
  }
  return ids;
}
