import type { VNode } from 'preact';
import type { Need } from '../../../index.ts';
import { formatCount, printable } from '../../../text/printable.ts';
import { Badge, Duration, Name, NameLink } from './data-text.tsx';

const listedMax = 8;

/** All that a person has to see to, worst first. */
export function NeedsList({ needs }: { readonly needs: readonly Need[] }): VNode {
  if (needs.length === 0) return <p class="calm-note">Nothing needs you.</p>;
  return (
    <>
      <ul class="needs">
        {needs.slice(0, listedMax).map((need) => (
          <li key={`${need.about.kind} ${need.about.name} ${need.text}`} data-key={`${need.about.name} ${need.next}`}>
            <p>
              <Badge level={need.level}>{need.level === 'bad' ? 'stuck' : 'note'}</Badge> <About need={need} />{' '}
              {printable(need.text)}
              {need.age !== undefined && (
                <span class="quiet">
                  {' '}
                  for <Duration ms={need.age} />
                </span>
              )}
            </p>
            <code class="command">{printable(need.next)}</code>
          </li>
        ))}
      </ul>
      {needs.length > listedMax && (
        <p>
          <a href="/ui/stuck">and {formatCount(needs.length - listedMax)} more</a>
        </p>
      )}
    </>
  );
}

function About({ need: { about } }: { readonly need: Need }): VNode {
  const { kind, name } = about;
  if (kind === 'queue') return <NameLink kind="queues" name={name} />;
  // A saga is told by the session that carries it.
  return kind === 'origin' ? <Name text={name} /> : <NameLink kind="sessions" name={name} />;
}
