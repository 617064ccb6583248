import { describe, expect, test } from 'vitest';
import { colors, seriesColors, type Theme } from './colors.js';
import { contrast, linearRgb } from './contrast.js';

const themes: readonly Theme[] = ['light', 'dark'];
const colorOf = (name: string, theme: Theme) => colors[name]?.[theme === 'light' ? 0 : 1] ?? '';

describe('contrast', () => {
  test('is 21 of black and white, and 4.54 of #767676 on white (WCAG, G18)', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });

  test.each(themes)('%s: text has 4.5, marks have 3', (theme) => {
    for (const text of ['ink', 'muted', 'accent', 'warning'])
      for (const ground of ['background', 'surface'])
        expect(
          contrast(colorOf(text, theme), colorOf(ground, theme)),
          `${text} on ${ground}`,
        ).toBeGreaterThan(4.5);
    const marks = [
      ...Array.from({ length: seriesColors }, (_, index) => `series-${index}`),
      'positive',
      'negative',
      'axis',
    ];
    for (const mark of marks)
      expect(contrast(colorOf(mark, theme), colorOf('background', theme)), mark).toBeGreaterThan(3);
    for (const [scale, length] of [
      ['sequential', 9],
      ['diverging', 11],
    ] as const)
      for (let step = 0; step < length; step++)
        expect(
          contrast(colorOf(`${scale}-${step}`, theme), colorOf(`${scale}-ink-${step}`, theme)),
          `${scale} ${step}`,
        ).toBeGreaterThan(4.5);
    expect(contrast(colorOf('missing', theme), colorOf('ink', theme))).toBeGreaterThan(4.5);
  });
});

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const deficiencies = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

/** Björn Ottosson's Oklab, of linear RGB. */
function oklab([red, green, blue]: readonly number[]): number[] {
  const [r, g, b] = [red, green, blue] as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(color: string, matrix: readonly number[]): number[] {
  const rgb = linearRgb(color);
  const row = (at: number) =>
    Math.max(
      0,
      rgb.reduce((sum, each, index) => sum + each * (matrix[at + index] as number), 0),
    );
  return oklab([row(0), row(3), row(6)]);
}

describe.each(Object.entries(deficiencies))('%s', (_, matrix) => {
  test.each(themes)('%s: the first four series, and negative and positive, are told apart', (theme) => {
    const apart = (a: string, b: string) =>
      Math.hypot(
        ...seen(colorOf(a, theme), matrix).map(
          (each, index) => each - (seen(colorOf(b, theme), matrix)[index] as number),
        ),
      );
    expect(apart('positive', 'negative')).toBeGreaterThan(0.1);
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < a; b++)
        expect(apart(`series-${a}`, `series-${b}`), `${a} and ${b}`).toBeGreaterThan(0.08);
  });
});
