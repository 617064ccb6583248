/** Numbers and counts as people read them. */

/** Numbers of one table with the same decimals, such that the largest has five digits. */
export function numberFormat(values: Iterable<number>): (value: number) => string {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  // What is left of sums that cancel is shown as zero.
  if (largest < 1e-12) largest = 0;
  const decimals = Math.min(8, Math.max(0, 4 - Math.floor(Math.log10(largest || 1))));
  return (value) => {
    if (!Number.isFinite(value)) return '–';
    return largest < 1e15 ? value.toFixed(decimals) : value.toExponential(4);
  };
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
