/** The first `limit` items; ends the source there, and tells whether it had more. */
export async function* firstOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  onMore?: () => void,
): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    if (count >= limit) return onMore?.();
    yield item;
    count += 1;
  }
}

/** The same items; calls `hear` for each that comes. */
export async function* heard<T>(items: AsyncIterable<T> | Iterable<T>, hear: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    hear();
    yield item;
  }
}
