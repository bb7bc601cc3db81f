import { closeSync, openSync } from 'node:fs';

/**
 * Makes sure that so many files can be opened now, by opening `path` as often, and closing it again. For native code that
 * ends the process where it runs out of descriptors half-way.
 *
 * Errors: those of the system: EMFILE, ENFILE.
 */
export function requireDescriptors(path: string, count: number): void {
  const opened: number[] = [];
  try {
    for (let i = 0; i < count; i++) opened.push(openSync(path, 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
