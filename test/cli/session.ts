import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLine } from '../kit/run-line.ts';
import type { WarmCommands } from '../kit/warm-commands.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin/run.js');
const sessions = fileURLToPath(new URL('./sessions/', import.meta.url));

/** Names of the written sessions. */
export function sessionNames(): string[] {
  return readdirSync(sessions).flatMap((file) => (file.endsWith('.txt') ? [file.slice(0, -4)] : []));
}

/** A scripted session as it is written down, and as it ran now. */
export interface Played {
  readonly written: string;
  readonly played: string;
}

/**
 * Plays a session file: each line `$ command` is run by a shell in one empty directory, in which `txlog` is the built
 * command line, `fixtures` are the repository's, and `plain_user` runs a command without root's power to
 * pass over permissions. What follows a command is its stdout; lines with `! ` its stderr;
 * `= N` its exit code, when it is not 0; `| ` marks a line of stdout that would be read as one of these. Lines with `#` and
 * blank ones are kept as they are. What differs from run to run is written as `<time>` and the like; a long line of JSON as
 * a field a line. Lines `% command` at the end are the set-up: they run before all others, and what they print is no part
 * of the story. With UPDATE_GOLDEN=1 the file is written anew; read the diff as prose.
 */
export async function playSession(name: string, warm?: WarmCommands): Promise<Played> {
  const file = join(sessions, `${name}.txt`);
  const written = readFileSync(file, 'utf8');
  const dir = mkdtempSync(join(tmpdir(), 'txlog-session-'));
  try {
    writeFileSync(join(dir, '.txlog-command'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
      mode: 0o755,
    });
    symlinkSync(join(root, 'fixtures'), join(dir, 'fixtures'));
    const lines: string[] = [];
    if (written.indexOf('\n% ') !== -1 && written.lastIndexOf('\n$ ') > written.indexOf('\n% '))
      throw new Error(`${file}: set-up stands at the end`);
    for (const line of linesToKeep(written)) if (line.startsWith('% ')) await setUp(dir, line.slice(2), warm);
    for (const line of linesToKeep(written)) {
      lines.push(line, ...(line.startsWith('$ ') ? await runCommand(dir, line.slice(2), warm) : []));
    }
    const played = lines.join('\n');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, played);
    return { written: process.env.UPDATE_GOLDEN === '1' ? played : written, played };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function linesToKeep(written: string): string[] {
  return written.split('\n').filter((line) => /^([$%] |#|$)/.test(line));
}

const shell = { shell: 'sh', before: `plain_user() { ${asPlainUser()} "$@"; }\n` } as const;

async function setUp(dir: string, command: string, warm?: WarmCommands): Promise<void> {
  const lines = await runCommand(dir, command, warm);
  if (lines.some((line) => line.startsWith('= '))) throw new Error(`set-up failed: ${command}\n${lines.join('\n')}`);
}

async function runCommand(dir: string, command: string, warm?: WarmCommands): Promise<string[]> {
  const { TXLOG_ENV: _, TXLOG_APP: __, DEBUG: ___, ...env } = process.env;
  const { stdout, stderr, code } = await runLine(command, { dir, env, real: join(dir, '.txlog-command') }, shell, warm);
  const lengthOf = (text: string) => normalise(dir, text).length;
  const told = linesOf(stderr)
    .flatMap((line) => jsonLines(line, lengthOf))
    .map((line) => `! ${line}`);
  const ended = code === 0 ? [] : [`= ${code}`];
  // What would be read as part of the script is marked.
  const data = linesOf(stdout)
    .flatMap((line) => jsonLines(line, lengthOf))
    .map((line) => (/^([$%] |#|! |= |\| |$)/.test(line) ? `| ${line}` : line));
  return [...data, ...told, ...ended].map((line) => normalise(dir, line));
}

/** Containers run as root, who may write what is read-only. Without these capabilities root is a user as any other. */
function asPlainUser(): string {
  const power = '-dac_override,-dac_read_search';
  return process.getuid?.() === 0 ? `setpriv --bounding-set=${power} --inh-caps=${power}` : '';
}

function linesOf(output: string): string[] {
  return output === '' ? [] : output.replace(/\n$/, '').split('\n');
}

const longLine = 100;

/**
 * A long line of JSON as a field a line, so that a difference is that of a field. A line that is not JSON as this program
 * writes it stays whole. `lengthOf` is the length as it is written down.
 */
function jsonLines(line: string, lengthOf: (text: string) => number): readonly string[] {
  if (!/^[[{]/.test(line) || lengthOf(line) <= longLine) return [line];
  const value = parsed(line);
  return value !== undefined && JSON.stringify(value) === line ? spread(value, '', lengthOf).split('\n') : [line];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function spread(value: unknown, indent: string, lengthOf: (text: string) => number): string {
  const text = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || lengthOf(text) <= longLine) return text;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => `${inner}${spread(item, inner, lengthOf)}`)
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}:${spread(item, inner, lengthOf)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

function normalise(dir: string, output: string): string {
  return output
    .replaceAll(dir, '<dir>')
    .replaceAll(root, '<repository>/')
    .replaceAll(/ in \d+ bytes/g, ' in <bytes>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, '<time>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replaceAll(/\b[0-9a-f]{16}…/g, '<digest>…')
    .replaceAll(/ in [\d.]+ ?m?s \([\d,]+\/s\)/g, ' in <duration>')
    .replaceAll(/"(ms|ageMs)":\d+/g, '"$1":<ms>')
    .replaceAll(/"(in|out)PerSecond":[\d.]+/g, '"$1PerSecond":<rate>')
    .replaceAll(/(<time>, (?:for )?)(?:\d+m(?: \d+s)?|\d+m?s)( ago)?$/g, '$1<age>$2')
    .replaceAll(/ {2}(?:\d+m(?: \d+s)?|\d+m?s)(?: +|$)/g, '  <age>  ')
    .replaceAll(/ after (?:\d+m(?: \d+s)?|\d+m?s)\b/g, ' after <age>')
    .replaceAll(/"(fileBytes|usedBytes|logBytes)":\d+/g, '"$1":<bytes>')
    .replaceAll(/[\d.]+ [kMG]?B (on disk|used)/g, '<bytes> $1');
}
