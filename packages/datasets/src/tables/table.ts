/** Plain comma-separated text with a header, as our own checked files are: no quotes, no surprises. */

export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function readTable(text: string): TextTable {
  const [first = '', ...lines] = text.split(/\r?\n/);
  return {
    header: first.split(','),
    rows: lines.filter((line) => line !== '').map((line) => line.split(',')),
  };
}

/** The place of a column; the hash check makes a missing one a bug of ours. */
export function columnIndex({ header }: TextTable, name: string): number {
  const index = header.indexOf(name);
  if (index < 0) throw new Error(`internal: no column '${name}' in ${header.join(',')}; please report this`);
  return index;
}

/** A column as numbers; what is not a number (`.`, `N/A`) is a gap, NaN. */
export function numberColumn(table: TextTable, name: string): Float64Array {
  const index = columnIndex(table, name);
  return Float64Array.from(table.rows, (row) => numberOrGap(row[index]));
}

function numberOrGap(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text);
}

/** A column as it stands. */
export function textColumn(table: TextTable, name: string): string[] {
  const index = columnIndex(table, name);
  return table.rows.map((row) => row[index] ?? '');
}
