/** Arrow IPC, file and stream: tables of named columns. The npm library apache-arrow is loaded when one of these is called. */
import { knownOptions } from '@noosphere/base';
import { readBytes, type WriteOptions, writeAtomically } from '@noosphere/base/files';
import { ArgumentError, FormatError, NoosphereError, type Tensor } from '@noosphere/core';
import type * as Arrow from 'apache-arrow';
import { emptyColumn, joinParts, readPart, storedAs } from './arrow-columns.js';
import { checkedMessages, checkMessages } from './arrow-messages.js';
import type { ArrowColumn, ArrowReadOptions, ArrowTable } from './arrow-table.js';
import { ipcBytes, writeColumn } from './arrow-writer.js';
import { refuseForeignFormat } from './foreign-formats.js';

/**
 * The table in the bytes of an Arrow file or stream.
 *
 * Numbers, bools, times, and lists of one size become tensors [rows] or [rows, k]; texts and dictionaries of texts become
 * arrays of texts. Throws a `FormatError` with the place where the bytes are damaged, compressed, or hold other types.
 * @example
 * const bytes = await encodeArrow({ price: tensor([1.5, 2.5]), name: ['a', null] });
 * const { rows, columns } = await decodeArrow(bytes);
 * console.log(rows, String(columns.price), columns.name); // → 2 Tensor float32[2] [ 'a', null ]
 */
export async function decodeArrow(bytes: Uint8Array, options: ArrowReadOptions = {}): Promise<ArrowTable> {
  const { place = 'bytes' } = knownOptions('decodeArrow', options, 'names nulls place');
  refuseForeignFormat(place, bytes);
  checkMessages(bytes, place);
  const library = await import('apache-arrow');
  return guarded(place, () => {
    const reader = library.RecordBatchReader.from(bytes).open();
    const { schema } = reader;
    return tableOf(library, schema, [...reader], options);
  });
}

export interface ArrowStreamOptions extends ArrowReadOptions {
  /** Refuse messages that take more: a record batch is held as a whole. @default 1 GiB */
  readonly mostBytes?: number;
}

/**
 * The record batches of an Arrow file or stream that arrives in chunks, one table each: for tables larger than memory.
 *
 * Types and errors as in `decodeArrow`.
 * @example
 * const bytes = await encodeArrow({ x: tensor([1, 2, 3]) }, { format: 'stream', batchRows: 2 });
 * for await (const { rows } of decodeArrowStream([bytes])) console.log(rows);
 * // → 2
 * //   1
 */
export async function* decodeArrowStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ArrowStreamOptions = {},
): AsyncGenerator<ArrowTable> {
  const { place = 'bytes', mostBytes = 2 ** 30 } = knownOptions(
    'decodeArrowStream',
    options,
    'mostBytes names nulls place',
  );
  const library = await import('apache-arrow');
  const messages = checkedMessages(chunks, place, mostBytes);
  const reader = await guarded(place, () => library.RecordBatchReader.from(messages));
  await guarded(place, () => reader.open());
  while (true) {
    const { done, value } = await guarded(place, () => reader.next());
    if (done) return;
    yield await guarded(place, () => tableOf(library, reader.schema, [value], options));
  }
}

/** What the library throws about bytes that it cannot read becomes an error with the place. */
async function guarded<Result>(place: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (NoosphereError.isInstance(cause)) throw cause;
    throw new FormatError(
      'arrow',
      place,
      `cannot be read (${String(cause)}); it is damaged, or newer than 1.5`,
      { cause },
    );
  }
}

function tableOf(
  library: typeof Arrow,
  schema: Arrow.Schema,
  batches: readonly Arrow.RecordBatch[],
  { names, nulls = 'refuse', place = 'bytes' }: ArrowReadOptions,
): ArrowTable {
  const missing = names?.find((name) => !schema.fields.some((field) => field.name === name));
  if (missing !== undefined) {
    const known = schema.fields.slice(0, 20).map((field) => field.name);
    throw new ArgumentError(
      'arrow',
      `${place} has no column '${missing}', it has ${known.join(', ') || 'none'}`,
    );
  }
  const chosen = names ? new Set(names) : undefined;
  const columns = new Map<string, ArrowColumn>();
  const units = new Map<string, string>();
  for (const [index, field] of schema.fields.entries()) {
    if (chosen && !chosen.has(field.name)) continue;
    const where = `${place}, column '${field.name}'`;
    if (columns.has(field.name)) throw new FormatError('arrow', where, 'is there twice; rename one');
    const parts = batches.map((batch) => {
      const data = batch.data.children[index];
      if (data && data.length === batch.numRows) return readPart(library, data, where, nulls);
      throw new FormatError(
        'arrow',
        where,
        `has ${data?.length ?? 0} of ${batch.numRows} rows; it is damaged`,
      );
    });
    columns.set(field.name, parts.length > 0 ? joinParts(parts, where) : emptyColumn(library, field.type));
    const unit = storedAs(library, field.type)?.unit;
    if (unit !== undefined) units.set(field.name, unit);
  }
  return {
    rows: batches.reduce((sum, batch) => sum + batch.numRows, 0),
    columns: Object.fromEntries(columns),
    units: Object.fromEntries(units),
  };
}

