/** Arrow's columns as tensors and texts. */

import { type DataOf, type DType, FormatError, fromData, type HostTensor, hostData } from '@noosphere/core';
import { createData, viewData } from '@noosphere/core/operators';
import type * as Arrow from 'apache-arrow';
import type { ArrowColumn } from './arrow-table.js';

/** One record batch's part of a column. */
export type ColumnPart =
  | { readonly kind: 'texts'; readonly texts: readonly (string | null)[] }
  | { readonly kind: 'numbers'; readonly tensor: HostTensor };

/** How a column of numbers is stored: element type, values a row, and what they count. */
interface Stored {
  readonly dtype: DType;
  readonly unit?: string;
}

type Library = typeof Arrow;

const timeUnits = ['s', 'ms', 'us', 'ns'];

/** What an Arrow type of numbers is here; `undefined` for others. */
export function storedAs(library: Library, type: Arrow.DataType): Stored | undefined {
  const { DataType } = library;
  if (DataType.isInt(type)) return { dtype: `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}` as DType };
  if (DataType.isFloat(type))
    return { dtype: (['float16', 'float32', 'float64'] as const)[type.precision] ?? 'float64' };
  if (DataType.isBool(type)) return { dtype: 'bool' };
  if (DataType.isDate(type))
    return type.unit === 0 ? { dtype: 'int32', unit: 'date[day]' } : { dtype: 'int64', unit: 'date[ms]' };
  if (DataType.isTimestamp(type)) {
    const zone = type.timezone ? `, ${type.timezone}` : '';
    return { dtype: 'int64', unit: `timestamp[${timeUnits[type.unit]}${zone}]` };
  }
  if (DataType.isTime(type))
    return { dtype: type.bitWidth === 32 ? 'int32' : 'int64', unit: `time[${timeUnits[type.unit]}]` };
  if (DataType.isDuration(type)) return { dtype: 'int64', unit: `duration[${timeUnits[type.unit]}]` };
  return undefined;
}

/** One part of a column, every length checked against the bytes that are there. */
export function readPart(
  library: Library,
  data: Arrow.Data,
  place: string,
  nulls: 'refuse' | 'nan',
): ColumnPart {
  const { DataType } = library;
  const { type } = data;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type))
    return { kind: 'texts', texts: readTexts(data, place) };
  if (DataType.isDictionary(type)) return readDictionary(library, data, place, nulls);
  if (DataType.isFixedSizeList(type)) {
    const [child] = data.children;
    const width = type.listSize;
    const stored = child && storedAs(library, child.type);
    if (child && stored && width > 0 && child.length >= data.length * width && missing(data) === undefined) {
      const flat = readNumbers(child, stored.dtype, data.length * width, place, nulls);
      return { kind: 'numbers', tensor: fromData(flat.dtype, [data.length, width], hostData(flat)) };
    }
    throw new FormatError(
      'arrow',
      place,
      `holds ${type} with missing or unreadable lists; fill them, or take them apart`,
    );
  }
  const stored = storedAs(library, type);
  if (stored) return { kind: 'numbers', tensor: readNumbers(data, stored.dtype, data.length, place, nulls) };
  throw new FormatError(
    'arrow',
    place,
    `holds ${type}, which is not carried; cast it in Python to numbers or texts: table.set_column(i, name, column.cast('float64'))`,
  );
}

function readNumbers(
  data: Arrow.Data,
  dtype: DType,
  rows: number,
  place: string,
  nulls: 'refuse' | 'nan',
): HostTensor {
  const values: unknown = data.values;
  const bytes = ArrayBuffer.isView(values)
    ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    : new Uint8Array();
  // Bools are packed, eight to a byte, beginning at the offset.
  const stored = dtype === 'bool' ? unpackBits(bytes, data.offset, rows) : viewData(dtype, bytes);
  if (stored.length < rows) throw tooShort(place, rows, stored.length);
  const numbers = stored.slice(0, rows) as DataOf<DType>;
  const tensor = fromData(dtype, [rows], numbers);
  const absent = missing(data);
  return absent ? withNaN(tensor, absent, place, nulls) : tensor;
}

function withNaN(
  tensor: HostTensor,
  absent: (row: number) => boolean,
  place: string,
  nulls: 'refuse' | 'nan',
): HostTensor {
  const { dtype, size } = tensor;
  const values = hostData(tensor);
  if (dtype === 'float16') return fill(tensor, Uint16Array.from(values as Uint16Array), absent, 0x7e00);
  if (dtype === 'float32' || dtype === 'float64')
    return fill(tensor, values as Float64Array, absent, Number.NaN);
  const numbers = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const number = Number(values[row]);
    if (absent(row) && nulls === 'refuse')
      throw new FormatError(
        'arrow',
        place,
        `has no value in row ${row}; fill it, or read it with nulls: 'nan'`,
      );
    if (!absent(row) && !Number.isSafeInteger(number))
      throw new FormatError(
        'arrow',
        place,
        `has ${values[row]} in row ${row}, which float64 cannot hold beside NaN`,
      );
    numbers[row] = absent(row) ? Number.NaN : number;
  }
  return fromData('float64', [size], numbers);
}

