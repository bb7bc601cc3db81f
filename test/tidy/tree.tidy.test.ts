// Goal: the source tree obeys the rules of docs/STYLE.md and the import directions of docs/ARCHITECTURE.md.
// Method: run every rule over this project; a failure lists each place with the reason of its rule.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkTree, rules } from './check.ts';
import { formatFinding } from './finding.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const findings = checkTree(root);

test.each(rules.map(({ name }) => name))('the tree obeys %s', (name) => {
  expect(findings.filter(({ rule }) => rule === name).map(formatFinding)).toEqual([]);
});
