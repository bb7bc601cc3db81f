import { Flags } from '@oclif/core';

/** The flag of lists whose items are selected by any condition on their fields; help shows the example. */
export function whereFlags(example: string) {
  return {
    where: Flags.string({
      summary: `Select by a condition in CEL on the fields that --ndjson prints: ${example}.`,
      helpValue: 'EXPR',
    }),
  };
}

/** A condition on the fields of sessions. */
export const sessionExample = 'status == "parked" && attempts > 3';

/** A condition on the fields of sagas. */
export const sagaExample = 'phase == "failed" && status == "parked"';
