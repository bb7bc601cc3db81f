import { Presets, SingleBar } from 'cli-progress';
import { formatCount } from '../print/text.ts';
import type { Input } from './input.ts';

/** A line on stderr that tells how far a load is. */
export interface Progress {
  update(receipts: number): void;
  stop(): void;
}

const shown = { clearOnComplete: true, hideCursor: true, fps: 5, stream: process.stderr };

/** Shows progress on stderr: by bytes read, with the time left, when the size of the input is known. */
export function showProgress(input: Input): Progress {
  const known = input.bytes !== undefined && input.bytes > 0;
  const format = known
    ? '{bar} {percentage} % | {receipts} receipts, {rate}/s | {eta_formatted} left'
    : '{receipts} receipts, {rate}/s';
  const bar = new SingleBar({ ...shown, format }, Presets.shades_classic);
  const started = performance.now();
  bar.start(known ? (input.bytes ?? 1) : 1, 0, { receipts: '0', rate: '0' });
  return {
    update(receipts) {
      const seconds = Math.max(0.001, (performance.now() - started) / 1_000);
      const payload = { receipts: formatCount(receipts), rate: formatCount(Math.round(receipts / seconds)) };
      bar.update(known ? Math.min(input.bytesRead(), input.bytes ?? 1) : 0, payload);
    },
    stop: () => bar.stop(),
  };
}
