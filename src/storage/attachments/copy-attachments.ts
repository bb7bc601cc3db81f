import { constants, copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import { attachmentsDir, flushPath } from './file-attachments.ts';
import { makeShared } from './make-shared.ts';

/** Copies all attachments of an environment into another directory, durably; how many bytes. Errors: those of the system. */
export function copyAttachments(from: string, to: string): number {
  const source = join(from, attachmentsDir);
  if (!existsSync(source)) return 0;
  let bytes = 0;
  for (const shelf of readdirSync(source)) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    const target = join(to, attachmentsDir, shelf);
    for (const dir of [join(to, attachmentsDir), target]) makeShared(dir);
    for (const name of readdirSync(join(source, shelf))) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const part = join(target, `${name}.part`);
      copyFileSync(join(source, shelf, name), part, constants.COPYFILE_FICLONE);
      setRights(part, rightsIn(to).file);
      bytes += statSync(part).size;
      // Under its digest all of it is there, also when this one dies.
      flushPath(part);
      renameSync(part, join(target, name));
    }
    flushPath(target);
  }
  if (existsSync(join(to, attachmentsDir))) flushPath(join(to, attachmentsDir));
  return bytes;
}
