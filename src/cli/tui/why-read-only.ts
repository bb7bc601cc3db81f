/** All that may keep a screen from doing anything. */
interface Holds {
  /** Whether it was asked to read alone. */
  readonly flag: boolean;
  /** Whether this user may write the environment. */
  readonly canWrite: boolean;
  /** The context of the environment, if it has one. */
  readonly context: { readonly name: string; readonly protected: boolean } | undefined;
  /** Whether changing the environment of a protected context was agreed to. */
  readonly isAgreed: boolean;
}

/** Why a screen does nothing but show, and how it would do more; undefined where nothing keeps it from that. */
export function whyReadOnly({ flag, canWrite, context, isAgreed }: Holds): string | undefined {
  if (flag) return 'started with --read-only, or TXLOG_READ_ONLY';
  if (!canWrite) return 'you may not write this environment';
  if (!context?.protected || isAgreed) return undefined;
  return `context ${context.name} is protected: start with --yes to work on it`;
}
