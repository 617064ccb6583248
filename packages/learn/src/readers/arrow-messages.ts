/**
 * The messages of an Arrow stream, checked before the library that decodes them sees them: it trusts lengths, and a
 * damaged file could keep it busy or fill the memory. Nothing is decoded here.
 * Source: Arrow's columnar format 1.5, Message.fbs and Schema.fbs.
 */
import { FormatError } from '@noosphere/core';
import { FlatTable } from './flat-table.js';

const continuation = 0xffffffff;
/** Some ten thousand columns; more is no metadata. */
const longestMetadata = 16 * 2 ** 20;
const mostFields = 20_000;
const deepestField = 32;
const fileMagic = 'ARROW1';

const headerTypes = { schema: 1, dictionary: 2, batch: 3 };

/** Where a message lies: its metadata begins after the length. */
interface Framing {
  readonly prefixBytes: number;
  /** 0 at the end of the stream. */
  readonly metadataBytes: number;
}

/** Checks the bytes of a file or stream in memory: all that the library will look at. */
export function checkMessages(bytes: Uint8Array, place: string): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.byteLength)).toString('latin1');
  const other = { FEA1: 'Feather version 1', PAR1: 'Parquet' }[start.slice(0, 4)];
  if (other) {
    throw new FormatError(
      'arrow',
      place,
      `is ${other}; convert it in Python: pyarrow.feather.write_feather(table, 'x.arrow', compression='uncompressed')`,
    );
  }
  if (start.startsWith(fileMagic)) checkFile(bytes, place);
  else checkStream(bytes, place);
}

function checkStream(bytes: Uint8Array, place: string): void {
  const checker = new MessageChecker(place);
  let at = 0;
  while (at < bytes.byteLength) {
    const length = checker.messageAt(bytes, at);
    if (length === 0) break;
    at += length;
  }
  checker.end();
}

/** A file ends in an index: the schema again, and where its messages lie. */
function checkFile(bytes: Uint8Array, place: string): void {
  const end = bytes.byteLength - 10;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const endMagic = Buffer.from(bytes.subarray(-6)).toString('latin1');
  const footerBytes = end >= 8 ? view.getInt32(end, true) : -1;
  if (endMagic !== fileMagic || footerBytes <= 0 || footerBytes > end - 8)
    throw new FormatError('arrow', place, 'has no index at its end; it is cut off or damaged');
  const checker = new MessageChecker(place);
  let free = 8;
  for (const { offset, lengthBytes } of checker.footer(bytes.subarray(end - footerBytes, end))) {
    // Blocks that share bytes would let a small file grow to any size.
    const length = offset >= free && offset < end ? checker.messageAt(bytes, offset) : -1;
    if (length !== lengthBytes)
      throw new FormatError(
        'arrow',
        place,
        `has no batch at byte ${offset}, where its index says; it is damaged`,
      );
    free = offset + length;
  }
}

/** The checked messages of a stream that arrives in chunks of any size, one by one; a message is held as a whole. */
export async function* checkedMessages(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  place: string,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  const checker = new MessageChecker(place);
  const pending = new PendingBytes(chunks, mostBytes, place);
  const start = await pending.peek(8);
  if (Buffer.from(start).toString('latin1').startsWith(fileMagic)) await pending.take(8);
  while ((await pending.peek(4)).byteLength > 0) {
    const { prefixBytes, metadataBytes } = checker.framing(await pending.peek(8));
    if (metadataBytes === 0) break;
    const head = await pending.peek(prefixBytes + metadataBytes);
    if (head.byteLength < prefixBytes + metadataBytes)
      throw checker.cutOff(metadataBytes, head.byteLength - prefixBytes);
    const bodyBytes = checker.check(head.subarray(prefixBytes));
    const message = await pending.take(prefixBytes + metadataBytes + bodyBytes);
    if (message.byteLength < prefixBytes + metadataBytes + bodyBytes)
      throw checker.cutOff(bodyBytes, message.byteLength - prefixBytes - metadataBytes);
    yield message;
  }
  checker.end();
}

/** Bytes that have arrived and are not used yet. */
class PendingBytes {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #mostBytes: number;
  readonly #place: string;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isDone = false;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, mostBytes: number, place: string) {
    this.#chunks =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.#mostBytes = mostBytes;
    this.#place = place;
  }

  /** The next bytes, fewer where the stream ends; they stay. */
  async peek(count: number): Promise<Uint8Array> {
    if (count > this.#mostBytes) {
      throw new FormatError(
        'arrow',
        this.#place,
        `has a message of ${count} bytes, expected at most ${this.#mostBytes}; write smaller record batches, or raise mostBytes`,
      );
    }
    while (this.#heldBytes < count && !this.#isDone) {
      const next = await this.#chunks.next();
      if (next.done) this.#isDone = true;
      else {
        this.#held.push(next.value);
        this.#heldBytes += next.value.byteLength;
      }
    }
    const joined = this.#held.length === 1 ? this.#held[0] : new Uint8Array(Buffer.concat(this.#held));
    this.#held = joined && joined.byteLength > 0 ? [joined] : [];
    return joined?.subarray(0, count) ?? new Uint8Array();
  }

  /** The next bytes, used up. */
  async take(count: number): Promise<Uint8Array> {
    const taken = await this.peek(count);
    const [held] = this.#held;
    const rest = held?.subarray(taken.byteLength);
    this.#held = rest && rest.byteLength > 0 ? [rest] : [];
    this.#heldBytes -= taken.byteLength;
    return taken;
  }
}

class MessageChecker {
  readonly #place: string;
  #messages = 0;
  #fields = 0;

  constructor(place: string) {
    this.#place = place;
  }

