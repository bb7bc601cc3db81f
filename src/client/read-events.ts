/** One server-sent event. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** The events of a stream, as they come. Source: the HTML standard, 9.2.6; a frontend ends its lines by `\n` alone. */
export async function* readEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const part of stream) {
    held += decoder.decode(part, { stream: true });
    for (let end = held.indexOf('\n\n'); end !== -1; end = held.indexOf('\n\n')) {
      yield toEvent(held.slice(0, end));
      held = held.slice(end + 2);
    }
  }
}

function toEvent(text: string): ServerEvent {
  const fieldOf = (name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { id: fieldOf('id'), data: fieldOf('data') };
}
