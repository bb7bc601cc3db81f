// Goal: attachments in files keep the promises of the port. Method: the suite that every store runs; time passes by the times
// of the files.
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileAttachments } from '../../src/storage/attachments/file-attachments.ts';
import { attachmentsContract } from './attachments.ts';

attachmentsContract('files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-attachments-'));
  return {
    open: () => fileAttachments(dir, false),
    now: () => Date.now(),
    passTime(ms) {
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const path = join(dir, name);
        const { mtimeMs } = statSync(path);
        utimesSync(path, (mtimeMs - ms) / 1_000, (mtimeMs - ms) / 1_000);
      }
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
});
