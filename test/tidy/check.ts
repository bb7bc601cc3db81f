import type { Finding, Rule } from './finding.ts';
import { cycles } from './rules/cycles.ts';
import { docstrings } from './rules/docstrings.ts';
import { doors } from './rules/doors.ts';
import { folderCycles, testFolders } from './rules/folders.ts';
import { jsonHomes } from './rules/json-homes.ts';
import { lateCode } from './rules/late-code.ts';
import { layers } from './rules/layers.ts';
import { barrels, names } from './rules/names.ts';
import { packages } from './rules/packages.ts';
import { parameters } from './rules/parameters.ts';
import { openings } from './rules/prose.ts';
import { pureGlobals, pureImports } from './rules/purity.ts';
import { reach } from './rules/reach.ts';
import { fileSizes, functionSizes, medianSize } from './rules/sizes.ts';
import { spreads } from './rules/spreads.ts';
import { machinePaths, registryHosts, switchedOff } from './rules/texts.ts';
import { uniqueExports, uniqueFiles } from './rules/unique.ts';
import { loadTree } from './tree.ts';

/** Every rule of the source tree, in the order in which findings are listed. */
export const rules: readonly Rule[] = [
  layers,
  packages,
  pureImports,
  pureGlobals,
  cycles,
  folderCycles,
  doors,
  testFolders,
  lateCode,
  barrels,
  names,
  uniqueFiles,
  uniqueExports,
  jsonHomes,
  reach,
  fileSizes,
  medianSize,
  functionSizes,
  parameters,
  spreads,
  docstrings,
  openings,
  machinePaths,
  registryHosts,
  switchedOff,
];

/** What is wrong with the project below `root`. */
export function checkTree(root: string): Finding[] {
  const tree = loadTree(root);
  return rules.flatMap(({ name, why, check }) => [...check(tree)].map((found) => ({ rule: name, why, ...found })));
}
