import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WarmCommands } from '../kit/warm-commands.ts';
import { docPages, type Page, root } from './pages.ts';
import { isShown, normalise, runStep, stepsOf } from './session.ts';
import { makeWorkplace } from './workplace.ts';

// Goal: what the docs show of the command line is what it prints. Method: the `console` fences of each page are run in
// order in an empty directory, in one process where that is the same (kit/README.md), and their outputs compared, but for times, ids, sizes and digests. `npm run docs` writes
// the outputs into the pages; read the difference as prose before it is kept.

const isWriting = process.env.TXLOG_DOCS === 'write';
const pages = docPages().filter(({ fences }) => fences.some(({ lang }) => lang === 'console'));

let commands: WarmCommands;
beforeAll(() => {
  commands = new WarmCommands();
});
afterAll(() => commands.close());

it.each(pages.map((page) => [page.path, page] as const))('%s shows what the commands print', async (_, page) => {
  const workplace = makeWorkplace(page);
  try {
    const lines = page.text.split('\n');
    // From the end of the page each fence is put back where it stood; they are run from the start.
    const fences: { line: number; length: number; text: string[] }[] = [];
    for (const fence of page.fences) {
      if (fence.lang !== 'console') continue;
      const text: string[] = [];
      for (const step of stepsOf(fence)) {
        const output = await runStep(step, workplace, fence.words, commands);
        const same = isShown(step.shown, output, fence.words);
        if (!same && !isWriting) expectSame(page, fence.line, step.typed, step.shown, output, fence.words);
        text.push(...step.typed, ...(same ? step.shown : output));
      }
      fences.unshift({ line: fence.line, length: fence.text.split('\n').length, text });
    }
    for (const { line, length, text } of fences) lines.splice(line, length, ...text);
    if (isWriting) writeFileSync(join(root, page.path), lines.join('\n'));
  } finally {
    workplace.remove();
  }
});

function expectSame(
  page: Page,
  line: number,
  typed: readonly string[],
  shown: readonly string[],
  output: readonly string[],
  words: readonly string[],
): void {
  const normal = (text: readonly string[]) => [...typed, ...text.map((one) => normalise(one, words))].join('\n');
  // A busy machine takes longer than the ten seconds after which a command off a terminal says how far it is.
  const told = output.filter((one) => !/^\w+: \d+ %, /.test(one));
  expect(normal(told), `${page.path}:${line}; npm run docs writes the outputs anew`).toBe(normal(shown));
}
