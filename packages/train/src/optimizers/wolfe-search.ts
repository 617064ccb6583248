/**
 * A step length along a direction that fulfils the strong Wolfe conditions: enough decrease, and a flatter slope.
 * Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6, with cubic interpolation as in minFunc and PyTorch.
 */

/** A function and its slope at a point of the line. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly gradient: Float64Array;
  /** Derivative along the direction. */
  readonly slope: number;
}

export type LineFunction = (step: number) => Promise<LinePoint>;

/** Decrease and flatness that are asked for. */
const sufficientDecrease = 1e-4;
const flatness = 0.9;
const mostEvaluations = 25;

/**
 * Finds a step from `start` on (step 0).
 * @param largestChange The largest absolute element of the direction.
 * @param toleranceChange A bracket that moves the parameters by less is not divided further.
 */
export async function wolfeSearch(
  at: LineFunction,
  start: LinePoint,
  firstStep: number,
  largestChange: number,
  toleranceChange: number,
): Promise<LinePoint> {
  let previous = start;
  let current = await at(firstStep);
  let evaluations = 1;
  let bracket: [LinePoint, LinePoint] | undefined;
  while (evaluations < mostEvaluations) {
    if (tooHigh(current, start) || (evaluations > 2 && current.value >= previous.value)) {
      bracket = [previous, current];
      break;
    }
    if (Math.abs(current.slope) <= -flatness * start.slope) return current;
    if (current.slope >= 0) {
      bracket = [previous, current];
      break;
    }
    const least = current.step + 0.01 * (current.step - previous.step);
    const next = cubicMinimum(previous, current, least, current.step * 10);
    previous = current;
    current = await at(next);
    evaluations++;
  }
  bracket ??= [start, current];
  return zoom(at, start, bracket, mostEvaluations - evaluations, largestChange, toleranceChange);
}

/** Narrows a bracket that holds a good step. */
async function zoom(
  at: LineFunction,
  start: LinePoint,
  [first, second]: [LinePoint, LinePoint],
  evaluations: number,
  largestChange: number,
  toleranceChange: number,
): Promise<LinePoint> {
  let [low, high] = first.value <= second.value ? [first, second] : [second, first];
  let stalled = false;
  for (let count = 0; count < evaluations; count++) {
    const [left, right] = [Math.min(low.step, high.step), Math.max(low.step, high.step)];
    const width = right - left;
    if (width * largestChange < toleranceChange) break;
    let step = cubicMinimum(low, high, left, right);
    // Close to an end twice, the interpolation makes no progress: move away from that end.
    const margin = 0.1 * width;
    const nearEnd = Math.min(right - step, step - left) < margin;
    if (nearEnd && (stalled || step >= right || step <= left)) {
      step = Math.abs(step - right) < Math.abs(step - left) ? right - margin : left + margin;
      stalled = false;
    } else stalled = nearEnd;
    const point = await at(step);
    if (tooHigh(point, start) || point.value >= low.value) {
      high = point;
      if (low.value > high.value) [low, high] = [high, low];
      continue;
    }
    if (Math.abs(point.slope) <= -flatness * start.slope) return point;
    if (point.slope * (high.step - low.step) >= 0) high = low;
    low = point;
  }
  return low;
}

function tooHigh(point: LinePoint, start: LinePoint): boolean {
  return !(point.value <= start.value + sufficientDecrease * point.step * start.slope);
}

/** Where the cubic through two points with their slopes has its minimum, kept within bounds. */
function cubicMinimum(a: LinePoint, b: LinePoint, least: number, most: number): number {
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const d1 = left.slope + right.slope - (3 * (left.value - right.value)) / (left.step - right.step);
  const squared = d1 * d1 - left.slope * right.slope;
  if (!(squared >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(squared);
  const share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  return Math.min(Math.max(right.step - (right.step - left.step) * share, least), most);
}
