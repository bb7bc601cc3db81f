import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { KnownTheme } from '../index.ts';

/** A theme as JSON; times of its policy in seconds. */
export function toThemeJson({ name, number, paused, live, inApp, hasAdvisor, policy }: KnownTheme): JsonObject {
  const { lease, timeout, backoff, attempts, concurrency } = policy;
  return {
    ...{ v: 1, theme: name, number, paused },
    ...given({ live }),
    ...{ inApp, advisor: hasAdvisor },
    policy: {
      ...{ lease, timeout, backoff: { ...backoff }, attempts },
      ...given({ concurrency }),
    },
  };
}