function fill(
  { dtype, shape }: HostTensor,
  values: Uint16Array | Float32Array | Float64Array,
  absent: (row: number) => boolean,
  filling: number,
): HostTensor {
  for (let row = 0; row < values.length; row++) if (absent(row)) values[row] = filling;
  return fromData(dtype, shape, values as DataOf<typeof dtype>);
}

/** Which rows have no value; `undefined` where all have. */
function missing(data: Arrow.Data): ((row: number) => boolean) | undefined {
  if (data.nullCount === 0) return undefined;
  const { nullBitmap, offset } = data;
  const bit = (at: number) => ((nullBitmap?.[at >> 3] ?? 0xff) >> (at & 7)) & 1;
  return (row) => bit(offset + row) === 0;
}

function readTexts(data: Arrow.Data, place: string): (string | null)[] {
  const { valueOffsets, values, length } = data as Arrow.Data<Arrow.Utf8>;
  const absent = missing(data);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  if (length > 0 && (valueOffsets?.length ?? 0) <= length)
    throw tooShort(place, length, (valueOffsets?.length ?? 1) - 1);
  return Array.from({ length }, (_, row) => {
    const [first, end] = [Number(valueOffsets[row]), Number(valueOffsets[row + 1])];
    if (!(first >= 0 && first <= end && end <= values.length))
      throw new FormatError(
        'arrow',
        place,
        `has a text from byte ${first} to ${end} of ${values.length}; it is damaged`,
      );
    if (absent?.(row)) return null;
    try {
      return decoder.decode(values.subarray(first, end));
    } catch (cause) {
      throw new FormatError('arrow', place, `has a text in row ${row} that is not UTF-8; it is damaged`, {
        cause,
      });
    }
  });
}

/** Numbers of a dictionary's entries are replaced by the entries. */
function readDictionary(
  library: Library,
  data: Arrow.Data,
  place: string,
  nulls: 'refuse' | 'nan',
): ColumnPart {
  const { type } = data as Arrow.Data<Arrow.Dictionary>;
  const stored = storedAs(library, type.indices);
  if (!stored || stored.dtype === 'bool' || !data.dictionary)
    throw new FormatError('arrow', place, 'has a dictionary without entries or numbers; it is damaged');
  const entries = data.dictionary.data.flatMap((part) => {
    const read = readPart(library, part, place, nulls);
    if (read.kind === 'texts') return read.texts;
    throw new FormatError(
      'arrow',
      place,
      'has a dictionary of numbers; decode it in Python: column.dictionary_decode()',
    );
  });
  const absent = missing(data);
  const codes = hostData(readNumbers(withoutNulls(data), stored.dtype, data.length, place, nulls));
  const texts = Array.from(codes as Int32Array, (code, row) => {
    if (absent?.(row)) return null;
    const entry = entries[Number(code)];
    if (entry !== undefined) return entry;
    throw new FormatError(
      'arrow',
      place,
      `names entry ${code} of ${entries.length} in row ${row}; it is damaged`,
    );
  });
  return { kind: 'texts', texts };
}

function withoutNulls(data: Arrow.Data): Arrow.Data {
  return Object.create(data, { nullCount: { value: 0 } }) as Arrow.Data;
}

function unpackBits(bytes: Uint8Array, offset: number, rows: number): Uint8Array {
  const there = Math.max(0, Math.min(rows, bytes.length * 8 - offset));
  return Uint8Array.from(
    { length: there },
    (_, row) => ((bytes[(offset + row) >> 3] ?? 0) >> ((offset + row) & 7)) & 1,
  );
}

function tooShort(place: string, rows: number, found: number): FormatError {
  return new FormatError(
    'arrow',
    place,
    `promises ${rows} values, ${Math.max(0, found)} are there; it is damaged`,
  );
}

/** The parts of a column under each other. */
export function joinParts(parts: readonly ColumnPart[], place: string): ArrowColumn {
  const tensors = parts.flatMap((part) => (part.kind === 'numbers' ? [part.tensor] : []));
  const [first] = tensors;
  if (!first) return parts.flatMap((part) => (part.kind === 'texts' ? part.texts : []));
  if (tensors.length === 1) return first;
  // Batches without missing values keep their element type; beside one with NaN they become float64 as well.
  const dtype = tensors.find((tensor) => tensor.dtype === 'float64')?.dtype ?? first.dtype;
  const width = first.shape[1] ?? 1;
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const data = createData(dtype, rows * width) as Float64Array;
  let at = 0;
  for (const tensor of tensors) {
    if ((tensor.shape[1] ?? 1) !== width)
      throw new FormatError('arrow', place, 'has lists of different size; it is damaged');
    const values = hostData(tensor);
    data.set(
      (tensor.dtype === dtype ? values : Float64Array.from(values as Float64Array, Number)) as Float64Array,
      at,
    );
    at += values.length;
  }
  return fromData(dtype, [rows, ...first.shape.slice(1)], data as DataOf<typeof dtype>);
}

/** A column of a stored element type without rows. */
export function emptyColumn(library: Library, type: Arrow.DataType): ArrowColumn {
  const stored = storedAs(library, type);
  return stored ? fromData(stored.dtype, [0], createData(stored.dtype, 0)) : [];
}
