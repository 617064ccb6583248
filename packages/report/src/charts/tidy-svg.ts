/**
 * Vega's SVG made ours: an image with one text, no frames without ink, short numbers, what pointing shows. It reads the output
 * of Vega's own writer, which escapes `<`, `>`, `&` and `"` everywhere; nothing else may come here.
 */
import { escapeMarkup } from '../text/clean.js';
import { fontFamily, fontSize } from './vega-config.js';

/** For each place along x, in px of the drawing, the line that is shown there. */
export type Hover = readonly (readonly [x: number, text: string])[];

export interface TidyOptions {
  readonly alt: string;
  readonly tips: readonly string[];
  readonly hover?: Hover;
}

/** Layers whose name begins so stand for values; they become groups of `class="data"`. */
export const dataLayer = 'data';

const tag = /<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"]*")*)(\/?)>/g;
const attribute = / ([\w:-]+)="([^"]*)"/g;
const kept = /^(?!role$|aria-|class$|pointer-events$|xmlns|version$|font-family$)/;
const isDefault: Readonly<Record<string, string>> = {
  opacity: '1',
  'stroke-width': '1',
  'text-anchor': 'start',
  'font-size': `${fontSize}px`,
};

export function tidySvg(svg: string, { alt, tips, hover }: TidyOptions): string {
  const body = svg.replace(tag, (whole, closing: string, name: string, attributes: string, empty: string) => {
    if (closing === '/') return whole;
    if (name === 'svg') return openSvg(attributes, alt, hover);
    return openTag(name, attributes, empty === '/', tips);
  });
  return withoutEmptyGroups(body);
}

function openSvg(attributes: string, alt: string, hover: Hover | undefined): string {
  const viewBox = /viewBox="([^"]*)"/.exec(attributes)?.[1] ?? '';
  const places = hover && hover.length > 0 ? ` data-hover="${escapeMarkup(JSON.stringify(hover))}"` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="${viewBox}" font-family="${escapeMarkup(fontFamily)}" font-size="${fontSize}" role="img" aria-label="${escapeMarkup(alt)}"${places}>`;
}

function openTag(name: string, attributes: string, isEmpty: boolean, tips: readonly string[]): string {
  const isFrame = / class="(background|foreground)"/.test(attributes);
  const hasInk = / (fill|stroke)="/.test(attributes) && !/ display="none"/.test(attributes);
  if (isFrame && isEmpty && !hasInk) return '';
  let [text, tip] = ['', ''];
  for (const [, key = '', value = ''] of attributes.matchAll(attribute)) {
    if (key === 'aria-label') tip = tips[Number(value)] ?? '';
    if (key === 'class') text += dataClass(value);
    if (kept.test(key) && isDefault[key] !== value) text += ` ${key}="${shortened(key, value)}"`;
  }
  const title = tip === '' ? '' : `<title>${escapeMarkup(tip)}</title>`;
  if (!isEmpty) return `<${name}${text}>${title}`;
  return title === '' ? `<${name}${text}/>` : `<${name}${text}>${title}</${name}>`;
}

/** Of Vega's class `mark-line role-mark data_0_marks`: what counts a chart's marks. */
function dataClass(value: string): string {
  const names = value.split(' ');
  if (!names.some((each) => each.startsWith(`${dataLayer}_`) && each.endsWith('_marks'))) return '';
  return ` class="data" data-kind="${names[0]?.replace('mark-', '')}"`;
}

/** Two decimals of a px are enough. */
function shortened(key: string, value: string): string {
  if (key !== 'transform' && key !== 'd') return value;
  return value.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
}

function withoutEmptyGroups(svg: string): string {
  let [before, after] = ['', svg];
  while (before !== after) {
    before = after;
    after = before
      .replace(/<g(?: transform="[^"]*")?><\/g>/g, '')
      .replace(/<g(?: transform="[^"]*")?\/>/g, '');
  }
  return after;
}
