import { Flags } from '@oclif/core';

/** Flags that tell where a session comes from. */
export const linkFlags = {
  correlation: Flags.string({
    summary: 'What it belongs to: an id of a request or session, or a name of your own.',
    helpValue: 'ID',
  }),
  causation: Flags.string({ summary: 'Id of the request or session that brought it about.', helpValue: 'ID' }),
};