  /** Checks the message at a place; gives its length, 0 at the end of the stream. */
  messageAt(bytes: Uint8Array, at: number): number {
    const { prefixBytes, metadataBytes } = this.framing(bytes.subarray(at));
    if (metadataBytes === 0) return 0;
    const body = at + prefixBytes + metadataBytes;
    if (body > bytes.byteLength) throw this.cutOff(metadataBytes, bytes.byteLength - at - prefixBytes);
    const bodyBytes = this.check(bytes.subarray(at + prefixBytes, body));
    if (body + bodyBytes > bytes.byteLength) throw this.cutOff(bodyBytes, bytes.byteLength - body);
    return body + bodyBytes - at;
  }

  /** Checks the index of a file, which stands for the schema message; gives its blocks by their place. */
  footer(metadata: Uint8Array): { offset: number; lengthBytes: number }[] {
    return this.#guarded(() => {
      const footer = FlatTable.root(metadata);
      this.#checkSchema(footer.table(1));
      footer.texts(4);
      this.#messages++;
      return [...footer.blocks(2), ...footer.blocks(3)].sort((a, b) => a.offset - b.offset);
    });
  }

  /** Reads a message's length: after a mark, or without one as before Arrow 0.15. */
  framing(bytes: Uint8Array): Framing {
    if (bytes.byteLength < 4) throw this.cutOff(4, bytes.byteLength);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const hasMark = view.getUint32(0, true) === continuation;
    const prefixBytes = hasMark ? 8 : 4;
    if (bytes.byteLength < prefixBytes) throw this.cutOff(prefixBytes, bytes.byteLength);
    const metadataBytes = view.getInt32(prefixBytes - 4, true);
    if (metadataBytes < 0 || metadataBytes > longestMetadata)
      throw this.#damaged(`its metadata claims ${metadataBytes} bytes; this is no Arrow stream, or it`);
    return { prefixBytes, metadataBytes };
  }

  /** Checks the metadata of a message; gives the length of its body. */
  check(metadata: Uint8Array): number {
    return this.#guarded(() => {
      const message = FlatTable.root(metadata);
      const bodyBytes = message.int64(3);
      if (!(bodyBytes >= 0 && Number.isSafeInteger(bodyBytes)))
        throw this.#damaged(`its body claims ${bodyBytes} bytes; it`);
      const header = message.table(2);
      const kind = message.uint8(1);
      const expected =
        this.#messages === 0 ? [headerTypes.schema] : [headerTypes.dictionary, headerTypes.batch];
      if (!expected.includes(kind)) {
        const way =
          this.#messages === 0
            ? ' (a file without a schema at its start is read as a whole, by decodeArrow)'
            : '';
        throw this.#damaged(`its header is of kind ${kind}, expected ${expected.join(' or ')}${way}; it`);
      }
      message.texts(4);
      if (kind === headerTypes.schema) this.#checkSchema(header);
      else this.#checkBatch(kind === headerTypes.batch ? header : header?.table(1), bodyBytes);
      this.#messages++;
      return bodyBytes;
    });
  }

  #guarded<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged('its metadata points outside itself; it', error);
      throw error;
    }
  }

  /** Throws where there was not even a schema. */
  end(): void {
    if (this.#messages === 0)
      throw new FormatError('arrow', this.#place, 'holds no schema; it is empty, or no Arrow file or stream');
  }

  cutOff(expected: number, found: number): FormatError {
    const what = `message ${this.#messages} takes ${expected} bytes, ${found} are there`;
    return new FormatError('arrow', this.#place, `${what}; it is cut off or damaged`);
  }

  #checkSchema(schema: FlatTable | undefined): void {
    if (!schema) throw this.#damaged('it has no schema; it');
    if (schema.int16(0) !== 0)
      throw new FormatError('arrow', this.#place, 'is big endian; write it on a little endian machine');
    schema.texts(2);
    for (const field of schema.tables(1)) this.#checkField(field, 0);
  }

  #checkField(field: FlatTable, depth: number): void {
    if (++this.#fields > mostFields || depth > deepestField)
      throw this.#damaged(`its schema has more than ${mostFields} fields or ${deepestField} levels; it`);
    field.text(0);
    field.texts(6);
    field.table(3);
    field.table(4)?.table(1);
    for (const child of field.tables(5)) this.#checkField(child, depth + 1);
  }

  #checkBatch(batch: FlatTable | undefined, bodyBytes: number): void {
    if (!batch) throw this.#damaged('it has no batch; it');
    if (batch.table(3)) {
      throw new FormatError(
        'arrow',
        this.#place,
        "is compressed, which is not read here; write it in Python with pyarrow.feather.write_feather(table, 'x.arrow', compression='uncompressed')",
      );
    }
    // A row takes at least a bit somewhere.
    const mostRows = 8 * bodyBytes;
    for (const [rows, nulls] of [[batch.int64(0), 0] as const, ...batch.pairs(1)]) {
      if (!(rows >= 0 && rows <= mostRows && nulls >= 0 && nulls <= rows))
        throw this.#damaged(`it claims ${rows} rows and ${nulls} nulls in ${bodyBytes} bytes; it`);
    }
    for (const [offset, length] of batch.pairs(2)) {
      if (!(offset >= 0 && length >= 0 && offset + length <= bodyBytes))
        throw this.#damaged(`a buffer takes ${length} bytes from ${offset} of ${bodyBytes}; it`);
    }
  }

  #damaged(what: string, cause?: unknown): FormatError {
    return new FormatError('arrow', `${this.#place}, message ${this.#messages}`, `${what} is damaged`, {
      cause,
    });
  }
}
