import { existsSync, readFileSync } from 'node:fs';

/**
 * Memory of a process that is its own, in MB: without the mapped file, whose pages the kernel takes back at will. 0 of one
 * that has ended.
 */
export function anonymousMegabytes(pid: number | 'self' = 'self'): number {
  const status = `/proc/${pid}/status`;
  return existsSync(status) ? (fieldOf(status, 'RssAnon') || 0) / 1024 : 0;
}

/** Bytes that this process had the kernel write to disk. */
export function writtenBytes(): number {
  return fieldOf('/proc/self/io', 'write_bytes');
}

/** CPU time of all processes that this one started and waited for, in ms. The kernel counts in steps of 10 ms. */
export function childrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function fieldOf(file: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}
