import { cutMiddle, cutTo } from '../../../text/width.ts';
import type { KeyDelta, Station } from './way-stations.ts';

/** A key in the drawing: a box beside its decision. */
interface PlacedKey {
  readonly y: number;
  readonly key: string;
  readonly delta: string;
}

/** A station in the drawing, with its texts as they fit. */
export interface PlacedStation extends Omit<Station, 'keys'> {
  readonly x: number;
  readonly y: number;
  readonly textX: number;
  readonly moment: string;
  readonly keys: readonly PlacedKey[];
  /** The y of the line that says how many keys are left out. */
  readonly moreY: number;
}

/** A drawing of so many units. */
export interface PlacedWay {
  readonly width: number;
  readonly height: number;
  readonly stations: readonly PlacedStation[];
}

/** Units of the drawing, which are those of the page. */
export const measures = {
  spineX: 76,
  branchX: 100,
  textGap: 20,
  keyHeight: 46,
  keyGap: 8,
  keyInset: 14,
} as const;

const titleHeight = 22;
const detailHeight = 18;
const stationGap = 26;
const top = 18;
/** The widest digit and letter of the fonts in use: of text of one width, and of other text. */
const monoUnits = 7.9;
const textUnits = 8.4;

/** Places stations one below the other, in a drawing of this width: its texts are cut to fit, its height grows. */
export function placeStations(stations: readonly Station[], width: number): PlacedWay {
  let y = top;
  const placed = stations.map((station) => {
    const one = placeStation(station, y, width);
    y += heightOf(station);
    return one;
  });
  return { width, height: Math.max(top, y - stationGap + top), stations: placed };
}

function heightOf({ detail, keys, keysLeftOut }: Station): number {
  const boxes = keys.length * (measures.keyHeight + measures.keyGap);
  return titleHeight + (detail === '' ? 0 : detailHeight) + boxes + (keysLeftOut > 0 ? detailHeight : 0) + stationGap;
}

function placeStation(station: Station, y: number, width: number): PlacedStation {
  const x = station.branch === 0 ? measures.spineX : measures.branchX;
  const textX = x + measures.textGap;
  const room = width - textX;
  const below = y + titleHeight + (station.detail === '' ? 0 : detailHeight) - 6;
  const boxRoom = Math.floor((room - 2 * measures.keyInset) / monoUnits);
  const position = station.at?.position;
  const moment = position === undefined ? '' : `at ${position}`;
  const titleRoom = Math.floor(room / textUnits) - (moment === '' ? 0 : moment.length + 2);
  return {
    ...station,
    ...{ x, y, textX, moment },
    title: cutTo(station.title, titleRoom),
    detail: cutMiddle(station.detail, Math.floor(room / monoUnits)),
    keys: station.keys.map((delta, i) => ({
      y: below + i * (measures.keyHeight + measures.keyGap),
      key: cutMiddle(delta.key, boxRoom),
      delta: deltaText(delta, boxRoom),
    })),
    moreY: below + station.keys.length * (measures.keyHeight + measures.keyGap) + 10,
  };
}

/** Both sides of a change, each with its share of the room. */
function deltaText({ before, after }: KeyDelta, columns: number): string {
  const whole = `${before} → ${after}`;
  if (whole.length <= columns) return whole;
  const half = Math.floor((columns - 3) / 2);
  const first = cutTo(before, Math.max(half, columns - 3 - after.length));
  return `${first} → ${cutTo(after, columns - 3 - first.length)}`;
}
