import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Page, root } from './pages.ts';

/** An empty directory in which the examples of one page are run, one after the other. */
export interface Workplace {
  readonly dir: string;
  /** Environment variables with `txlog` on the PATH, and nothing of the machine's own settings for it. */
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

/** Makes a workplace: `txlog` is the built command line, `fixtures` and the package `txlog` are the project's. */
export function makeWorkplace(page: Pick<Page, 'fences'>): Workplace {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-docs-'));
  const bin = join(dir, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'txlog'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/run.js')}' "$@"\n`);
  chmodSync(join(bin, 'txlog'), 0o755);
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(root, join(dir, 'node_modules/txlog'));
  symlinkSync(join(root, 'fixtures'), join(dir, 'fixtures'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n');
  for (const [name, text] of namedFences(page)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), `${text}\n`);
  }
  const { TXLOG_ENV: _, DEBUG: __, ...env } = process.env;
  return {
    dir,
    env: {
      ...env,
      ...quiet,
      HOME: dir,
      XDG_CACHE_HOME: cache,
      XDG_CONFIG_HOME: join(dir, '.config'),
      PATH: `${bin}${delimiter}${process.env.PATH}`,
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

// Shared: what was compiled for one page need not be compiled for the next.
const cache = join(homedir(), '.cache');

const quiet = { CI: 'true', LC_ALL: 'C.UTF-8', NO_COLOR: '1', TERM: 'dumb' };

/** Fences that are files: those whose first line is a comment with nothing but a file's name. */
export function namedFences({ fences }: Pick<Page, 'fences'>): (readonly [string, string])[] {
  return fences.flatMap(({ lang, text }) => {
    const [, name] = /^\/\/ ([\w./-]+\.[cm]?[jt]s)$/m.exec(text.split('\n')[0] ?? '') ?? [];
    return name !== undefined && /^[cm]?[jt]s$/.test(lang) ? [[name, text] as const] : [];
  });
}
