/** Bytes of a number as Avro's long: zigzag, in groups of seven bits, the lowest first. Not negative, up to 2^52. */
export function encodeLong(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Bytes of text or bytes as Avro has them: the length, then what they are. */
export function encodeBytes(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([encodeLong(bytes.length), bytes]);
}
