import { describe, expect, it } from 'vitest';
import { formatFindings } from '../../src/cli/doctor/examine-all.ts';
import { fileSystem, freeSpace } from '../../src/cli/doctor/examine-disk.ts';
import { clock, readers, sessions, storageVersion, tail } from '../../src/cli/doctor/examine-environment.ts';
import { nodeVersion, resourceLimits } from '../../src/cli/doctor/examine-machine.ts';
import type { StuckSession } from '../../src/index.ts';
import { isFit, toFindingsJson } from '../../src/shapes/finding.ts';
import { makeColors } from '../../src/text/colors.ts';

// Goal: doctor says ok, warn or fail where each is due. Method: each finding on values on both sides of its bounds.

const limitsOf = (
  files: string,
  space: string,
  size: string,
) => `Limit                     Soft Limit           Hard Limit           Units
Max file size             ${size}            unlimited            bytes
Max open files            ${files}                 1048576              files
Max address space         ${space}            unlimited            bytes
`;

const stuck = { session: {}, reason: 'parked', detail: '', age: 0, next: '' } as unknown as StuckSession;

describe('doctor', () => {
  it.each([
    ['node 20.18', nodeVersion('20.18.3').level, 'fail'],
    ['node 20.19', nodeVersion('20.19.0').level, 'ok'],
    ['node 26', nodeVersion('26.0.0').level, 'ok'],
    ['no room', freeSpace(1e6, '/').level, 'fail'],
    ['little room', freeSpace(1e8, '/').level, 'warn'],
    ['room', freeSpace(1e11, '/').level, 'ok'],
    ['NFS', fileSystem(0x6969).level, 'warn'],
    ['tmpfs', fileSystem(0x01021994).level, 'warn'],
    ['ext4', fileSystem(0xef53).level, 'ok'],
    ['the same storage', storageVersion('lmdb 3.5', '3.5.6').level, 'ok'],
    ['another storage', storageVersion('lmdb 3.5', '3.50.1').level, 'fail'],
    ['a short tail', tail(10).level, 'ok'],
    ['a long tail', tail(1e6).level, 'warn'],
    ['few readers', readers(3).level, 'ok'],
    ['many readers', readers(1_000).level, 'warn'],
    ['no session', sessions([], []).level, 'ok'],
    ['a stuck session', sessions([], [stuck]).level, 'warn'],
    ['a clock behind', clock(1_000_000, 0).level, 'warn'],
    ['a clock ahead', clock(0, 1_000_000).level, 'ok'],
    [
      'no limits',
      [...resourceLimits(limitsOf('1024', 'unlimited', 'unlimited'))].map(({ level }) => level).join(),
      'ok',
    ],
    [
      'tight limits',
      [...resourceLimits(limitsOf('20', '4000000000', '1000000'))].map(({ level }) => level).join(),
      'warn,warn,warn',
    ],
  ])('gives what it finds its level: %s', (_, level, expected) => {
    expect(level).toBe(expected);
  });

  it('passes with warnings alone, and lists each next command once', () => {
    const findings = [freeSpace(1e8, '/a b'), freeSpace(1e8, '/a b'), readers(1)];
    expect(isFit(findings)).toBe(true);
    expect(formatFindings(findings, makeColors(false)).split('\n').slice(3)).toEqual([
      '1 of 3 checks is ok, 2 warn',
      "next: df -h '/a b'",
    ]);
    expect(
      formatFindings([readers(1), tail(0)], makeColors(false))
        .split('\n')
        .at(-1),
    ).toBe('all 2 checks are ok');
    expect(formatFindings([freeSpace(0, '/')], makeColors(false))).toContain('\n0 of 1 checks are ok, 1 fails\n');
    expect(toFindingsJson([tail(0)])).toEqual({
      v: 1,
      ok: true,
      findings: [{ check: 'indexes', level: 'ok', text: 'the indexes are 0 records behind the log', next: [] }],
    });
    expect(isFit([freeSpace(0, '/')])).toBe(false);
  });
});
