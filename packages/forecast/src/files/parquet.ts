/** Parquet files: columns of one group of rows after another in, columns out. */
import { ArgumentError, FormatError } from '@noosphere/core';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { type ColumnSource, parquetWriteFile } from 'hyparquet-writer';

export interface ParquetGroup {
  /** Number of the first row, from 0. */
  readonly firstRow: number;
  /** One column a name that was asked for, in that order. */
  readonly columns: readonly ArrayLike<unknown>[];
}

/** @param onHeader Called with the file's columns before any is read; throws where some are missing. */
export async function* readParquetColumns(
  operation: string,
  path: string,
  names: readonly string[],
  onHeader: (found: readonly string[]) => void,
): AsyncGenerator<ParquetGroup> {
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArgumentError(operation, `cannot read ${path}: ${reason}`, { cause });
  });
  const refuse = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(operation, path, `is not a Parquet file that can be read: ${reason}`, { cause });
  };
  const metadata = await parquetMetadataAsync(file).catch(refuse);
  onHeader(metadata.schema.slice(1).map(({ name }) => name));
  let firstRow = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = firstRow + Number(group.num_rows);
    const pieces = new Map<string, { readonly rowStart: number; readonly values: ArrayLike<unknown> }[]>();
    await parquetRead({
      file,
      metadata,
      columns: [...names],
      rowStart: firstRow,
      rowEnd,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const list = pieces.get(columnName) ?? [];
        pieces.set(columnName, list);
        list.push({ rowStart, values: columnData });
      },
    }).catch(refuse);
    yield { firstRow, columns: names.map((name) => joinPieces(pieces.get(name) ?? [])) };
    firstRow = rowEnd;
  }
}

function joinPieces(
  pieces: { readonly rowStart: number; readonly values: ArrayLike<unknown> }[],
): ArrayLike<unknown> {
  const [first, ...rest] = pieces.sort((a, b) => a.rowStart - b.rowStart);
  if (rest.length === 0) return first?.values ?? [];
  const values: unknown[] = [];
  for (const piece of pieces)
    for (let index = 0; index < piece.values.length; index++) values.push(piece.values[index]);
  return values;
}

/** Writes columns of equal length; `texts` are remarks in the file's key-value metadata. */
export function writeParquetColumns(
  path: string,
  columnData: ColumnSource[],
  texts: Readonly<Record<string, string>> = {},
): void {
  const kvMetadata = Object.entries(texts).map(([key, value]) => ({ key, value }));
  parquetWriteFile({ filename: path, columnData, kvMetadata, rowGroupSize: 1 << 17 });
}
