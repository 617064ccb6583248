/** Sums that lose nothing: what metrics add up, and in pieces as well. */

/** A sum with its rounding error carried along (Neumaier), so that the order of the rows does not show. */
export interface Sum {
  total: number;
  lost: number;
}

export function emptySum(): Sum {
  return { total: 0, lost: 0 };
}

export function addTo(sum: Sum, value: number): void {
  const next = sum.total + value;
  sum.lost += Math.abs(sum.total) >= Math.abs(value) ? sum.total - next + value : value - next + sum.total;
  sum.total = next;
}

export function mergeSums(into: Sum, from: Sum): void {
  addTo(into, from.total);
  into.lost += from.lost;
}

export function sumValue(sum: Sum): number {
  return sum.total + sum.lost;
}

/** The sum of a column. */
export function sumOf(values: Iterable<number>): number {
  const sum = emptySum();
  for (const value of values) addTo(sum, value);
  return sumValue(sum);
}

/** The weighted mean of a column; weights of `undefined` count 1. */
export function meanOf(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const sum = emptySum();
  const weight = emptySum();
  for (let row = 0; row < values.length; row++) {
    addTo(sum, (values[row] ?? 0) * (weights?.[row] ?? 1));
    addTo(weight, weights?.[row] ?? 1);
  }
  return sumValue(sum) / sumValue(weight);
}

/**
 * Weighted means, squared deviations and their product of two columns, gathered in one pass
 * (Welford 1962; merged as in Chan, Golub and LeVeque 1979).
 */
export interface CoMoments {
  weight: number;
  meanX: number;
  meanY: number;
  /** Σ w (x - mean x)². */
  squaresX: number;
  squaresY: number;
  /** Σ w (x - mean x)(y - mean y). */
  products: number;
}

export function emptyCoMoments(): CoMoments {
  return { weight: 0, meanX: 0, meanY: 0, squaresX: 0, squaresY: 0, products: 0 };
}

export function mergeCoMoments(into: CoMoments, from: CoMoments): void {
  if (from.weight === 0) return;
  const weight = into.weight + from.weight;
  const [deltaX, deltaY] = [from.meanX - into.meanX, from.meanY - into.meanY];
  const share = (into.weight * from.weight) / weight;
  into.squaresX += from.squaresX + deltaX * deltaX * share;
  into.squaresY += from.squaresY + deltaY * deltaY * share;
  into.products += from.products + deltaX * deltaY * share;
  into.meanX += (deltaX * from.weight) / weight;
  into.meanY += (deltaY * from.weight) / weight;
  into.weight = weight;
}

/** The moments of whole columns, in two passes: means first, then deviations from them. */
export function coMomentsOf(x: ArrayLike<number>, y: ArrayLike<number>, weights?: Float64Array): CoMoments {
  const [meanX, meanY] = [meanOf(x, weights), meanOf(y, weights)];
  const [squaresX, squaresY, products, weight] = [emptySum(), emptySum(), emptySum(), emptySum()];
  for (let row = 0; row < x.length; row++) {
    const [dx, dy, w] = [(x[row] ?? 0) - meanX, (y[row] ?? 0) - meanY, weights?.[row] ?? 1];
    addTo(squaresX, w * dx * dx);
    addTo(squaresY, w * dy * dy);
    addTo(products, w * dx * dy);
    addTo(weight, w);
  }
  return {
    weight: sumValue(weight),
    meanX,
    meanY,
    squaresX: sumValue(squaresX),
    squaresY: sumValue(squaresY),
    products: sumValue(products),
  };
}
