/**
 * How long this run of the tests is. `npm test` proves each promise on what is big enough to break it; `npm run
 * test:long` plays the same at full length: all real events, ten times the random games, hundreds of kills.
 */
export const isLong = process.env.TXLOG_LONG === '1';

/** How many random games are played, as a share of what each test names. TXLOG_RUNS says otherwise. */
export const runs = Number(process.env.TXLOG_RUNS ?? 0.25);

/** How often processes are killed: `least`, unless TXLOG_KILLS asks for more. */
export function killsFrom(least: number): number {
  return Math.max(least, Number(process.env.TXLOG_KILLS ?? 0));
}
