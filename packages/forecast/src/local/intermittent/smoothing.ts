/** What the models of intermittent demand are made of: simple smoothing, demands, and the steps between them. */

/** Least and largest weight that is tried, as in statsforecast. */
const [leastAlpha, largestAlpha] = [0.1, 0.3];

/** ℓ += α (x - ℓ), from ℓ = x[0]: the forecast before each value, and the one behind the last. */
export function smoothed(values: Float64Array, alpha: number): Float64Array {
  const levels = new Float64Array(values.length + 1).fill(Number.NaN);
  if (values.length === 0) return levels;
  levels[1] = values[0] as number;
  for (let index = 1; index < values.length; index++) {
    levels[index + 1] = alpha * (values[index] as number) + (1 - alpha) * (levels[index] as number);
  }
  return levels;
}

/** The forecast behind the last value. */
export function smoothedLast(values: Float64Array, alpha: number): number {
  return smoothed(values, alpha)[values.length] as number;
}

/** The α in [0.1, 0.3] with the least squared error, by golden sections. */
export function bestAlpha(values: Float64Array): number {
  const ratio = (Math.sqrt(5) + 1) / 2;
  let [low, high] = [leastAlpha, largestAlpha];
  let [left, right] = [high - (high - low) / ratio, low + (high - low) / ratio];
  let [atLeft, atRight] = [squaredError(values, left), squaredError(values, right)];
  while (high - low >= 1e-12 && atLeft !== atRight) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - (high - low) / ratio;
      atLeft = squaredError(values, left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + (high - low) / ratio;
      atRight = squaredError(values, right);
    }
  }
  return (low + high) / 2;
}

function squaredError(values: Float64Array, alpha: number): number {
  let level = values[0] ?? 0;
  let sum = 0;
  for (let index = 1; index < values.length; index++) {
    level = alpha * (values[index - 1] as number) + (1 - alpha) * level;
    sum += ((values[index] as number) - level) ** 2;
  }
  return sum;
}

/** Values above zero. */
export function demandsOf(y: Float64Array): Float64Array {
  return y.filter((value) => value > 0);
}

/** Steps from one demand to the next; the first counts from before the series. */
export function intervalsOf(y: Float64Array): Float64Array {
  const places = Array.from(y.keys()).filter((row) => (y[row] as number) > 0);
  return Float64Array.from(places, (place, index) => place - (places[index - 1] ?? -1));
}

/** Forecasts after each demand, spread over the rows: what is known before row t; NaN before the first demand. */
export function heldFrom(y: Float64Array, levels: Float64Array): Float64Array {
  let seen = 0;
  return y.map((value) => {
    const level = levels[seen] as number;
    if (value > 0) seen++;
    return level;
  });
}

/** Sums of `size` values each, the last one ending with the series; what is left over at its begin is dropped. */
export function chunkSums(y: Float64Array, size: number): Float64Array {
  const count = Math.floor(y.length / size);
  const start = y.length - count * size;
  return Float64Array.from({ length: count }, (_, chunk) => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += y[start + chunk * size + index] as number;
    return sum;
  });
}

/** Mean steps between demands as a number of steps, halves going to the even one, as in Python. */
export function meanInterval(y: Float64Array): number {
  const intervals = intervalsOf(y);
  const mean = intervals.reduce((sum, value) => sum + value, 0) / intervals.length;
  const rounded = Math.round(mean);
  return mean % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
