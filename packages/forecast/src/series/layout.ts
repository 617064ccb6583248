/** Which layout a table has: from its header, its first row, and what the user says. */
import { type CellReader, dateHint } from './cell-checks.js';
import type { Layout } from './table.js';

/** The layout, why, and for `long` where name, date and value stand. */
export type LayoutChoice =
  | { readonly layout: 'wide'; readonly reason: string }
  | { readonly layout: 'long'; readonly reason: string; readonly columns: readonly [number, number, number] };

const longNames = ['unique_id', 'ds', 'y'] as const;

/** The layout, or why there is none. @param asked What the user says. */
export function detectLayout(
  header: readonly string[],
  firstRow: readonly string[],
  asked: Layout | undefined,
  cells: CellReader,
): LayoutChoice | string {
  const [id = -1, ds = -1, y = -1] = longNames.map((name) =>
    header.findIndex((cell) => cell.toLowerCase() === name),
  );
  const named = id >= 0 && ds >= 0 && y >= 0;
  if (asked === 'wide') return { layout: 'wide', reason: 'as asked' };
  if (asked === 'long') {
    if (!named && header.length !== 3) {
      return `expected the columns unique_id, ds and y, or exactly three, for the layout 'long', got ${header.length}`;
    }
    return { layout: 'long', reason: 'as asked', columns: named ? [id, ds, y] : [0, 1, 2] };
  }
  if (named) return { layout: 'long', reason: 'the header has unique_id, ds and y', columns: [id, ds, y] };
  const [first = '', second = '', third = ''] = firstRow;
  if (cells.dateOf(first)) return { layout: 'wide', reason: 'the first column holds dates' };
  if (header.length === 3 && cells.dateOf(second) && cells.valueOf(third) !== undefined) {
    return {
      layout: 'long',
      reason: 'three columns, and the second holds dates',
      columns: [0, 1, 2],
    };
  }
  const hint = dateHint(first) || (header.length === 3 ? dateHint(second) : '');
  return `cannot tell the layout: expected dates such as 2024-01-31 in the first column, or the columns unique_id, ds, y${hint || "; say 'wide' or 'long'"}`;
}

/** The one of comma, semicolon and tab that the first line has most of. */
export function findDelimiter(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, each) => (count(each) > count(best) ? each : best));
}
