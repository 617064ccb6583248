/** A straight line through points. */

export interface FittedLine {
  readonly intercept: number;
  readonly slope: number;
  /** 1 - Σ (y - a - b x)² / Σ (y - ȳ)²; 1 where all y are one number. */
  readonly rSquared: number;
}

/** y = a + b x by least squares; undefined where all x are one number. */
export function fitLine(
  points: readonly { readonly x: number; readonly y: number }[],
): FittedLine | undefined {
  const { length } = points;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (length < 2 || xx === 0) return undefined;
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, rSquared: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}
