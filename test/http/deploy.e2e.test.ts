// Goal: the examples for systemd and containers are what those take. Method: each is checked by its own program, where that is
// there, and the composition is read as YAML in any case.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const example = (name: string) => fileURLToPath(new URL(`../../fixtures/deploy/${name}`, import.meta.url));

it('the unit is one of systemd', () => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) return;
  const dir = mkdtempSync(join(tmpdir(), 'txlog-unit-'));
  // The program is where nobody has installed it here.
  const unit = readFileSync(example('txlog-serve@.service'), 'utf8').replace('/usr/bin/txlog', process.execPath);
  writeFileSync(join(dir, 'txlog-serve@.service'), unit);
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', join(dir, 'txlog-serve@.service')]);
  rmSync(dir, { recursive: true });
  expect([status, `${stdout}${stderr}`]).toEqual([0, '']);
});

it('the composition names what it has, and docker takes it', () => {
  const { services, volumes } = parse(readFileSync(example('compose.yaml'), 'utf8'), { merge: true });
  expect(Object.keys(services)).toEqual(['web-1', 'web-2', 'worker', 'balancer']);
  for (const { command, image, volumes: mounts = [] } of Object.values<Service>(services)) {
    if (image === 'txlog') expect(command?.[0]).toMatch(/^(serve|work)$/);
    for (const [name = ''] of mounts.map((mount) => mount.split(':'))) {
      if (!name.startsWith('.')) expect(Object.keys(volumes)).toContain(name);
    }
  }
  if (spawnSync('docker', ['compose', 'version']).status !== 0) return;
  const { stderr, status } = spawnSync('docker', ['compose', '-f', example('compose.yaml'), 'config', '-q']);
  expect([status, String(stderr)]).toEqual([0, '']);
});

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
}
