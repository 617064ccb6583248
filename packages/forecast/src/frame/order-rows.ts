/** Brings rows of many series behind one another, each series in the order of time. */

export interface OrderOptions {
  /** Whether rows may come in any order. */
  readonly sort: boolean;
  /** Called with two rows of which the second is earlier; must throw. */
  readonly onUnordered: (before: number, after: number) => never;
  /** Called with two rows of the same time; must throw. */
  readonly onTwice: (before: number, after: number) => never;
}

export interface OrderedRows {
  /** Series + 1 places. */
  readonly offsets: Uint32Array;
  /** The row at each place; `undefined` where rows are in order already. */
  readonly order: Uint32Array | undefined;
  /** Whether rows of one series had to change places. */
  readonly wasSorted: boolean;
}

/** @param series Index of each row's series. */
export function orderRows(
  series: Float64Array,
  times: Float64Array,
  seriesCount: number,
  { sort, onUnordered, onTwice }: OrderOptions,
): OrderedRows {
  const offsets = new Uint32Array(seriesCount + 1);
  for (const index of series) offsets[index + 1] = (offsets[index + 1] as number) + 1;
  for (let index = 0; index < seriesCount; index++)
    offsets[index + 1] = (offsets[index + 1] as number) + (offsets[index] as number);
  const order = placesOf(series, offsets);
  let wasSorted = false;
  for (let index = 0; index < seriesCount; index++) {
    const rows = order.subarray(offsets[index], offsets[index + 1]);
    if (isRising(rows, times)) continue;
    if (!sort) refuseFirst(rows, times, onUnordered, onTwice);
    rows.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    refuseFirst(rows, times, onUnordered, onTwice);
    wasSorted = true;
  }
  return { offsets, order: order.every((row, place) => row === place) ? undefined : order, wasSorted };
}

/** Rows by series, those of one series as they came. */
function placesOf(series: Float64Array, offsets: Uint32Array): Uint32Array {
  const next = offsets.slice();
  const order = new Uint32Array(series.length);
  series.forEach((index, row) => {
    const place = next[index] as number;
    order[place] = row;
    next[index] = place + 1;
  });
  return order;
}

function isRising(rows: Uint32Array, times: Float64Array): boolean {
  for (let place = 1; place < rows.length; place++) {
    if (!((times[rows[place - 1] as number] as number) < (times[rows[place] as number] as number)))
      return false;
  }
  return true;
}

function refuseFirst(
  rows: Uint32Array,
  times: Float64Array,
  onUnordered: OrderOptions['onUnordered'],
  onTwice: OrderOptions['onTwice'],
): void {
  for (let place = 1; place < rows.length; place++) {
    const [before, after] = [rows[place - 1] as number, rows[place] as number];
    if (times[before] === times[after]) onTwice(before, after);
    if ((times[before] as number) > (times[after] as number)) onUnordered(before, after);
  }
}