export interface ArrowWriteOptions {
  /** `file` has an index for random access, `stream` none. @default 'file' */
  readonly format?: 'file' | 'stream';
  /** Rows of a record batch. @default all in one */
  readonly batchRows?: number;
}

/** What can be a column: a tensor [rows] or [rows, k], or texts. */
export type ArrowInput = Readonly<Record<string, Tensor | readonly (string | null)[]>>;

/**
 * Columns as the bytes of an Arrow file or stream, not compressed: what pyarrow, pandas, polars and DuckDB read.
 *
 * Lazy tensors are computed. Throws where columns differ in rows, or a tensor has another rank than 1 or 2.
 * @example
 * const bytes = await encodeArrow({ x: tensor([1, 2]), label: ['a', 'b'] });
 * console.log(Buffer.from(bytes).toString('latin1', 0, 6)); // → ARROW1
 */
export async function encodeArrow(columns: ArrowInput, options: ArrowWriteOptions = {}): Promise<Uint8Array> {
  const { format = 'file', batchRows } = knownOptions('encodeArrow', options, 'format batchRows');
  for (const column of Object.values(columns)) if ('dtype' in column) await column.data();
  const rows = commonRows(columns);
  const step = batchRows ?? Math.max(1, rows);
  if (!Number.isInteger(step) || step < 1)
    throw new ArgumentError('arrow', `batchRows must be a whole number from 1, got ${step}`);
  const library = await import('apache-arrow');
  const parts = Object.entries(columns).map(
    ([name, column]) => [name, writeColumn(library, column as ArrowColumn)] as const,
  );
  const schema = new library.Schema(
    parts.map(([name, data]) => new library.Field(name, data.type, library.DataType.isUtf8(data.type))),
  );
  const batches = Array.from({ length: Math.max(1, Math.ceil(rows / step)) }, (_, batch) => {
    const first = batch * step;
    const length = Math.min(step, rows - first);
    const children = parts.map(([, data]) => (length === rows ? data : data.slice(first, length)));
    const type = new library.Struct(schema.fields);
    return new library.RecordBatch(schema, library.makeData({ type, length, nullCount: 0, children }));
  });
  return ipcBytes(library, new library.Table(schema, batches), format);
}

function commonRows(columns: ArrowInput): number {
  const counts = Object.entries(columns).map(([name, column]) => {
    if (!('dtype' in column)) return [name, column.length] as const;
    if (column.rank === 1 || column.rank === 2) return [name, Number(column.shape[0])] as const;
    throw new ArgumentError(
      'arrow',
      `column '${name}' is ${column}, expected shape [rows] or [rows, k]; reshape it`,
    );
  });
  const [first] = counts;
  const odd = counts.find(([, count]) => count !== first?.[1]);
  if (first && odd)
    throw new ArgumentError(
      'arrow',
      `'${first[0]}' has ${first[1]} rows, but '${odd[0]}' has ${odd[1]}; they must be the same`,
    );
  return first?.[1] ?? 0;
}

/**
 * Reads an Arrow file. Throws as `decodeArrow`, and names the file.
 * @example
 * await writeArrow('table.arrow', { x: tensor([1, 2, 3]) });
 * console.log((await readArrow('table.arrow')).rows); // → 3
 */
export async function readArrow(
  path: string,
  options: Omit<ArrowReadOptions, 'place'> = {},
): Promise<ArrowTable> {
  return decodeArrow(await readBytes(path), { ...options, place: path });
}

/** Writes an Arrow file in one step. A file that is there stays, unless `overwrite` is set. */
export async function writeArrow(
  path: string,
  columns: ArrowInput,
  given: ArrowWriteOptions & WriteOptions = {},
): Promise<void> {
  const { overwrite = false, ...options } = knownOptions('writeArrow', given, 'format batchRows overwrite');
  await writeAtomically(path, [await encodeArrow(columns, options)], { overwrite });
}
