import type { VNode } from 'preact';
import { assertNever } from '../../../core/base/assert.ts';
import { measures, type PlacedStation, type PlacedWay, placeStations } from './place-stations.ts';
import type { Station, StationMark } from './way-stations.ts';

/** Widths of the two drawings: for a narrow page and for a wide one, of which the style shows the one that fits. */
const widths = { narrow: 320, broad: 760 } as const;

/** The way of a request as a diagram. Its text alternative is the list of stations, which is on the page as well. */
export function WayDiagram({
  stations,
  label,
}: {
  readonly stations: readonly Station[];
  readonly label: string;
}): VNode {
  return (
    <>
      {Object.entries(widths).map(([name, width]) => (
        <Drawing key={name} className={name} way={placeStations(stations, width)} label={label} />
      ))}
    </>
  );
}

function Drawing({
  way,
  className,
  label,
}: {
  readonly way: PlacedWay;
  readonly className: string;
  readonly label: string;
}): VNode {
  const { width, height, stations } = way;
  return (
    <svg
      class={`way ${className}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      aria-describedby="way-in-words"
    >
      {linesOf(stations).map((d) => (
        <path key={d} class="line" d={d} />
      ))}
      <Undoing stations={stations} />
      {stations.map((station) => (
        <StationDrawing key={station.y} station={station} width={width} />
      ))}
    </svg>
  );
}

/** The line of the way itself, and that of what a saga does beside it. */
function linesOf(stations: readonly PlacedStation[]): readonly string[] {
  const lines: string[] = [];
  let own: PlacedStation | undefined;
  let before: PlacedStation | undefined;
  for (const station of stations) {
    const from = station.branch === 0 ? own : before;
    if (from && from.branch === station.branch) lines.push(`M${from.x} ${from.y}V${station.y}`);
    else if (from)
      lines.push(`M${from.x} ${from.y}C${from.x} ${station.y} ${from.x} ${station.y} ${station.x} ${station.y}`);
    if (station.branch === 0) own = station;
    before = station;
  }
  return lines;
}

/** A dashed line from what undid a decision back to it. */
function Undoing({ stations }: { readonly stations: readonly PlacedStation[] }): VNode | null {
  const decision = stations.find(({ isDecision }) => isDecision);
  const undoing = stations.find(({ undoes }) => undoes);
  if (!decision || !undoing) return null;
  const side = decision.x - 18;
  const d = `M${undoing.x - 7} ${undoing.y}H${side + 6}Q${side} ${undoing.y} ${side} ${undoing.y - 6}V${decision.y + 6}Q${side} ${decision.y} ${side + 6} ${decision.y}H${decision.x - 10}`;
  return <path class="undoing" d={d} />;
}

function StationDrawing({ station, width }: { readonly station: PlacedStation; readonly width: number }): VNode {
  const { mark, x, y, textX, title, detail, since, moment, keys, keysLeftOut, moreY } = station;
  return (
    <g>
      <Mark mark={mark} x={x} y={y} />
      {since !== undefined && (
        <text class="since" x={measures.spineX - 26} y={y + 4} text-anchor="end">
          {since}
        </text>
      )}
      <text class="title" x={textX} y={y + 5}>
        {title}
      </text>
      {moment !== '' && (
        <text class="moment" x={width - 2} y={y + 5} text-anchor="end">
          {moment}
        </text>
      )}
      {detail !== '' && (
        <text class="detail" x={textX} y={y + 24}>
          {detail}
        </text>
      )}
      {keys.map((key) => (
        <g key={key.y}>
          <rect class="key" x={textX} y={key.y} width={width - textX - 1} height={measures.keyHeight} rx="6" />
          <text class="key-name" x={textX + measures.keyInset} y={key.y + 19}>
            {key.key}
          </text>
          <text class="detail" x={textX + measures.keyInset} y={key.y + 36}>
            {key.delta}
          </text>
        </g>
      ))}
      {keysLeftOut > 0 && <text class="detail" x={textX} y={moreY}>{`and ${keysLeftOut} keys more`}</text>}
    </g>
  );
}

/** Each kind of station has a form of its own, so that colour is not all that tells them apart. */
function Mark({ mark, x, y }: { readonly mark: StationMark; readonly x: number; readonly y: number }): VNode {
  const name = `mark ${mark}`;
  switch (mark) {
    case 'wait':
      return <circle class={name} cx={x} cy={y} r="6" />;
    case 'work':
      return <circle class={name} cx={x} cy={y} r="6" />;
    case 'rest':
      return <circle class={name} cx={x} cy={y} r="4" />;
    case 'good':
      return <rect class={name} x={x - 7} y={y - 7} width="14" height="14" rx="2" transform={`rotate(45 ${x} ${y})`} />;
    case 'bad':
      return <rect class={name} x={x - 7} y={y - 7} width="14" height="14" rx="1" />;
    case 'undo':
      return <path class={name} d={`M${x - 8} ${y}L${x + 6} ${y - 8}V${y + 8}Z`} />;
    default:
      return assertNever(mark);
  }
}
