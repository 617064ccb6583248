/** A line as tall as a line of text. */
import { readValues } from '../charts/checks.js';
import { thin } from '../charts/thin.js';
import { escapeMarkup } from '../text/clean.js';
import { formatNumber } from '../text/numbers.js';
import { color } from '../theme/colors.js';
import type { Sparkline } from './blocks.js';

const [width, height, margin] = [110, 24, 3];
const mostSparks = 220;

/** An SVG of 110 × 24 px: the line from the least value at the bottom to the greatest at the top, its last value a dot. */
export function sparklineSvg({ sparkline, alt }: Sparkline): string {
  const values = readValues('sparkline', 'sparkline', sparkline);
  const known = values.filter((value) => !Number.isNaN(value));
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  const text =
    alt ??
    (known.length === 0
      ? 'no values'
      : `from ${formatNumber(known[0] as number)} to ${formatNumber(known.at(-1) as number)}, least ${formatNumber(least)}, greatest ${formatNumber(greatest)}`);
  const x = (index: number) => margin + (index * (width - 2 * margin)) / Math.max(1, values.length - 1);
  const y = (value: number) =>
    greatest > least
      ? height - margin - ((value - least) / (greatest - least)) * (height - 2 * margin)
      : height / 2;
  let [path, isBroken, last] = ['', true, ''];
  for (const index of thin(values, mostSparks)) {
    const value = values[index] as number;
    if (Number.isNaN(value)) {
      isBroken = true;
      continue;
    }
    const place = `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
    // A step of no length shows a value between two gaps as a dot.
    path += isBroken ? `M${place}h0` : `L${place}`;
    [isBroken, last] = [false, place];
  }
  const [cx, cy] = last.split(',');
  const dot = last === '' ? '' : `<circle cx="${cx}" cy="${cy}" r="2.2" fill="${color('series-1')}"/>`;
  const line = `<path d="${path}" fill="none" stroke="${color('series-0')}" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="sparkline" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(text)}">${line}${dot}</svg>`;
}
