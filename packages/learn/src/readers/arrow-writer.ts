/** Tensors and texts as Arrow's columns. */

import { type HostTensor, hostData } from '@noosphere/core';
import { bytesOf, viewData } from '@noosphere/core/operators';
import type * as Arrow from 'apache-arrow';
import type { ArrowColumn } from './arrow-table.js';

/** A column as Arrow stores it. */
export function writeColumn(library: typeof Arrow, column: ArrowColumn): Arrow.Data {
  if (!('dtype' in column))
    return library.vectorFromArray([...column], new library.Utf8()).data[0] as Arrow.Data;
  const [rows = 0, width] = column.shape;
  const flat = numbersData(library, column);
  if (width === undefined) return flat;
  const field = new library.Field('item', flat.type, false);
  return library.makeData({
    type: new library.FixedSizeList(width, field),
    length: rows,
    nullCount: 0,
    child: flat,
  });
}

function numbersData(library: typeof Arrow, column: HostTensor): Arrow.Data {
  const { dtype, size } = column;
  const data = dtype === 'bool' ? packBits(hostData(column) as Uint8Array) : bytesOf(hostData(column));
  const types = {
    float16: library.Float16,
    float32: library.Float32,
    float64: library.Float64,
    int8: library.Int8,
    int16: library.Int16,
    int32: library.Int32,
    int64: library.Int64,
    uint8: library.Uint8,
    uint16: library.Uint16,
    uint32: library.Uint32,
    uint64: library.Uint64,
    bool: library.Bool,
  };
  const values = dtype === 'bool' ? data : viewData(dtype, data);
  const buffers = { [library.BufferType.DATA]: values };
  return new library.Data<Arrow.DataType>(new types[dtype](), 0, size, 0, buffers);
}

function packBits(bools: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bools.length / 8));
  for (const [row, value] of bools.entries())
    if (value) bytes[row >> 3] = (bytes[row >> 3] ?? 0) | (1 << (row & 7));
  return bytes;
}

/**
 * A table as a file or stream. A file begins with its schema, as the format says and the library leaves out: readers of
 * streams then read files as well.
 */
export function ipcBytes(library: typeof Arrow, table: Arrow.Table, format: 'file' | 'stream'): Uint8Array {
  if (format === 'stream') return library.tableToIPC(table, 'stream');
  const writeSchemaMessage: unknown = Reflect.get(library.RecordBatchWriter.prototype, '_writeSchema');
  class FileWriter extends library.RecordBatchFileWriter {
    protected override _writeSchema(schema: Arrow.Schema): this {
      super._writeSchema(schema);
      if (typeof writeSchemaMessage === 'function') writeSchemaMessage.call(this, schema);
      return this;
    }
  }
  const writer = new FileWriter();
  writer.write(table);
  return writer.finish().toUint8Array(true);
}
