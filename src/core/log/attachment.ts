const digestForm = /^[0-9a-f]{64}$/;

/** Whether a text is the name of an attachment: its SHA-256, as 64 hex digits in lower case. */
export function isDigest(text: unknown): boolean {
  return typeof text === 'string' && digestForm.test(text);
}

/** A file beside the log, which transactions name by its SHA-256. Time in ms since 1970. */
export interface Attachment {
  readonly digest: string;
  readonly bytes: number;
  /** When it was put, or a request named it, for the last time. */
  readonly time: number;
}
