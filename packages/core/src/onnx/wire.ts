/** The protobuf wire format: varints, fixed words and length-delimited fields. Large byte fields are neither copied nor moved. */
import { FormatError } from '@noosphere/base';

const text = new TextEncoder();

/** Writes one message as a list of chunks; nested messages are writers whose chunks are taken over. */
export class WireWriter {
  readonly #chunks: Uint8Array[] = [];
  #buffer = new Uint8Array(256);
  #used = 0;
  #flushed = 0;

  get length(): number {
    return this.#flushed + this.#used;
  }

  /** Field of an integer; negative ones take ten bytes, as protobuf's int64 does. */
  int(field: number, value: number | bigint): void {
    this.#varint(field * 8);
    if (typeof value === 'number' && value >= 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  float(field: number, value: number): void {
    this.#varint(field * 8 + 5);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#used, value, true);
    this.#used += 4;
  }

  string(field: number, value: string): void {
    this.bytes(field, text.encode(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + 2);
    this.#varint(value.byteLength);
    this.#append(value);
  }

  /** Repeated integers in one packed field. */
  packedInts(field: number, values: readonly number[]): void {
    const packed = new WireWriter();
    for (const value of values) {
      if (value >= 0) packed.#varint(value);
      else packed.#bigVarint(BigInt.asUintN(64, BigInt(value)));
    }
    this.message(field, packed);
  }

  message(field: number, message: WireWriter): void {
    this.#varint(field * 8 + 2);
    this.#varint(message.length);
    message.#flush();
    this.#flush();
    for (const chunk of message.#chunks) this.#push(chunk);
  }

  finish(): Uint8Array {
    this.#flush();
    const result = new Uint8Array(this.#flushed);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return result;
  }

  #append(value: Uint8Array): void {
    if (value.byteLength > 4096) {
      this.#flush();
      this.#push(value);
      return;
    }
    this.#reserve(value.byteLength);
    this.#buffer.set(value, this.#used);
    this.#used += value.byteLength;
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#flushed += chunk.byteLength;
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#push(this.#buffer.subarray(0, this.#used));
    this.#buffer = new Uint8Array(256);
    this.#used = 0;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#used + bytes));
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#used++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#used++] = rest;
  }

  #bigVarint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#buffer[this.#used++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#used++] = Number(rest);
  }
}

/** A field read from a message: integers as bigint, words and bytes as views. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array };

/**
 * The fields of a message in order. Every length is checked against the message's end before anything is read.
 * @param place What the message is, for errors.
 */
export function* readFields(message: Uint8Array, place: string): Generator<WireField> {
  let at = 0;
  const fail = (what: string): never => {
    throw new FormatError('onnx', `${place}, byte ${at}`, what);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++] ?? fail('the message ends inside a number; the file is cut off');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    return fail('a number is longer than ten bytes; the file is damaged');
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0) fail('field number 0 does not exist; the file is damaged');
    if (wire === 0) yield { number, kind: 'varint', value: varint() };
    else if (wire === 1 || wire === 2 || wire === 5) {
      const size = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      if (size > message.length - at)
        fail(`a field claims ${size} bytes, ${message.length - at} are left; the file is cut off or damaged`);
      yield { number, kind: 'bytes', value: message.subarray(at, at + size) };
      at += size;
    } else fail(`unknown wire type ${wire}; this is not an ONNX file, or it is damaged`);
  }
}

/** The integers packed into one field, two's complement. */
export function readVarints(packed: Uint8Array, place: string): BigInt64Array<ArrayBuffer> {
  let count = 0;
  for (const byte of packed) if (byte < 128) count += 1;
  const values = new BigInt64Array(count);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const start = at;
    while (packed[at] >= 128) at += 1;
    at += 1;
    values[index] = varintOf(packed, start, at, place);
  }
  if (at !== packed.length)
    throw new FormatError(
      'onnx',
      place,
      'packed integers end inside a number; the file is cut off or damaged',
    );
  return values;
}

function varintOf(bytes: Uint8Array, start: number, end: number, place: string): bigint {
  if (end - start > 10)
    throw new FormatError('onnx', place, 'a number is longer than ten bytes; the file is damaged');
  if (end - start <= 4) {
    let small = 0;
    for (let at = end - 1; at >= start; at--) small = small * 128 + (bytes[at] & 127);
    return BigInt(small);
  }
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt(bytes[at] & 127);
  return BigInt.asIntN(64, value);
}

/** Text of a field; damaged UTF-8 is an error. */
export function readText(bytes: Uint8Array, place: string): string {
  try {
    return strictText.decode(bytes);
  } catch (cause) {
    throw new FormatError('onnx', place, 'a text is not UTF-8; the file is damaged', { cause });
  }
}

const strictText = new TextDecoder('utf-8', { fatal: true });
