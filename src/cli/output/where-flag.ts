import { Flags } from '@oclif/core';

/** The flag of lists whose items are selected by any condition on their fields. */
export const whereFlags = {
  where: Flags.string({
    summary: 'Any condition on the fields that --ndjson prints, in CEL: status == "parked" && attempts > 3.',
    helpValue: 'EXPR',
  }),
};
