// Goal: a rule that never fails guards nothing, so each one is seen to fail.
// Method: write a small clean project, see it pass, plant one violation, see exactly its rule report its file.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkTree, rules } from './check.ts';
import { cleanProject, type Files, plants } from './plants.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function writeProject(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'txlog-tidy-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test('a clean project has no findings', () => {
  expect(checkTree(writeProject(testAll(cleanProject)))).toEqual([]);
});

// Each folder of src has its tests, but in the plant of that very rule.
function testAll(files: Files): Files {
  const folders = Object.keys(files).flatMap((path) => /^src\/(\w+)\//.exec(path)?.[1] ?? []);
  return {
    ...files,
    ...Object.fromEntries(
      folders.map((name) => [`test/${name}/${name}.unit.test.ts`, files[`test/${name}/${name}.unit.test.ts`] ?? '']),
    ),
  };
}

// Replacing one module must not leave others unreached: that is a rule of its own.
function reachAll(files: Files): Files {
  const paths = Object.keys(files).filter((path) => /^(?:src|test)\/.*\.ts$/.test(path));
  return { ...files, 'test/all.unit.test.ts': paths.map((path) => `import '../${path}';\n`).join('') };
}

test.each(plants)('$rule fails: $title', ({ rule, at, files }) => {
  const planted = { ...testAll(cleanProject), ...files };
  const project = rule === 'test-folders' ? planted : testAll(planted);
  const all = checkTree(writeProject(rule === 'reach' ? project : reachAll(project)));
  // A module that is replaced enters by other doors, or by none.
  const found = all.filter((finding) => rule === 'doors' || finding.rule !== 'doors');
  expect(found.map((finding) => `${finding.rule} ${finding.file}`)).toContain(`${rule} ${at}`);
  expect([...new Set(found.map((finding) => finding.rule))]).toEqual([rule]);
  expect(found[0]?.why).toMatch(/\w{3}/);
});

test('every rule has a planted violation', () => {
  const planted = new Set(plants.map(({ rule }) => rule));
  expect(rules.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
});
