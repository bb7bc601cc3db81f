// With TXLOG_CPU=FILE each test file adds a line to FILE: seconds of CPU of its process and of all that it started and
// that ended, seconds by the clock, and its name.
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, expect } from 'vitest';

const { TXLOG_CPU: file } = process.env;
const began = Date.now();
// Files that share a process: what those before took. A process of its own has it from its start.
const before = Number(process.env.TXLOG_CPU_BEFORE ?? 0);

if (file) {
  afterAll(() => {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // User and system time, then those of children, in ticks of 10 ms.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const name = relative(process.cwd(), expect.getState().testPath ?? '');
    process.env.TXLOG_CPU_BEFORE = `${ticks}`;
    appendFileSync(
      file,
      `${((ticks - before) / 100).toFixed(2)}\t${((Date.now() - began) / 1000).toFixed(1)}\t${name}\n`,
    );
  });
}
