/** Parameters of a GARCH as a box: the persistence and how it is shared out, so that no limit of the model slants. */
import type { GarchOrder, GarchParameters } from './garch-recursion.js';

/** Parts that may not be negative and sum to the persistence: α/2 and (α + γ)/2 (or α, or γ/2) of each lag, then β. */
function countParts({ p, o, q }: GarchOrder): number {
  return p + o + q;
}

/** Numbers of the box: ω / variance, persistence, and shares of what is left, each from 0 to 1 but the first. */
export function countShares(order: GarchOrder): number {
  return 1 + countParts(order);
}

export function parametersOf(order: GarchOrder, box: Float64Array, variance: number): GarchParameters {
  const { p, o, q } = order;
  const parts: number[] = [];
  let left = box[1] as number;
  for (let part = 0; part < countParts(order); part++) {
    const isLast = part === countParts(order) - 1;
    const amount = isLast ? left : left * (box[part + 2] as number);
    parts.push(amount);
    left -= amount;
  }
  // Backwards: β, which is most, has the first share.
  const beta = parts.slice(0, q);
  const rest = parts.slice(q);
  const alpha: number[] = [];
  const gamma: number[] = [];
  for (let lag = 0, at = 0; lag < Math.max(p, o); lag++) {
    if (lag < p && lag < o) {
      const [gains, losses] = [2 * (rest[at] as number), 2 * (rest[at + 1] as number)];
      alpha.push(gains);
      gamma.push(losses - gains);
      at += 2;
    } else if (lag < p) alpha.push(rest[at++] as number);
    else gamma.push(2 * (rest[at++] as number));
  }
  return { omega: (box[0] as number) * variance, alpha, gamma, beta };
}

export function boxOf(order: GarchOrder, parameters: GarchParameters, variance: number): Float64Array {
  const { p, o } = order;
  const { omega, alpha, gamma, beta } = parameters;
  const parts = [...beta];
  for (let lag = 0; lag < Math.max(p, o); lag++) {
    const [a, g] = [alpha[lag] ?? 0, gamma[lag] ?? 0];
    if (lag < p && lag < o) parts.push(a / 2, (a + g) / 2);
    else parts.push(lag < p ? a : g / 2);
  }
  const persistence = parts.reduce((sum, part) => sum + part, 0);
  const box = new Float64Array(countShares(order));
  box[0] = omega / variance;
  box[1] = persistence;
  let left = persistence;
  for (let part = 0; part < parts.length - 1; part++) {
    const amount = parts[part] as number;
    box[part + 2] = left > 0 ? Math.min(1, Math.max(0, amount / left)) : 0;
    left -= amount;
  }
  return box;
}
