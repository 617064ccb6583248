/** Brings rows into the order of their dates. */
import type { NumberList } from './numbers.js';

export interface DatedRows {
  readonly dates: readonly string[];
  /** What dates sort by. */
  readonly orders: NumberList;
  /** Line of each row in the file. */
  readonly lines: NumberList;
}

export interface SortedRows {
  readonly dates: readonly string[];
  /** The row that comes at each place; `undefined` where rows were in order already. */
  readonly order: Uint32Array | undefined;
}

/** @param onTwice Called with the lines of the first date found twice; must throw. */
export function sortRows(
  { dates, orders, lines }: DatedRows,
  onTwice: (date: string, firstLine: number, secondLine: number) => never,
): SortedRows {
  const keys = orders.toArray();
  const ascending = keys.every((key, index) => index === 0 || (keys[index - 1] ?? 0) < key);
  if (ascending) return { dates, order: undefined };
  const order = Uint32Array.from(keys, (_, index) => index);
  order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  order.forEach((row, place) => {
    const before = order[place - 1];
    if (before !== undefined && keys[before] === keys[row]) {
      const lineOf = lines.toArray();
      onTwice(dates[row] ?? '', lineOf[before] ?? 0, lineOf[row] ?? 0);
    }
  });
  return { dates: Array.from(order, (row) => dates[row] ?? ''), order };
}
