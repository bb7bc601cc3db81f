import { Flags } from '@oclif/core';

/** Flags that tell where a session comes from. */
export const linkFlags = {
  correlation: Flags.string({
    summary: 'What this belongs to: the id of a request or session, or any name of yours.',
    helpValue: 'ID',
  }),
  causation: Flags.string({ summary: 'The id of the request or session that caused this.', helpValue: 'ID' }),
};
