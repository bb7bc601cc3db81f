import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What one run of one side measured, by name; the unit is in the name. */
export type Figures = Readonly<Record<string, number>>;

/** Where and how much one run works. */
export interface Run {
  /** An empty directory of its own, or what `prepare` left for all runs of a workload that has one. */
  readonly dir: string;
  readonly count: number;
}

/** One line of the result: a figure, and what it should be. */
export interface Finding {
  readonly what: string;
  readonly value: number;
  readonly unit: '' | 'ms' | 'MB' | 'bytes' | '/s' | '%';
  readonly target?: { readonly atLeast: number } | { readonly below: number };
  readonly detail?: string;
}

/**
 * A workload: sides that do the same by different means, each run in a fresh process on empty data, by turns. Every
 * side checks its result, and a run with a failed check has no figure.
 */
export interface Workload {
  readonly name: string;
  readonly what: string;
  readonly count: { readonly full: number; readonly quick: number };
  /** Makes, untimed and once, the data that all runs work on. */
  prepare?(run: Run): Promise<void>;
  readonly sides: Readonly<Record<string, (run: Run) => Promise<Figures>>>;
  /** Turns the medians of each side into findings. */
  conclude(medians: Readonly<Record<string, Figures>>): readonly Finding[];
}

/** How a workload is measured. */
export interface MeasureOptions {
  readonly quick: boolean;
  readonly repetitions: number;
  /** Directory on the disk that is measured. */
  readonly parent: string;
  /** Called before each run. */
  onRun(side: string, repetition: number): void;
}

/** Runs all sides of a workload by turns; gives the median of each figure. */
export function measure(workload: Workload, options: MeasureOptions): Record<string, Figures> {
  const count = options.quick ? workload.count.quick : workload.count.full;
  const shared = mkdtempSync(join(options.parent, 'txlog-bench-'));
  const found = new Map<string, Figures[]>();
  try {
    if (workload.prepare) runSide(workload.name, 'prepare', { dir: shared, count });
    for (let repetition = 1; repetition <= options.repetitions; repetition++) {
      for (const side of Object.keys(workload.sides)) {
        options.onRun(side, repetition);
        const dir = workload.prepare ? shared : mkdtempSync(join(options.parent, 'txlog-bench-'));
        found.set(side, [...(found.get(side) ?? []), runSide(workload.name, side, { dir, count })]);
        if (!workload.prepare) rmSync(dir, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(shared, { recursive: true, force: true });
  }
  return Object.fromEntries([...found].map(([side, runs]) => [side, mediansOf(runs)]));
}

/** Runs one side in a process of its own: this same program, told to be that side. */
function runSide(workload: string, side: string, run: Run): Figures {
  const args = [...process.execArgv, process.argv[1] as string, '--side', JSON.stringify({ workload, side, run })];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${workload}/${side} has no figure: ${stderr || stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as Figures;
}

/** Does what `runSide` asked for, and prints its figures. */
export async function beSide(workloads: readonly Workload[], order: string): Promise<void> {
  const { workload, side, run } = JSON.parse(order) as { workload: string; side: string; run: Run };
  const found = workloads.find(({ name }) => name === workload);
  if (side === 'prepare') {
    await found?.prepare?.(run);
    console.log('{}');
    return;
  }
  const figures = await found?.sides[side]?.(run);
  if (!figures) throw new Error(`there is no side ${workload}/${side}`);
  console.log(JSON.stringify(figures));
}

function mediansOf(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] as number))]));
}

/** The middle value; of an even number of them, the lower one of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] as number;
}

/** Fails the run unless two values are the same. */
export function check(what: string, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)} in place of ${JSON.stringify(expected)}`);
}
