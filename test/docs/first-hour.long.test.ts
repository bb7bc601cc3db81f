// Goal: whoever types what the README shows, and then what txlog itself says is next, comes to a saga that failed and is
// mended, without an error on the way. Method: a real shell on a pseudo-terminal of 80 columns gets the commands of the
// README, then those of the guide to sagas up to its first repair, one by one, as fast as its prompt comes back. With
// TXLOG_FIGURES=FILE the number of commands and the seconds that they took are written there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { Talk } from '../cli/txlog.ts';
import { docPages, type Page } from './pages.ts';
import { stepsOf } from './session.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** A shell that says with each prompt how the last command ended. */
class Typing {
  private readonly talk: Talk;
  private prompts = 0;
  commands = 0;

  constructor({ dir, env }: Workplace) {
    const shell = `stty cols 80 rows 24 -echo; PS1='<$?>\\n' exec bash --norc --noprofile -i`;
    const quiet = { ...env, TERM: 'xterm', CI: '', NO_COLOR: '1', TXLOG_PAGER: '', HISTFILE: '' };
    this.talk = new Talk(spawn('script', ['-qefc', shell, '/dev/null'], { cwd: dir, env: quiet }));
  }

  async ready(): Promise<void> {
    await this.prompt();
  }

  /** Types one command, and gives what the terminal showed and its exit code. */
  async type(command: string): Promise<{ readonly shown: string; readonly code: number }> {
    const start = this.talk.stdout.length;
    this.commands++;
    this.talk.child.stdin?.write(`${command}\n`);
    const code = await this.prompt();
    return { shown: this.talk.stdout.slice(start).replaceAll('\r', ''), code };
  }

  async leave(): Promise<void> {
    this.talk.child.stdin?.write('exit\n');
    await this.talk.ended;
  }

  private async prompt(): Promise<number> {
    this.prompts++;
    for (;;) {
      const codes = [...this.talk.stdout.matchAll(/<(\d+)>\r*\n/g)];
      if (codes.length >= this.prompts) return Number(codes[this.prompts - 1]?.[1]);
      await once(this.talk.child.stdout as NodeJS.ReadableStream, 'data');
    }
  }
}

const places: Workplace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

/** The commands of a page up to a command that fits, with their lines joined as they are typed. */
function commandsOf({ fences }: Page, last: RegExp = /$^/): readonly string[] {
  const steps = fences.filter(({ lang }) => lang === 'console').flatMap(stepsOf);
  const all = steps.map(({ typed }) => typed.map((line) => line.slice(2)).join('\n'));
  const end = all.findIndex((command) => last.test(command));
  return end === -1 ? all : all.slice(0, end + 1);
}

async function typingIn(page: Page): Promise<Typing> {
  const place = makeWorkplace(page);
  places.push(place);
  const typing = new Typing(place);
  await typing.ready();
  return typing;
}

it('the README and what txlog says is next lead from nothing to a saga that is mended', async () => {
  const [readme, sagas] = ['README.md', 'docs/guide/sagas.md'].map((path) =>
    docPages().find((page) => page.path === path),
  );
  if (!readme || !sagas) throw new Error('the pages are not where they were');
  const began = performance.now();
  const first = await typingIn(readme);
  for (const command of commandsOf(readme)) {
    const { shown, code } = await first.type(command);
    // 1 is an answer: a rejection, or work that is stuck.
    expect([0, 1], `${command}\n${shown}`).toContain(code);
    expect(shown).not.toMatch(/USAGE|BUG|no such file/i);
  }
  const second = await typingIn(sagas);
  for (const command of commandsOf(sagas, /^txlog saga list --stuck/).slice(0, -1)) {
    const { shown, code } = await second.type(command);
    expect([0, 1], `${command}\n${shown}`).toContain(code);
  }
  const stuck = await second.type('txlog saga stuck');
  expect(stuck).toMatchObject({ code: 1, shown: expect.stringContaining('pay cannot be undone') });
  const next = /next: (txlog saga retry \S+ --reason) "…"/.exec(stuck.shown)?.[1];
  expect(next).toBeDefined();
  await second.type('mv closed refunded');
  expect(await second.type(`${next} 'the bank is open again'`)).toMatchObject({ code: 0 });
  expect(await second.type('txlog work --until-empty --quiet 2> worker.log')).toMatchObject({ code: 0 });
  const mended = await second.type('txlog saga stuck; txlog saga show o-3');
  expect(mended).toMatchObject({ code: 0, shown: expect.stringContaining('saga o-3  order  compensated') });
  expect(mended.shown).toContain('No saga is stuck.');
  await Promise.all([first.leave(), second.leave()]);
  const commands = first.commands + second.commands;
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const { TXLOG_FIGURES } = process.env;
  if (TXLOG_FIGURES) writeFileSync(TXLOG_FIGURES, `${JSON.stringify({ commands, seconds })}\n`);
  expect(commands).toBeLessThan(60);
});
