import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import LogCount from '../../commands/log/count.ts';
import { exitCodeOfCode, exitMeanings } from '../../src/cli/frame/exit-codes.ts';
import { sagaPhases } from '../../src/core/app/saga.ts';
import { permanentExits, stepDefaults } from '../../src/core/app/saga-definition.ts';
import { themeDefaults } from '../../src/core/app/theme.ts';
import { errorCodes, retryOf } from '../../src/core/base/error-codes.ts';
import { rejectionCodes } from '../../src/core/base/errors.ts';
import { limits } from '../../src/core/base/limits.ts';
import { changeOps } from '../../src/core/fold/change.ts';
import { sessionOps, sessionStatuses } from '../../src/core/fold/session.ts';
import { tableNames } from '../../src/ports/storage.ts';
import { groupFields } from '../../src/rescan/count-groups.ts';
import { readPage, root, tableRows } from './pages.ts';

// Goal: the tables of the docs are those of the code. Method: each is read from its page and compared.

const unquoted = (cell = '') => cell.replaceAll('`', '');

describe('docs/errors.md', () => {
  const page = readPage('docs/errors.md');

  it('has one row for each error code, with its exit code', () => {
    const rows = tableRows(page, 'code', '## Error codes');
    expect(rows.map(([code]) => unquoted(code))).toEqual([...errorCodes]);
    const exits = Object.fromEntries(errorCodes.map((code) => [code, exitCodeOfCode(code)]));
    expect(Object.fromEntries(rows.map((row) => [unquoted(row[0]), Number(row.at(-1))]))).toEqual(exits);
    // What the page says of trying again is what callers ask the code for.
    const words = { no: ['no'], yes: ['yes'], 'same id': ['same id'] };
    const retries = Object.fromEntries(
      rows.map((row) => [
        unquoted(row[0]),
        Object.entries(words).find(([, known]) => known.includes(row[2] ?? ''))?.[0] ?? 'later',
      ]),
    );
    expect(retries).toEqual(Object.fromEntries(errorCodes.map((code) => [code, retryOf(code)])));
  });

  it('has one row for each rejection code', () => {
    expect(tableRows(page, 'code', '## Rejection codes').map(([code]) => unquoted(code))).toEqual([...rejectionCodes]);
  });

  it('says what each exit code means', () => {
    const rows = tableRows(page, 'exit');
    expect(Object.fromEntries(rows.map(([code, meaning]) => [code, meaning]))).toEqual(exitMeanings);
  });

  it('fills every cell', () => {
    const rows = ['## Error codes', '## Rejection codes', '## Problems'].flatMap((at) => tableRows(page, 'code', at));
    expect(rows.filter((row) => row.includes(''))).toEqual([]);
  });
});

it('docs/limits.md has one row for each limit, with its value', () => {
  const page = readPage('docs/limits.md');
  const rows = ['## Of requests', '## Of the engine'].flatMap((at) => tableRows(page, 'name', at));
  const listed = Object.fromEntries(
    rows.map(([name, value = '']) => [unquoted(name), Number(value.replaceAll(',', ''))]),
  );
  expect(listed).toEqual(limits);
});

it('docs/formats/lmdb.md has one row for each table', () => {
  const rows = tableRows(readPage('docs/formats/lmdb.md'), 'table');
  expect(rows.map(([name]) => unquoted(name))).toEqual([...tableNames]);
});

it('docs/formats/record.md has the number of each operation', () => {
  const rows = tableRows(readPage('docs/formats/record.md'), 'number');
  const numbers = rows.flatMap((cells) =>
    cells.flatMap((cell, i): [number, string][] => (i % 2 === 0 ? [[Number(cell), cells[i + 1] ?? '']] : [])),
  );
  const named = numbers.sort(([a], [b]) => a - b).map(([, op]) => unquoted(op).replace(' (engine only)', ''));
  expect(named).toEqual([...changeOps]);
});

it('docs/formats/record.md has a row for each event of a saga', () => {
  const source = readFileSync(join(root, 'src/core/app/saga.ts'), 'utf8');
  const events = [...source.matchAll(/readonly event: '(\w+)'/g)].map(([, event]) => event);
  const listed = tableRows(readPage('docs/formats/record.md'), 'event').map(([event]) => unquoted(event));
  expect(listed).toEqual(events);
});

