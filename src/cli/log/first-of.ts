/** The first `limit` items, or all; ends the source as soon as it has them. */
export async function* firstOf<T>(items: AsyncIterable<T>, limit: number | undefined): AsyncGenerator<T> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left <= 0) return;
  }
}
