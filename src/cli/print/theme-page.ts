import type { JsonObject } from '../../core/base/json.ts';
import type { KnownTheme } from '../../index.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { formatCount, printable } from '../text/text.ts';

/** A theme as JSON; times of its policy in seconds. */
export function toThemeJson({ name, number, paused, live, inApp, hasAdvisor, policy }: KnownTheme): JsonObject {
  const { lease, timeout, backoff, attempts, concurrency } = policy;
  return {
    ...{ v: 1, theme: name, number, paused },
    ...(live === undefined ? {} : { live }),
    ...{ inApp, advisor: hasAdvisor },
    policy: {
      ...{ lease, timeout, backoff: { ...backoff }, attempts },
      ...(concurrency === undefined ? {} : { concurrency }),
    },
  };
}

const heads = ['theme', 'number', 'sessions', 'advisor', 'lease', 'back-off', 'attempts', 'at once', ''];

/** Themes for people, one per line, aligned. */
export function formatThemes(themes: readonly KnownTheme[], paint: Paint): string {
  const rows = themes.map(({ name, number, paused, live, inApp, hasAdvisor, policy }) => [
    paint.key(printable(name)),
    String(number),
    live === undefined ? '-' : formatCount(live),
    hasAdvisor ? 'app' : inApp ? 'none' : '-',
    `${policy.lease} s`,
    `${policy.backoff.first} s × ${policy.backoff.factor}, at most ${policy.backoff.max} s`,
    String(policy.attempts),
    String(policy.concurrency ?? '-'),
    paused ? paint.warn('paused') : '',
  ]);
  return formatTable(
    rows,
    heads.map((head) => paint.dim(head)),
  );
}
