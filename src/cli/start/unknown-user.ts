import { userInfo } from 'node:os';

/**
 * Lets packages that ask the system for this user's shell or home find one. In a container (`docker run --user 1001`) the user
 * may have no entry there, and to ask is an error. Values that are set stay as they are.
 */
export function standInForUnknownUser(): void {
  const { SHELL, HOME } = process.env;
  if (SHELL !== undefined && HOME !== undefined) return;
  try {
    userInfo();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error;
    process.env.SHELL = SHELL ?? '/bin/sh';
    process.env.HOME = HOME ?? '/nonexistent';
  }
}
