import { Flags } from '@oclif/core';

/** The flag of lists whose items are selected by any condition on their fields. */
export const whereFlags = {
  where: Flags.string({
    summary: 'Select by a condition in CEL on the fields that --ndjson prints: status == "parked" && attempts > 3.',
    helpValue: 'EXPR',
  }),
};
