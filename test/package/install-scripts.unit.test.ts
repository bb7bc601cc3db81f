// Goal: no new package runs code when txlog is installed. Method: the lock file says which packages have such scripts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../docs/pages.ts';

interface Locked {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly inBundle?: boolean;
  readonly integrity?: string;
}

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const packages = Object.entries<Locked>(read('package-lock.json').packages).filter(([path]) => path !== '');

it('only the packages that are known to need it run scripts when they are installed', () => {
  const withScripts = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path, { dev }]) => [path, dev]);
  expect(withScripts).toEqual([
    ['node_modules/esbuild', true],
    ['node_modules/lmdb', undefined],
    ['node_modules/msgpackr-extract', undefined],
  ]);
});

it('the lock file pins each package by its checksum', () => {
  const unpinned = packages.filter(([, { integrity, inBundle }]) => !integrity?.startsWith('sha512-') && !inBundle);
  expect(unpinned.map(([path]) => path)).toEqual([]);
});

it('txlog itself runs nothing when it is installed from the registry', () => {
  const { scripts } = read('package.json') as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([]);
});
