/** Another process that writes the indexes of an environment, so that this one need not stand still for it. */
export interface BackgroundCheckpoints {
  /** Whether such a process is at work now, whoever began it. */
  isAtWork(): boolean;
  /** Sees to it that one is at work soon. */
  begin(): void;
  /** Ends the one that this process began; resolves when it has ended. */
  end(): Promise<void>;
}
