// Names and numbers as strangers' data have them, through every kind of chart.

import { parseFragment } from 'parse5';
import { afterEach, describe, expect, test } from 'vitest';
import { attributeOf, dataMarks, textsOf } from '../../test/parsed.js';
import {
  barChart,
  boxChart,
  type Chart,
  confusionMatrix,
  drawdownChart,
  heatMap,
  histogram,
  lineChart,
  paretoChart,
  reliabilityChart,
  rocChart,
  scatterChart,
  stackedAreaChart,
} from '../index.js';
import { complaints } from './draw.js';
import { logTicks } from './vega-config.js';

afterEach(() => expect(complaints.splice(0)).toEqual([]));

const text = { title: 'What is shown', alt: 'What it shows.' };
const axis = { label: 'Value', unit: 'none' };

const charts: Readonly<Record<string, (names: readonly string[], unit: number) => Promise<Chart>>> = {
  lineChart: (names, unit) =>
    lineChart({
      ...text,
      x: [1, 2],
      xAxis: axis,
      yAxis: axis,
      lines: names.map((name, at) => ({ name, values: [at * unit, (at + 1) * unit] })),
    }),
  scatterChart: (names, unit) =>
    scatterChart({
      ...text,
      x: names.map((_, at) => at * unit),
      y: names.map((_, at) => -at * unit),
      groups: names,
      fit: 'line',
      xAxis: axis,
      yAxis: axis,
    }),
  'barChart, series': (names, unit) =>
    barChart({
      ...text,
      categories: ['x', 'y'],
      series: names.map((name, at) => ({ name, values: [(at + 1) * unit, (at + 2) * unit] })),
      valueAxis: axis,
    }),
  'barChart, categories': (names, unit) =>
    barChart({
      ...text,
      categories: names,
      series: [{ name: 'constructor', values: names.map((_, at) => (at + 1) * unit) }],
      valueAxis: axis,
    }),
  boxChart: (names, unit) =>
    boxChart({
      ...text,
      groups: names.map((name, at) => ({ name, values: [1, 2, 3, 4 + at].map((value) => value * unit) })),
      valueAxis: axis,
    }),
  heatMap: (names, unit) =>
    heatMap({
      ...text,
      rows: names,
      columns: names,
      values: names.map((_, i) => names.map((__, j) => (i + j) * unit)),
      value: axis,
    }),
  confusionMatrix: (names) =>
    confusionMatrix({ ...text, classes: names, counts: names.map((_, i) => names.map((__, j) => i + j)) }),
  stackedAreaChart: (names, unit) =>
    stackedAreaChart({
      ...text,
      x: [1, 2],
      series: names.map((name, at) => ({ name, values: [(at + 1) * unit, (at + 2) * unit] })),
      yAxis: axis,
    }),
  drawdownChart: (names, unit) =>
    drawdownChart({
      ...text,
      x: [1, 2],
      series: names.map((name, at) => ({ name, values: [(at + 2) * unit, (at + 1) * unit] })),
    }),
  paretoChart: (names, unit) =>
    paretoChart({
      ...text,
      x: names.map((_, at) => at * unit),
      y: names.map((_, at) => at * unit),
      names,
      xAxis: { ...axis, better: 'lower' },
      yAxis: { ...axis, better: 'higher' },
    }),
  rocChart: (names) =>
    rocChart({
      ...text,
      curves: names.map((name) => ({ name, falsePositiveRate: [0, 0.5, 1], truePositiveRate: [0, 0.7, 1] })),
    }),
  reliabilityChart: (names) =>
    reliabilityChart({
      ...text,
      curves: names.map((name) => ({ name, predicted: [0.2, 0.8], observed: [0.3, 0.7] })),
    }),
};

