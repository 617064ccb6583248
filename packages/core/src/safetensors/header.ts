/**
 * The header of a safetensors file: eight bytes of length, then JSON that says where each tensor lies.
 * Read by hand and strictly: the first thing that does not hold is an error, before anything grows with what it claims.
 */
import { FormatError } from '@noosphere/base';
import { bytesPerElement, type DType } from '../shape/index.js';

/** Where a tensor lies and how it is stored. */
export interface TensorEntry {
  readonly name: string;
  /** The file's own name of the element type. */
  readonly stored: string;
  /** What it becomes: BF16 has no typed array and is widened to float32. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the length in front of the header. */
export const prefixBytes = 8;
/** Some hundred thousand tensors; more is no header. */
const longestHeader = 16 * 2 ** 20;

/** Element types by the file's names. */
export const storedTypes: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'float32',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

function fail(place: string, what: string): never {
  throw new FormatError('safetensors', place, what);
}

/** The length of the header that the first eight bytes give, checked against the file's size. */
export function headerLength(prefix: Uint8Array, fileBytes: number): number {
  if (fileBytes < prefixBytes + 2 || prefix.byteLength < prefixBytes)
    fail('header', `a file of ${fileBytes} bytes is too short; it is cut off, or no safetensors file`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes).getBigUint64(0, true);
  if (length > BigInt(fileBytes - prefixBytes))
    fail(
      'header',
      `claims ${length} bytes, ${fileBytes - prefixBytes} are there; the file is cut off or damaged`,
    );
  if (length > BigInt(longestHeader))
    fail('header', `takes ${length} bytes, expected at most ${longestHeader}; this is no safetensors file`);
  return Number(length);
}

/** Reads the header's JSON and checks that the tensors fill the rest of the file exactly, side by side. */
export function readHeader(json: Uint8Array, fileBytes: number): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
  } catch (cause) {
    throw new FormatError('safetensors', 'header', 'is not UTF-8; the file is damaged', { cause });
  }
  const start = prefixBytes + json.byteLength;
  const reader = new HeaderReader(text, start);
  const header = reader.read();
  checkLayout(header.entries, start, fileBytes);
  return header;
}

function checkLayout(entries: readonly TensorEntry[], start: number, fileBytes: number): void {
  let end = start;
  for (const { name, offset, lengthBytes } of [...entries].sort(
    (a, b) => a.offset - b.offset || a.lengthBytes - b.lengthBytes,
  )) {
    if (offset !== end)
      fail(
        `tensor '${name}'`,
        `begins at byte ${offset}, where ${end} is free; tensors overlap or leave a gap`,
      );
    end += lengthBytes;
    if (end > fileBytes) fail(`tensor '${name}'`, `ends at byte ${end} of ${fileBytes}; the file is cut off`);
  }
  if (end !== fileBytes) fail('data', `ends at byte ${end}, but the file has ${fileBytes}; it is damaged`);
}

/** Reads exactly the JSON that a header may be. */
class HeaderReader {
  readonly #text: string;
  readonly #start: number;
  #at = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
  }

  read(): Header {
    const entries: TensorEntry[] = [];
    let metadata: Record<string, string> = {};
    this.#object('header', (name) => {
      if (name === '__metadata__') metadata = this.#metadata();
      else entries.push(this.#entry(name));
    });
    this.#space();
    if (this.#at < this.#text.length) this.#wrong('header', 'the end');
    return { entries, metadata };
  }

  #entry(name: string): TensorEntry {
    const place = `tensor '${name}'`;
    let stored: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.#object(place, (key) => {
      if (key === 'dtype') stored = this.#string(place);
      else if (key === 'shape') shape = this.#sizes(place);
      else if (key === 'data_offsets') offsets = this.#sizes(place);
      else fail(place, `has the unknown key '${key}'; expected dtype, shape and data_offsets`);
    });
    if (stored === undefined || !shape || offsets?.length !== 2)
      fail(place, 'must have dtype, shape and two data_offsets');
    const dtype = Object.hasOwn(storedTypes, stored) ? storedTypes[stored] : undefined;
    if (!dtype)
      fail(
        place,
        `has element type ${stored}, which is not carried; carried are ${Object.keys(storedTypes).join(', ')}`,
      );
    const count = shape.reduce((product, dim) => product * dim, 1);
    const width = stored === 'BF16' ? 2 : bytesPerElement(dtype);
    const [begin, end] = offsets;
    if (!Number.isSafeInteger(count * width) || end - begin !== count * width)
      fail(place, `takes ${count * width} bytes as ${stored}[${shape.join(', ')}], got ${end - begin}`);
    return { name, stored, dtype, shape, offset: this.#start + begin, lengthBytes: end - begin };
  }

  #metadata(): Record<string, string> {
    const pairs: [string, string][] = [];
    this.#object('metadata', (key) => pairs.push([key, this.#string('metadata')]));
    return Object.fromEntries(pairs);
  }

  #object(place: string, member: (key: string) => void): void {
    this.#expect('{', place);
    const keys = new Set<string>();
    if (this.#skip('}')) return;
    do {
      const key = this.#string(place);
      if (keys.has(key)) fail(place, `the key '${key}' is there twice; the file is damaged`);
      keys.add(key);
      this.#expect(':', place);
      member(key);
    } while (this.#skip(','));
    this.#expect('}', place);
  }

  #sizes(place: string): number[] {
    this.#expect('[', place);
    const sizes: number[] = [];
    if (this.#skip(']')) return sizes;
    do {
      this.#space();
      const digits = /\d{1,17}/y;
      digits.lastIndex = this.#at;
      const found = digits.exec(this.#text)?.[0];
      if (found === undefined || !Number.isSafeInteger(Number(found))) this.#wrong(place, 'a size');
      if (sizes.length >= 64) fail(place, 'has more than 64 dimensions; the file is damaged');
      this.#at += found.length;
      sizes.push(Number(found));
    } while (this.#skip(','));
    this.#expect(']', place);
    return sizes;
  }

  #string(place: string): string {
    this.#expect('"', place);
    const from = this.#at;
    for (;;) {
      const end = this.#text.indexOf('"', this.#at);
      if (end < 0) this.#wrong(place, 'the end of a text');
      this.#at = end + 1;
      let slashes = 0;
      while (this.#text[end - 1 - slashes] === '\\') slashes += 1;
      if (slashes % 2 === 0) break;
    }
    const raw = this.#text.slice(from, this.#at - 1);
    if (!/[\\\p{Cc}]/u.test(raw)) return raw;
    try {
      return JSON.parse(`"${raw}"`);
    } catch {
      return fail(
        place,
        `holds a text with a wrong escape near byte ${prefixBytes + from}; the file is damaged`,
      );
    }
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '-')) this.#at += 1;
  }

  #skip(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string, place: string): void {
    if (!this.#skip(character)) this.#wrong(place, `'${character}'`);
  }

  #wrong(place: string, expected: string): never {
    const got = this.#text[this.#at];
    return fail(
      place,
      `expects ${expected} at byte ${prefixBytes + this.#at}, got ${got === undefined ? 'the end' : JSON.stringify(got)}; the header is damaged`,
    );
  }
}
