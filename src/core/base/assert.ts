/** Our own bug: an invariant of the engine does not hold. Never caught to go on, exit code 70. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Stops the caller when an invariant that we wrote ourselves is broken. Never for input or environment. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Ends an exhaustive `switch`: the compiler proves that it is never reached. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unexpected ${JSON.stringify(value)}`);
}

/** The value, which the caller knows to be there; asserts it. */
export function present<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `${what} is missing`);
  return value;
}
