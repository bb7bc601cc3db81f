import { createRequire } from 'node:module';

const requireHere = createRequire(import.meta.url);

/**
 * A CommonJS package by `load`, an `import()` of it; by `require` where that fails. Node keeps the failure of an
 * `import()` as long as the process lives, and tries again what it requires: a moment without file descriptors breaks
 * nothing for good.
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    return requireHere(name) as T;
  }
}
