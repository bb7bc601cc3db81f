#!/usr/bin/env node
// The command line straight from TypeScript, without a build. Slower than bin/run.js; for work on the sources.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from '@oclif/core';
import { register } from 'tsx/esm/api';

// As start.ts: a shell waits for it.
if (process.argv[3] === '--serve') process.send?.({});
const root = fileURLToPath(new URL('..', import.meta.url));
register();

// A manifest wins over the sources and hides new commands; the next build writes it again.
rmSync(join(root, 'oclif.manifest.json'), { force: true });

// oclif's own way to run TypeScript needs the compiler's old API, which TypeScript 7 does not have.
settings.enableAutoTranspile = false;
process.env.NODE_ENV = 'development';
settings.debug = true;

const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
pjson.oclif.commands = './commands';
const { runCli } = await import('../src/cli/frame/run-cli.ts');
await runCli(process.argv.slice(2), { root, pjson });
