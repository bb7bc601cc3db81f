// Checks a directory by hand: npx tsx test/tidy/run.ts [directory]
import { checkTree } from './check.ts';
import { formatFinding } from './finding.ts';
import { medianLines } from './rules/sizes.ts';
import { loadTree } from './tree.ts';

const root = process.argv[2] ?? '.';
const findings = checkTree(root);
for (const finding of findings) console.log(formatFinding(finding));
console.log(`${findings.length} findings; median of ${medianLines(loadTree(root))} lines`);
process.exitCode = findings.length === 0 ? 0 : 1;
