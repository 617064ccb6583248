/** Fewer points for long lines, such that no extreme is lost. */

import { countText } from '../text/numbers.js';

/** Lines with more points than this are thinned. */
export const mostPoints = 2000;

/**
 * Indices of at most `most` values: the least and the greatest of each of most / 2 equal stretches, in order, and both ends. A
 * stretch with gaps keeps one in place, so a gap stays one.
 *
 * @param values - NaN is a gap
 */
export function thin(values: readonly number[], most: number = mostPoints): number[] {
  const { length } = values;
  if (length <= most) return Array.from(values.keys());
  const stretches = Math.floor(most / 2) - 1;
  const kept = new Set([0, length - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const end = Math.floor(((stretch + 1) * length) / stretches);
    let [least, greatest, gap] = [-1, -1, -1];
    for (let index = Math.floor((stretch * length) / stretches); index < end; index++) {
      const value = values[index] as number;
      if (Number.isNaN(value)) {
        gap = index;
        continue;
      }
      if (least < 0 || value < (values[least] as number)) least = index;
      if (greatest < 0 || value > (values[greatest] as number)) greatest = index;
    }
    for (const index of [least, greatest, gap]) if (index >= 0) kept.add(index);
  }
  return [...kept].sort((a, b) => a - b);
}

/** What a reader is told of thinned lines, each given as its values and the drawn ones. */
export function thinningNote(lines: readonly (readonly [values: number, drawn: number])[]): string[] {
  if (lines.length === 0) return [];
  const [values, drawn] = [0, 1].map((which) =>
    lines.reduce((sum, line) => sum + (line[which] as number), 0),
  ) as [number, number];
  return [
    `${countText(values, 'value')} are drawn as ${drawn.toLocaleString('en')}: the least and the greatest of equal stretches, so that no extreme is lost.`,
  ];
}
