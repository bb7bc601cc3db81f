// Runs the built commands as bin/run.js does, but for the fast path: nothing but oclif handles the line (parity.e2e.test.ts).
import { fileURLToPath } from 'node:url';
import { loadBundle } from '../../dist/src/cli/start/load-bundle.js';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { runCli, commandModules } = loadBundle({ file: at('../../dist/cli/bundles/commands.cjs'), digest: 'parity' });
await runCli(process.argv.slice(2), { root: at('../..') }, { modules: commandModules });
