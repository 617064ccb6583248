/** Shares as per cent. */

export function percent(share: number, digits: number): string {
  return (100 * share).toFixed(digits);
}
