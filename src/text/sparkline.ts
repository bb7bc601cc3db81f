const bars = '▁▂▃▄▅▆▇█';
const barsAscii = ' .:-=+*#';

/** A row of bars, one per `columns` at most: the newest values at the right, each bar the highest of those that it stands for. */
export function sparkline(values: readonly number[], columns: number, isAscii = false): string {
  const marks = isAscii ? barsAscii : bars;
  const each = Math.max(1, Math.ceil(values.length / Math.max(1, columns)));
  const highest = Math.max(1, ...values);
  let drawn = '';
  for (let end = values.length; end > 0; end -= each) {
    const value = Math.max(...values.slice(Math.max(0, end - each), end));
    drawn = (value === 0 ? marks[0] : marks[Math.ceil((value / highest) * (marks.length - 1))]) + drawn;
  }
  return drawn;
}
