import type { KnownTheme } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** Columns of themes, where they are no lines for people. */
export const themeColumns = [
  'theme',
  'number',
  'live',
  'inApp',
  'advisor',
  'policy.lease',
  'policy.attempts',
  'policy.concurrency',
  'paused',
];

const heads = ['theme', 'number', 'sessions', 'advisor', 'lease', 'back-off', 'attempts', 'at once', ''];

/** Themes for people, one per line, aligned. */
export function formatThemes(themes: readonly KnownTheme[], colors: Colors): string {
  const rows = themes.map(({ name, number, paused, live, inApp, hasAdvisor, policy }) => [
    colors.key(printable(name)),
    String(number),
    live === undefined ? '-' : formatCount(live),
    hasAdvisor ? 'app' : inApp ? 'none' : '-',
    `${policy.lease} s`,
    `${policy.backoff.first} s × ${policy.backoff.factor}, at most ${policy.backoff.max} s`,
    String(policy.attempts),
    String(policy.concurrency ?? '-'),
    paused ? colors.warn('paused') : '',
  ]);
  return formatTable(
    rows,
    heads.map((head) => colors.dim(head)),
  );
}
