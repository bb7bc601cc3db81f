import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatVerify } from '../../src/cli/print/verify-report.ts';
import { auditAndRepair, formatAudit } from '../../src/cli/verify/audit-and-repair.ts';
import { type AuditReport, type Environment, openEnvironment } from '../../src/index.ts';
import { textKey } from '../../src/layout/keys.ts';
import { typeKey } from '../../src/layout/type-registry.ts';
import type { WriteTx } from '../../src/ports/storage.ts';
import { toAuditJson } from '../../src/shapes/audit.ts';
import { toVerifyJson } from '../../src/shapes/verify.ts';
import { makeColors } from '../../src/text/colors.ts';
import { breakRecord, damage, fill, tempDir } from './filled.ts';

// Goal: a wrong index is found, named by its first position and mended from the log; a wrong log is found and never
// touched. Method: rows are damaged behind the engine's back.

const plain = makeColors(false);
const show = () => ({ onProgress: () => undefined, stop: () => undefined });
let temp: ReturnType<typeof tempDir>;
let dir: string;
let env: Environment;

beforeEach(async () => {
  temp = tempDir();
  dir = join(temp.dir, 'env');
  // All is in the tables then, where it is damaged.
  await fill(dir, 40, { journal: false });
  env = await openEnvironment(dir);
});

afterEach(async () => {
  await env.close();
  temp.remove();
});

describe('rescan --verify', () => {
  it('names the first position that disagrees, and --repair mends it from the log', async () => {
    await damageIt((tx) => tx.delete('states', textKey('k/3')));
    const audit = await auditAndRepair(env, { show });
    const json = toAuditJson(audit);
    expect(json).toMatchObject({ ok: false, firstPosition: '4', records: 40 });
    expect(json).not.toHaveProperty('repaired');
    expect(formatAudit(audit, plain)).toContain('first at position 4');
    expect(formatAudit(audit, plain)).toContain('next: txlog rescan --verify --repair');

    const asked: AuditReport[] = [];
    const refuse = async (report: AuditReport) => asked.push(report) < 1;
    const refused = await auditAndRepair(env, { show, agree: refuse });
    expect(asked).toEqual([audit.report]);
    expect(refused).not.toHaveProperty('repaired');
    expect((await env.status()).generation).toBe(1);

    const repaired = await auditAndRepair(env, { show, agree: async () => true });
    expect(toAuditJson(repaired)).toMatchObject({ ok: false, repaired: { generation: 2, records: 40 } });
    expect(formatAudit(repaired, plain)).toContain('repaired  all indexes are new, in generation 2, and verified');
    expect((await env.rescanVerify()).ok).toBe(true);
    expect((await env.get('k/3'))?.value).toBe(6);
  });

  it('mends the names of types from the log', async () => {
    const types = (await env.status()).types;
    await damageIt((tx) => tx.put('types', typeKey(1), textKey('other')));
    expect((await env.verify()).ok).toBe(false);
    const repaired = await auditAndRepair(env, { show, agree: async () => true });
    expect(toAuditJson(repaired)).toMatchObject({ ok: false, repaired: { generation: 2 } });
    expect((await env.rescanVerify()).problems).toEqual([]);
    expect((await env.status()).types).toEqual(types);
  });

  it('never mends what is wrong in the log itself', async () => {
    await damageIt((tx) => breakRecord(tx, 20));
    const { report } = await auditAndRepair(env, { show });
    expect(report).toMatchObject({ ok: false, firstPosition: 20 });
    await expect(auditAndRepair(env, { show, agree: async () => true })).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('cannot repair: the log is damaged at log/20'),
    });
    expect((await env.status()).generation).toBe(1);
    const verified = await env.verify();
    expect(toVerifyJson(verified)).toMatchObject({ ok: false, firstPosition: '20' });
    expect(formatVerify(verified, '', plain)).toMatch(/^NOT ok {2}\d problems? in 39 records, first at position 20\n/);
  });
});

async function damageIt(change: (tx: WriteTx) => void): Promise<void> {
  await env.close();
  await damage(dir, change);
  env = await openEnvironment(dir);
}
