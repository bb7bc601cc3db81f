import type { VNode } from 'preact';
import { formatCount } from '../../../text/printable.ts';

const height = 56;
const barWidth = 8;
const gap = 2;

/** Records of each of the last seconds as bars, the newest at the right. */
export function ThroughputChart({ perSecond }: { readonly perSecond: readonly number[] }): VNode {
  const highest = Math.max(1, ...perSecond);
  const sum = perSecond.reduce((all, one) => all + one, 0);
  const text = `Records per second in the last minute: ${formatCount(sum)} in all, ${formatCount(Math.max(0, ...perSecond))} in the busiest second.`;
  const width = perSecond.length * barWidth;
  const bars = perSecond.map((count, place) => ({ count, place }));
  return (
    <figure class="throughput">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text} preserveAspectRatio="none">
        {bars.map(({ count, place }) => {
          // A second with few records beside busy ones is still one with some.
          const bar = count === 0 ? 1 : Math.max(3, Math.round((count / highest) * height));
          const className = count === 0 ? 'none' : 'some';
          return (
            <rect
              key={place}
              class={className}
              x={place * barWidth}
              y={height - bar}
              width={barWidth - gap}
              height={bar}
            />
          );
        })}
      </svg>
      <figcaption>{text}</figcaption>
    </figure>
  );
}
