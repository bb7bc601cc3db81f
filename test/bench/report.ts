import { cpus, totalmem } from 'node:os';
import type { Finding } from './measure.ts';

/** Says where the figures come from: they are worth nothing beside those of another machine. */
export function printMachine(quick: boolean): void {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpu?.model ?? 'CPU'}, ${memory} GB`);
  console.log('Ratios are within one run; rates are only of this machine at this moment.');
  if (quick) console.log('Quick: small sizes, one repetition. Expect noise.');
}

/** Prints one line: what, how much, the target and whether it is reached, and the figures behind it. */
export function printFinding({ what, value, unit, target, detail }: Finding): void {
  const shown = `${Math.abs(value) < 100 ? value.toFixed(2) : Math.round(value)}${unit === '' ? '' : ` ${unit}`}`;
  const wanted =
    target === undefined ? '' : 'atLeast' in target ? `at least ${target.atLeast}` : `below ${target.below}`;
  const verdict = target === undefined ? '' : isReached(value, target) ? 'ok' : 'MISSED';
  console.log(`  ${what.padEnd(66)} ${shown.padStart(12)}  ${wanted.padEnd(14)} ${verdict}`);
  if (detail) console.log(`      ${detail}`);
}

function isReached(value: number, target: NonNullable<Finding['target']>): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value < target.below;
}
