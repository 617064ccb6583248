/** Charts outside pages: an SVG file with its title, and a PNG. */
import { knownOptions, pickOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import { escapeMarkup } from '../text/clean.js';
import { color, resolveColors, type Theme } from '../theme/colors.js';
import type { Chart } from './chart.js';
import { textWidth } from './text-width.js';

export interface StandaloneOptions {
  /** @default 'light' */
  readonly theme?: Theme;
  /**
   * The drawing for narrow columns.
   * @default false
   */
  readonly isNarrow?: boolean;
}

export interface PngOptions extends StandaloneOptions {
  /**
   * Of the picture, in px.
   * @default 1520, twice the drawing's
   */
  readonly widthPixels?: number;
}

const [margin, lineHeight, titleSize] = [16, 20, 15];

/**
 * A chart as an SVG file of its own: title above, notes below, colours of one theme on its background.
 *
 * @example
 * const chart = await barChart({
 *   title: 'Errors',
 *   alt: 'Model A errs least.',
 *   categories: ['A', 'B'],
 *   series: [{ name: 'MASE', values: [0.8, 1.1] }],
 *   valueAxis: { label: 'MASE', unit: 'none' },
 * });
 * console.log(toSvg(chart).startsWith('<svg xmlns="http://www.w3.org/2000/svg"')); // → true
 */
export function toSvg(chart: Chart, options: StandaloneOptions = {}): string {
  const { theme = 'light', isNarrow = false } = knownOptions('toSvg', options, 'theme isNarrow');
  const inner = isNarrow ? chart.narrowSvg : chart.svg;
  const [, , width = 0, height = 0] = (/viewBox="([^"]*)"/.exec(inner)?.[1] ?? '').split(' ').map(Number);
  const titles = lines(chart.title, width, titleSize);
  const notes = lines(chart.notes.join(' '), width, 12);
  const top = margin + titles.length * lineHeight + 6;
  const total = top + height + (notes.length > 0 ? 8 + notes.length * 17 : 0) + margin;
  const text = (line: string, y: number, style: string) =>
    `<text x="${margin}" y="${y}" ${style}>${escapeMarkup(line)}</text>`;
  const parts = [
    `<rect width="100%" height="100%" fill="${color('background')}"/>`,
    ...titles.map((line, index) =>
      text(
        line,
        margin + 14 + index * lineHeight,
        `font-size="${titleSize}" font-weight="600" fill="${color('ink')}"`,
      ),
    ),
    inner
      .replace('<svg ', `<svg x="${margin}" y="${top}" width="${width}" height="${height}" `)
      .replace(/ data-hover="[^"]*"/, ''),
    ...notes.map((line, index) =>
      text(line, top + height + 20 + index * 17, `font-size="12" fill="${color('muted')}"`),
    ),
  ];
  const fonts = / font-family="[^"]*"/.exec(inner)?.[0] ?? '';
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 2 * margin} ${total}" width="${width + 2 * margin}" height="${total}"${fonts} role="img" aria-label="${escapeMarkup(chart.alt)}">`;
  return resolveColors(`${open}${parts.join('')}</svg>`, theme);
}

/**
 * A chart as a PNG picture. It takes `sharp`, which is installed beside this package by those who need it, and a font on the
 * machine.
 *
 * @throws {@link ReportError} where sharp is not installed, or the width is not from 16 to 16,384
 *
 * @example
 * const chart = await histogram({
 *   title: 'Returns',
 *   alt: 'Most are near zero.',
 *   values: [-1, 0, 0, 1],
 *   xAxis: { label: 'Return', unit: '%' },
 * });
 * const png = await toPng(chart, { theme: 'dark' });
 * console.log(png.subarray(1, 4).toString()); // → 80,78,71
 */
export async function toPng(chart: Chart, options: PngOptions = {}): Promise<Uint8Array> {
  const { widthPixels = 1520 } = knownOptions('toPng', options, 'widthPixels theme isNarrow');
  if (!Number.isInteger(widthPixels) || widthPixels < 16 || widthPixels > 16384)
    throw new ReportError(
      'toPng',
      `widthPixels: expected a whole number from 16 to 16384, got ${widthPixels}`,
    );
  const svg = toSvg(chart, pickOptions(options, 'theme isNarrow'));
  const sharp = await loadSharp();
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1] ?? widthPixels);
  const picture = sharp(Buffer.from(svg), { density: Math.min(2400, (72 * widthPixels) / width) });
  return new Uint8Array(await picture.resize({ width: widthPixels }).png().toBuffer());
}

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new ReportError('toPng', 'sharp is not installed; npm install sharp@0.35.5 beside this package', {
      cause,
    });
  }
}

/** Words in lines that fit. */
function lines(text: string, width: number, fontSize: number): string[] {
  const found: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const longer = found.length === 0 ? word : `${found.at(-1)} ${word}`;
    if (found.length > 0 && textWidth(longer, fontSize) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}
