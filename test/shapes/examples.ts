import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputs } from '../../src/shapes/schema/command-outputs.ts';
import { root } from '../docs/pages.ts';

/** JSON that commands printed, by the commands of the line that gave it. */
export interface Examples {
  readonly commands: readonly string[];
  readonly documents: { readonly document: unknown; readonly place: string }[];
}

const names = Object.keys(outputs).sort((a, b) => b.length - a.length);

/** Every JSON document in the written sessions and in the docs, with the commands that may have printed it. */
export function jsonExamples(): ReadonlyMap<string, Examples> {
  const found = new Map<string, Examples>();
  for (const file of files()) {
    let commands: readonly string[] = [];
    inOneLine(readFileSync(join(root, file), 'utf8').split('\n')).forEach((line, i) => {
      if (line.startsWith('$ ')) commands = commandsIn(line);
      const text = line.replace(/^[|!] /, '');
      if (
        commands.length === 0 ||
        !text.startsWith('{"v":1,') ||
        text.includes('…') ||
        /"event":|"summary":/.test(text)
      )
        return;
      const name = commands.join(', ');
      const examples = found.get(name) ?? { commands, documents: [] };
      found.set(name, examples);
      const document = parse(text);
      if (document !== undefined) examples.documents.push({ document, place: `${file}:${i + 1}` });
    });
  }
  return found;
}

/** Lines in which a document that stands a field a line is put together again, at the place of its first line. */
function inOneLine(lines: readonly string[]): readonly string[] {
  const whole: string[] = [];
  let begun: number | undefined;
  lines.forEach((line, i) => {
    const text = line.replace(/^[|!] /, '');
    whole.push(begun === undefined ? line : '');
    if (begun !== undefined) whole[begun] += text.trimStart();
    else if (text === '{') begun = i;
    if (text === '}') begun = undefined;
  });
  return whole;
}

// A placeholder in place of a number is no JSON.
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function files(): string[] {
  const below = (folder: string) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`);
  return [...below('test/cli/sessions'), 'docs/formats/json.md', ...below('docs/guide'), 'README.md'];
}

function commandsIn(line: string): readonly string[] {
  const words = [...line.matchAll(/\btxlog ([a-z ]+)/g)].map(([, rest = '']) => `${rest.trim()} `);
  return [...new Set(words.flatMap((rest) => names.find((name) => rest.startsWith(`${name} `)) ?? []))];
}
