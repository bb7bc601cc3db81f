/** An error, in words. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly next: readonly string[];
}
