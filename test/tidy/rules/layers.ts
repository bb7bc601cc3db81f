import type { Rule } from '../finding.ts';
import { sourcesIn } from '../tree.ts';

// What a layer may import besides itself. One line is one decision: docs/ARCHITECTURE.md draws it.
const readSide = ['core', 'ports', 'layout', 'view'];
const writeSide = [...readSide, 'pipeline'];
const backends = ['storage', 'order', 'leases', 'effects', 'services', 'clock', 'app', 'client'];
const may: Record<string, readonly string[]> = {
  core: [],
  machine: [],
  ports: ['core'],
  layout: ['core', 'ports'],
  view: ['core', 'ports', 'layout'],
  pipeline: readSide,
  capability: writeSide,
  app: ['core', 'ports', 'machine'],
  client: ['core', 'layout', 'view', 'clock', 'capability'],
  clock: ['core', 'ports'],
  storage: ['core', 'ports', 'layout', 'machine'],
  order: ['core', 'ports', 'layout'],
  leases: ['core', 'ports', 'machine'],
  services: ['core', 'ports', 'effects'],
  effects: ['core', 'ports', 'layout'],
  environment: [...writeSide, 'capability', 'machine', 'storage', 'leases', 'effects', 'services'],
  engine: [...writeSide, 'capability', ...backends, 'environment'],
  text: ['core'],
  pages: ['core', 'environment', 'engine'],
  shapes: ['core', 'engine', 'pages'],
  face: ['core', 'machine', 'layout', 'client', 'environment', 'engine', 'pages', 'shapes', 'text'],
  command: ['core', 'face', 'text', 'pages', 'shapes', 'index'],
};

// Room that is kept: order/nats is a backend.
const capabilities = [
  'rescan',
  'replay',
  'audit',
  'inspect',
  'compensate',
  'sessions',
  'sagas',
  'sync',
  'monitor',
  'attachments',
];
const faces = ['cli', 'tui', 'http'];
// The bench of the command line puts rows past the engine: they are the floor that it is compared with.
const exceptions = new Set(['src/cli/bench/bench.ts -> src/storage/lmdb/raw-puts.ts']);
// Siblings of these never meet: a backend or a face must be removable without touching another one.
const apart = new Set(['storage', 'order', 'face']);

const engineFiles: ReadonlySet<string> = new Set(['engine.ts', 'index.ts', 'keep-checkpoints.ts']);

/** core <- ports <- layout <- view <- pipeline <- capabilities <- environment <- engine <- pages <- faces <- commands. */
export const layers: Rule = {
  name: 'layers',
  why: 'imports go one way, so that a layer can be read and tested without what is built on it',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands')) {
      for (const { path, line } of source.imports) {
        if (path === undefined || !tree.sources.has(path)) continue;
        const what = problem(source.path, path);
        if (what !== undefined) yield { file: source.path, line, what };
      }
    }
  },
};

function problem(from: string, to: string): string | undefined {
  const [here, there] = [layerOf(from), layerOf(to)];
  if (exceptions.has(`${from} -> ${to}`)) return undefined;
  if (here === undefined) return `${from} is in no known layer`;
  if (there === undefined) return `${here} imports ${to}, which is in no layer`;
  if (here === 'command' && to === 'src/index.ts') return undefined;
  if (here === there && apart.has(here) && folderOf(from) !== folderOf(to)) return `${from} imports its sibling ${to}`;
  if (here === there || may[here]?.includes(there)) return undefined;
  return `${here} imports ${there} (${to})`;
}

function layerOf(path: string): string | undefined {
  const [top, folder = '', rest] = path.split('/');
  if (top === 'commands') return 'command';
  if (top !== 'src') return undefined;
  if (rest === undefined) return engineFiles.has(folder ?? '') ? 'engine' : undefined;
  if (capabilities.includes(folder)) return 'capability';
  if (faces.includes(folder)) return 'face';
  return folder in may ? folder : undefined;
}

// src/storage/lmdb/open.ts is in storage/lmdb; src/cli/print/table.ts is in cli.
function folderOf(path: string): string {
  const parts = path.split('/');
  return faces.includes(parts[1] ?? '') ? (parts[1] ?? '') : parts.slice(1, 3).join('/');
}
