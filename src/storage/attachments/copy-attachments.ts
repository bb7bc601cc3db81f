import { constants, copyFileSync, existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../core/base/system-error.ts';
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
      // A name with more behind it is set aside by a clearing, which may still give it back.
      const [, digest] = /^([0-9a-f]{64})(?:\.[0-9a-f-]{36})?$/.exec(name) ?? [];
      if (digest === undefined) continue;
      const part = join(target, `${digest}.part`);
      if (!isCopied(join(source, shelf, name), part)) continue;
      setRights(part, rightsIn(to).file);
      bytes += statSync(part).size;
      // Under its digest all of it is there, also when this one dies.
      flushPath(part);
      renameSync(part, join(target, digest));
    }
    flushPath(target);
  }
  if (existsSync(join(to, attachmentsDir))) flushPath(join(to, attachmentsDir));
  return bytes;
}

/** False when it was cleared away meanwhile: nothing of the copy names it. */
function isCopied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !existsSync(from)) return false;
    throw error;
  }
}
