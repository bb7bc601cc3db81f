import { limits } from '../../core/base/limits.ts';
import type { Schema } from '../../shapes/schema/schema-terms.ts';
import { listOf, oneOf, text } from '../../shapes/schema/schema-terms.ts';

/** A number that counts something, from 1 on. */
export const countFromOne = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

/** As of which position. */
export const asOfParameter: Record<string, Schema> = {
  'as-of': { ...countFromOne, description: 'As of this position of the log. The default is now.' },
};

/** Read your writes. */
export const afterParameters: Record<string, Schema> = {
  after: { ...countFromOne, description: 'Wait until the log has this position: that of a receipt, for example.' },
  wait: { ...text, description: 'How long to wait for that: 500ms, 10s, 1m; at most a minute.' },
};

/** Pages of a list. */
export const pageParameters: Record<string, Schema> = {
  limit: { ...countFromOne, maximum: limits.httpPageItemsMax, description: 'Items on the page. The default is 100.' },
  cursor: { ...text, description: 'The next page: `next` of the page before, with the same other parameters.' },
};

/** A part of a history. */
export const partParameters: Record<string, Schema> = {
  from: { ...countFromOne, description: 'From this position on. The default is the newest entries.' },
  limit: { ...countFromOne, maximum: limits.httpPageItemsMax, description: 'So many entries. The default is 20.' },
};

const time = { ...text, description: 'A time such as 2026-01-31T12:00:00Z.' };

/** Which records of the log: as `txlog log` has it. */
export const filterParameters: Record<string, Schema> = {
  type: { ...listOf(text), description: 'Records of this type. Can be repeated.' },
  outcome: oneOf('committed', 'rejected'),
  key: { ...text, description: 'Records that changed this key, or were rejected for it.' },
  prefix: { ...text, description: 'The same of all keys that begin so.' },
  since: time,
  until: time,
  from: { ...countFromOne, description: 'From this position on.' },
  to: { ...countFromOne, description: 'Up to this position.' },
  where: { ...text, description: 'A condition in CEL: payload.amount > 5000 && actor == "web".' },
};
