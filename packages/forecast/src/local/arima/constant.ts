/** Whether nothing varies but by rounding. */
export function isConstant(y: Float64Array): boolean {
  const size = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return y.every((value) => Math.abs(value - (y[0] as number)) <= 1e-14 * size);
}
