/** Ratios in words: which side is smaller or faster, never a number below 1 that says the opposite. */

/** `2.5 times smaller`, `1.28 times larger`, or `as large as before`. */
export function sizeText(beforeBytes: number, afterBytes: number): string {
  return ratioText(beforeBytes, afterBytes, 'smaller', 'larger', 'as large as before');
}

/** `1.4 times as fast`, `1.25 times slower`, or `as fast as before`. */
export function speedText(beforeMs: number, afterMs: number): string {
  return ratioText(beforeMs, afterMs, 'faster', 'slower', 'as fast as before');
}

function ratioText(before: number, after: number, less: string, more: string, same: string): string {
  const ratio = Math.max(before, after) / Math.min(before, after);
  // Below that it is noise.
  if (!(ratio >= 1.02)) return same;
  return `${Number(ratio.toPrecision(3))} times ${after < before ? less : more}`;
}
