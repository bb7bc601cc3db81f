import type { VNode } from 'preact';
import { Name, PositionLink, Time } from '../parts/data-text.tsx';
import type { Station } from './way-stations.ts';

/** The stations of a way as a list: the text alternative of the diagram, with links. */
export function WayInWords({ stations }: { readonly stations: readonly Station[] }): VNode {
  return (
    <ol id="way-in-words" class="words">
      {stations.map((station, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a station is its place
        <li key={i}>
          <StationInWords station={station} />
        </li>
      ))}
    </ol>
  );
}

function StationInWords({ station }: { readonly station: Station }): VNode {
  const { title, detail, at, keys, keysLeftOut } = station;
  return (
    <>
      <strong>{title}</strong>
      {detail !== '' && (
        <>
          {' '}
          <Name text={detail} />
        </>
      )}
      {at?.position !== undefined && (
        <>
          {' '}
          at <PositionLink position={at.position} />
        </>
      )}
      {at?.time !== undefined && (
        <span class="quiet">
          {' '}
          <Time ms={at.time} />
        </span>
      )}
      {keys.length > 0 && (
        <ul>
          {keys.map(({ key, before, after }) => (
            <li key={key}>
              <Name text={key} />: <Name text={before} /> → <Name text={after} />
            </li>
          ))}
          {keysLeftOut > 0 && <li>and {keysLeftOut} keys more</li>}
        </ul>
      )}
    </>
  );
}
