/**
 * The colours of pages and charts, in light and in dark. A chart names them as CSS custom properties, so that one SVG serves
 * both. Series follow Okabe and Ito, shifted until each has a
 * contrast of 3 on its background and the first four differ for eyes that lack a kind of cone.
 */
import { contrast } from './contrast.js';

export type Theme = 'light' | 'dark';

type Pair = readonly [light: string, dark: string];

const series: readonly Pair[] = [
  ['#0072b2', '#4da3e0'],
  ['#d55e00', '#f0803c'],
  ['#3d444d', '#e6e8eb'],
  ['#00997a', '#2dbe93'],
  ['#7a2f6b', '#f0b3d8'],
  ['#6a3d00', '#f0e442'],
  ['#3b8fc4', '#9bd2f5'],
  ['#857400', '#e6b022'],
];

/** From little to much. */
const sequential: readonly Pair[] = [
  ['#f3f8fd', '#17212b'],
  ['#deebf7', '#1b3347'],
  ['#c6dbef', '#1f4766'],
  ['#9ecae1', '#235c87'],
  ['#6baed6', '#2a73a8'],
  ['#4a97c9', '#4f98cc'],
  ['#2171b5', '#6caedb'],
  ['#08519c', '#9ccbec'],
  ['#08306b', '#d2e9fa'],
];

/** From far below the middle to far above it. */
const diverging: readonly Pair[] = [
  ['#8c2d04', '#ffc9a3'],
  ['#b34a13', '#f09a63'],
  ['#d97a3f', '#cf6f34'],
  ['#eda878', '#984a1b'],
  ['#f7d6bd', '#5a3018'],
  ['#f4f4f4', '#22262b'],
  ['#cfe1f2', '#173a55'],
  ['#93c4e5', '#1f5a87'],
  ['#5aa5d4', '#3d8cc6'],
  ['#2171b5', '#6fb3e0'],
  ['#084081', '#b9dcf5'],
];

const darkInk = '#14171a';
const whiteInk = '#ffffff';

/** Of the two inks, the one that is read better on this colour. */
function inkOn(color: string): string {
  return contrast(darkInk, color) >= contrast(whiteInk, color) ? darkInk : whiteInk;
}

function numbered(name: string, pairs: readonly Pair[]): [string, Pair][] {
  return pairs.map((pair, index) => [`${name}-${index}`, pair]);
}

function inks(name: string, pairs: readonly Pair[]): [string, Pair][] {
  return pairs.map(([light, dark], index) => [`${name}-ink-${index}`, [inkOn(light), inkOn(dark)]]);
}

/** Every colour by its name. */
export const colors: Readonly<Record<string, Pair>> = Object.fromEntries([
  ['background', ['#ffffff', '#14171a']],
  ['surface', ['#f6f7f9', '#1c2024']],
  ['ink', ['#1b1f24', '#e6e8eb']],
  ['muted', ['#56606b', '#a3abb4']],
  ['rule', ['#d5dae0', '#353b42']],
  ['grid', ['#e6e9ed', '#282d33']],
  ['axis', ['#868f99', '#6b747d']],
  ['accent', ['#0b5c94', '#6cb6ee']],
  ['warning', ['#9a4a00', '#f2a65a']],
  ['positive', ['#0072b2', '#4da3e0']],
  ['negative', ['#d55e00', '#f0803c']],
  ['missing', ['#d9dde2', '#3a4047']],
  ...numbered('series', series),
  ...numbered('sequential', sequential),
  ...inks('sequential', sequential),
  ...numbered('diverging', diverging),
  ...inks('diverging', diverging),
] as [string, Pair][]);

/** How many series have a colour of their own. */
export const seriesColors: number = series.length;

/** A colour as markup names it: `var(--report-ink, #1b1f24)`, with the light one where no page defines it. */
export function color(name: string): string {
  const pair = colors[name];
  if (!pair) throw new TypeError(`internal: no colour is called ${name}`);
  return `var(--report-${name}, ${pair[0]})`;
}

/** All steps of a scale. */
export function steps(name: 'sequential' | 'diverging', ink = false): string[] {
  const { length } = name === 'sequential' ? sequential : diverging;
  return Array.from({ length }, (_, index) => color(`${name}${ink ? '-ink' : ''}-${index}`));
}

/** The custom properties of a theme, as CSS declarations. */
export function colorDeclarations(theme: Theme): string {
  return Object.entries(colors)
    .map(([name, [light, dark]]) => `--report-${name}:${theme === 'light' ? light : dark}`)
    .join(';');
}

/** Markup whose custom properties are replaced by the colours of one theme, for what does not read CSS. */
export function resolveColors(markup: string, theme: Theme): string {
  return markup.replace(/var\(--report-([\w-]+), #[0-9a-f]{6}\)/g, (whole, name: string) => {
    const pair = colors[name];
    return pair ? pair[theme === 'light' ? 0 : 1] : whole;
  });
}
