/** Adds up wall and CPU time of the parts of a run that count; the making of inputs does not. */
export class Stopwatch {
  private wallMs = 0;
  private cpuMicros = 0;

  async time<T>(work: () => T | Promise<T>): Promise<T> {
    const cpu = process.cpuUsage();
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.wallMs += performance.now() - started;
      const { user, system } = process.cpuUsage(cpu);
      this.cpuMicros += user + system;
    }
  }

  get ms(): number {
    return this.wallMs;
  }

  /** Figures for so many transactions. */
  figures(count: number): { readonly perSecond: number; readonly cpuMicros: number } {
    return { perSecond: (count / this.wallMs) * 1000, cpuMicros: this.cpuMicros / count };
  }
}

/** The value below which a share of all lies. Sorts the list. */
export function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] as number;
}
