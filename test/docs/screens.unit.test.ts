import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCommands } from '../../src/tui/app/keymap.ts';
import { readPage, root } from './pages.ts';

// Goal: the keys in the guide of the screen are those of the program. Method: the table is made again and compared
// (TXLOG_DOCS=write writes it).

const path = 'docs/guide/tui.md';
const head = '| keys | command | what |\n| --- | --- | --- |\n';

it('docs/guide/tui.md has the keys of the program', () => {
  const rows = defaultCommands.map(
    ({ keys, name, help }) => `| ${keys.map((key) => `\`${key}\``).join(' ')} | ${name} | ${help} |\n`,
  );
  const { text } = readPage(path);
  const [before, rest = ''] = text.split(head);
  const made = `${before}${head}${rows.join('')}${rest.replace(/^(?:\|.*\n)*/, '')}`;
  if (process.env.TXLOG_DOCS === 'write') writeFileSync(join(root, path), made);
  expect(readPage(path).text).toBe(made);
});
