/** Changing one field deep inside a protobuf message, the lengths around it made right again. */

/** A field as it stands in a message. */
interface Field {
  readonly number: number;
  readonly wire: number;
  /** The number of a varint. */
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

/** New contents of a field: a number, bytes, or several fields of the same number. */
export type Content = bigint | Uint8Array | readonly (bigint | Uint8Array)[];

/** The message with the field at a path of field numbers changed; `choose` picks one where several have the number. */
export function edited(
  message: Uint8Array,
  path: readonly number[],
  choose: (count: number) => number,
  edit: (content: bigint | Uint8Array) => Content,
): Uint8Array {
  const [number, ...deeper] = path;
  const fields = parse(message);
  const places = fields.flatMap((field, index) => (field.number === number ? [index] : []));
  const chosen = places[choose(places.length)];
  return Buffer.concat(
    fields.flatMap((field, index) => {
      if (index !== chosen)
        return [encoded(field.number, field.wire === 0 ? field.value : field.bytes, field.wire)];
      if (deeper.length > 0)
        return [encoded(field.number, edited(field.bytes, deeper, choose, edit), field.wire)];
      const content = edit(field.wire === 0 ? field.value : field.bytes);
      const list = Array.isArray(content)
        ? (content as readonly (bigint | Uint8Array)[])
        : [content as bigint | Uint8Array];
      return list.map((each) => encoded(field.number, each, typeof each === 'bigint' ? 0 : 2));
    }),
  );
}

function parse(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const [number, wire] = [tag >> 3, tag & 7];
    if (wire === 0) fields.push({ number, wire, value: varint(), bytes: new Uint8Array(0) });
    else {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      fields.push({ number, wire, value: 0n, bytes: message.slice(at, at + length) });
      at += length;
    }
  }
  return fields;
}

function encoded(number: number, content: bigint | Uint8Array, wire: number): Uint8Array {
  const tag = varintBytes(BigInt(number * 8 + wire));
  if (typeof content === 'bigint') return Buffer.concat([tag, varintBytes(content)]);
  return wire === 2
    ? Buffer.concat([tag, varintBytes(BigInt(content.length)), content])
    : Buffer.concat([tag, content]);
}

export function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