describe('docs/guide/sessions.md', () => {
  const page = readPage('docs/guide/sessions.md');

  it('has one row for each setting of a theme, with its default', () => {
    const { backoff, ...settings } = themeDefaults;
    const ofBackoff = Object.entries(backoff).map(([name, value]) => [`backoff.${name}`, value]);
    const listed = tableRows(page, 'setting').map(([name, value]) => [unquoted(name), Number(value)]);
    expect(Object.fromEntries(listed)).toEqual({ ...settings, ...Object.fromEntries(ofBackoff) });
  });

  it('has one row for each status, and for each operation', () => {
    expect(tableRows(page, 'status').map(([name]) => unquoted(name))).toEqual([...sessionStatuses]);
    const operations = tableRows(page, 'operation').map(([name]) => `session.${unquoted(name)}`);
    expect(operations.sort()).toEqual([...sessionOps].sort());
  });

  it('draws each operation and status', () => {
    const [diagram = ''] = page.fences.filter(({ lang }) => lang === 'mermaid').map(({ text }) => text);
    const words = [...sessionStatuses, 'removed', ...sessionOps.map((op) => op.replace('session.', ''))];
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(diagram))).toEqual([]);
  });
});

describe('docs/guide/sagas.md', () => {
  const page = readPage('docs/guide/sagas.md');
  const rows = tableRows(page, 'step');

  it('has one row for each setting of a step, with its default', () => {
    const { retry, ...settings } = stepDefaults;
    const ofRetry = Object.entries(retry).map(([name, value]) => [`retry.${name}`, value]);
    const listed = tableRows(page, 'setting').map(([name, value]) => [unquoted(name), Number(value)]);
    expect(Object.fromEntries(listed)).toEqual({ ...settings, ...Object.fromEntries(ofRetry) });
  });

  it('has a row for each kind of step', () => {
    const source = readFileSync(join(root, 'src/app/check-sagas.ts'), 'utf8');
    const actions = [...(/^const actions = \[(.*)\];$/m.exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g)];
    const listed = rows.map(([kinds = '']) => /`(\w+)`/.exec(kinds)?.[1]);
    expect(new Set(listed)).toEqual(new Set(actions.map(([, action]) => action)));
  });

  it('names the exits that are permanent', () => {
    const [, , cell = ''] = rows.find(([kind]) => kind === '`command`') ?? [];
    const exits = /exit ([\d, ]+\d)/.exec(cell)?.[1]?.split(', ').map(Number);
    expect(exits).toEqual([...permanentExits]);
  });

  it('draws each phase', () => {
    const [diagram = ''] = page.fences.filter(({ lang }) => lang === 'mermaid').map(({ text }) => text);
    expect(sagaPhases.filter((phase) => !new RegExp(`\\b${phase}\\b`).test(diagram))).toEqual([]);
  });

  it('tells the bounds', () => {
    const { stepResultBytesMax, stepsAtOnceMax, stepsMax, sagaIdBytesMax } = limits;
    const bounds = [`${stepResultBytesMax / 1024} KiB`, `${stepsAtOnceMax} steps`, stepsMax, sagaIdBytesMax];
    const told = page.text.slice(page.text.indexOf('## Bounds'), page.text.indexOf('## Operating'));
    expect(bounds.filter((bound) => !told.includes(String(bound)))).toEqual([]);
  });
});

it('docs/one-transaction.md names each step of the pipeline', () => {
  const steps = readdirSync(join(root, 'src/pipeline')).filter((file) => /^\d-/.test(file));
  const { text } = readPage('docs/one-transaction.md');
  expect(steps.filter((file) => !text.includes(`\`${file}\``))).toEqual([]);
});

it('docs/guide/library.md lists each call of an environment', () => {
  const files = ['src/environment/environment-reading.ts', 'src/environment/environment.ts'];
  const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const calls = [...source.matchAll(/^ {2}(?:async )?\*?([a-z]\w*)[(<]/gm)].map(([, name = '']) => name);
  // The engine's own doors are no calls for users.
  const doors = ['read', 'readSteps', 'readPinned', 'commitSignal', 'refuseWhenGone', 'makeId', 'random'];
  const own = new Set(['constructor', ...doors]);
  const meant = calls.filter((name) => !own.has(name));
  const listed = tableRows(readPage('docs/guide/library.md'), 'call').flatMap(([names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
  expect(listed.sort()).toEqual(meant.sort());
});

it('decision 0001 gives a reason for each dependency', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  const { text } = readPage('docs/decisions/0001-dependencies.md');
  expect(Object.keys(dependencies).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

describe('docs/guide/library.md', () => {
  it('names all fields that records can be counted by', () => {
    const row = tableRows(readPage('docs/guide/library.md'), 'call').find(([call]) => unquoted(call) === 'countBy');
    expect(groupFields.filter((field) => !row?.[1]?.includes(field))).toEqual([]);
    expect(groupFields.filter((field) => !LogCount.summary.includes(field))).toEqual([]);
  });
});
