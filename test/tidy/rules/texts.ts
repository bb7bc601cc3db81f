import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '../finding.ts';
import type { Tree } from '../tree.ts';

const bytesMax = 4 * 1024 * 1024;

/** No file names a folder of the machine that it was written on. */
export const machinePaths: Rule = {
  name: 'machine-paths',
  why: 'a path of one machine is broken on every other one',
  check: (tree) => linesMatching(tree, /(?<![\w.:@-])\/(?:work|root|farm)\/\S*/),
};

/** No file names a package registry. */
export const registryHosts: Rule = {
  name: 'registry-hosts',
  why: 'packages come from the registry that the machine is set to; a lock file with hosts ties it to one',
  check: (tree) =>
    linesMatching(
      tree,
      /"resolved":\s*"http|\bregistry\.[\w-]+\.\w+|https?:\/\/[^/\s"]*(?:registry|artifactory|nexus|verdaccio)/,
    ),
};

/** No test is switched off or runs alone. */
export const switchedOff: Rule = {
  name: 'switched-off',
  why: 'a test that does not run proves nothing, and one that runs alone hides the others',
  *check(tree) {
    const pattern =
      /\b(?:it|test|describe|bench|suite)(?:\.\w+)*\.(?:skip|only|todo)\b|\b(?:xit|xdescribe|fit|fdescribe)\(/;
    for (const found of linesMatching(tree, pattern)) if (/^test\/.*\.ts$/.test(found.file)) yield found;
  },
};

function* linesMatching(tree: Tree, pattern: RegExp): Generator<{ file: string; line: number; what: string }> {
  for (const file of tree.files) {
    const path = join(tree.root, file);
    if (statSync(path).size > bytesMax) continue;
    const text = readFileSync(path, 'utf8');
    if (text.includes('\0')) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const match = pattern.exec(line);
      if (match !== null) yield { file, line: index + 1, what: `holds ${match[0]}` };
    }
  }
}
