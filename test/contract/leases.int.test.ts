// Goal: leases in files keep the promises of the port. Method: the suite that every kind of leases runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileLeases } from '../../src/leases/file-leases.ts';
import { leasesContract } from './leases.ts';

leasesContract('files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-leases-'));
  return {
    open: (clock) => fileLeases(dir, clock),
    dispose: () => rmSync(dir, { recursive: true }),
  };
});