describe.each(Object.entries(charts))('%s', (kind, chartOf) => {
  test.each([[['__proto__', 'constructor', 'toString', 'a.b']], [['valueOf', 'length', 'a[0]', "it's"]]])(
    'shows %j as they are',
    async (names) => {
      const chart = await chartOf(names, 1);
      for (const svg of [chart.svg, chart.narrowSvg]) {
        const shown = textsOf(parseFragment(svg));
        // A curve's entry goes on with its area.
        for (const name of names)
          expect(
            shown.some((one) => one === name || one.startsWith(`${name} `)),
            name,
          ).toBe(true);
        expect(shown.join(' ')).not.toMatch(/undefined|NaN|\ufdd0/);
        // No two marks lie on each other.
        const marks = dataMarks(svg).map((one) => attributeOf(one, 'd') + attributeOf(one, 'transform'));
        if (/heatMap|barChart/.test(kind)) expect(new Set(marks).size).toBe(marks.length);
      }
    },
  );

  test('keeps names apart that differ in blanks, and shows the empty one', async () => {
    // The names of single points are labels, which nothing is told apart by.
    if (kind === 'paretoChart') return;
    const shown = textsOf(parseFragment((await chartOf(['a', 'a ', ''], 1)).svg));
    for (const name of ['"a"', '"a "', '""'])
      expect(
        shown.some((one) => one === name || one.startsWith(`${name} `)),
        name,
      ).toBe(true);
  });

  test.each([1e-9, 1e9])('draws numbers of the size of %s', async (unit) => {
    const { svg, counts } = await chartOf(['a', 'b', 'c'], unit);
    expect(counts.missing).toBe(0);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('small steps on a high level have ticks that can be told apart', async () => {
  const values = [1_000_000_001, 1_000_000_004, 1_000_000_009];
  const { svg } = await lineChart({
    ...text,
    x: [1, 2, 3],
    xAxis: axis,
    yAxis: axis,
    lines: [{ name: 'a', values }],
  });
  const ticks = textsOf(parseFragment(svg)).filter((one) => /^1[,.]?0/.test(one));
  expect(ticks.length).toBeGreaterThan(2);
  expect(new Set(ticks).size).toBe(ticks.length);
});

test('a histogram of one value has a bin around it, of any size; values without a width are refused', async () => {
  for (const value of [1e-9, 5, 1e17]) {
    const chart = await histogram({ ...text, values: [value, value], xAxis: axis });
    expect(chart.notes[0]).toMatch(/^2 values in 1 bin of /);
    expect(chart.notes[0]).not.toContain('bin of 0');
  }
  await expect(histogram({ ...text, values: [-1e308, 0, 1e308], xAxis: axis })).rejects.toThrow(
    'values[0]: expected a finite number of at most 1e+300',
  );
});

describe('axes fit the data', () => {
  test('a logarithmic axis has round ticks within its values, however few decades they span', async () => {
    expect(logTicks(0.7, 2.15)).toEqual([1, 1.5, 2]);
    expect(logTicks(0.66, 2.9)).toEqual([1, 1.5, 2, 2.5]);
    expect(logTicks(0.4, 30)).toEqual([0.5, 1, 2, 5, 10, 20]);
    expect(logTicks(0.002, 3000)).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
    expect(logTicks(101, 109)).toEqual([102, 104, 106, 108]);
    const { svg } = await lineChart({
      ...text,
      x: [1, 2, 3],
      xAxis: axis,
      yAxis: { ...axis, scale: 'log' },
      lines: [{ name: 'a', values: [0.7, 1.4, 2.15] }],
    });
    const shown = textsOf(parseFragment(svg));
    expect(shown).toEqual(expect.arrayContaining(['1', '1.5', '2']));
    expect(shown).not.toContain('0.1');
    expect(shown).not.toContain('10');
    // The line fills nearly all of the height.
    const heights = [...attributeOf(dataMarks(svg)[0], 'd').matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(150);
  });

  test('a linear axis ends at a tick, and one of dates says where the data begin and end', async () => {
    const { svg } = await drawdownChart({
      ...text,
      x: ['2003-03-24', '2008-12-18', '2013-03-01'],
      series: [{ name: 'a', values: [1, 0.76, 0.9] }],
    });
    const shown = textsOf(parseFragment(svg));
    expect(shown).toContain('−25');
    expect(shown).toContain('2003-03-24 to 2013-03-01');
  });
});
