import { parseFragment } from 'parse5';
import { afterEach, describe, expect, test } from 'vitest';
import { allElements, attributeOf, dataMarks, textsOf } from '../../test/parsed.js';
import type { Chart } from '../index.js';
import {
  barChart,
  boxChart,
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

afterEach(() => expect(complaints).toEqual([]));

const text = { title: 'What is shown', alt: 'What it shows.' };
const none = { label: 'Share', unit: 'none' };
const usd = { label: 'Price', unit: 'USD' };

/** Both drawings of a chart. */
const drawings = (chart: Chart) => [chart.svg, chart.narrowSvg];

/** Numbers of a path, two by two. */
const pointsOf = (path: string) =>
  [...path.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);

/** a + b x through the first two pairs must fit all others within a px. */
function expectLinear(values: readonly number[], pixels: readonly number[]): void {
  const slope =
    ((pixels[1] as number) - (pixels[0] as number)) / ((values[1] as number) - (values[0] as number));
  values.forEach((value, index) => {
    expect(pixels[index]).toBeCloseTo((pixels[0] as number) + slope * (value - (values[0] as number)), 0);
  });
}

describe('marks and scales', () => {
  test('a line has a vertex for each value, at the place that its value gives; a gap breaks it', async () => {
    const values = [3, 7, 5, Number.NaN, 4, 10];
    const chart = await lineChart({
      ...text,
      x: [0, 1, 2, 3, 4, 9],
      xAxis: { label: 'Day', unit: 'd' },
      yAxis: usd,
      lines: [{ name: 'a', values }],
    });
    expect(chart.counts).toEqual({ values: 5, missing: 1, drawn: 5 });
    expect(chart.notes.join(' ')).toContain('1 value is missing');
    for (const svg of drawings(chart)) {
      const path = attributeOf(dataMarks(svg)[0], 'd');
      expect(path.match(/M/g)).toHaveLength(2);
      const points = pointsOf(path);
      expectLinear(
        [0, 1, 2, 4, 9],
        points.map(([x]) => x),
      );
      expectLinear(
        [3, 7, 5, 4, 10],
        points.map(([, y]) => y),
      );
    }
  });

  test('bars begin at zero and are as long as their values, negative ones to the other side', async () => {
    const chart = await barChart({
      ...text,
      categories: ['a', 'b', 'c'],
      series: [{ name: 's', values: [2, -4, null] }],
      valueAxis: usd,
      diverging: true,
    });
    expect(chart.counts).toEqual({ values: 2, missing: 1, drawn: 2 });
    const [plus = '', minus = ''] = dataMarks(chart.svg).map((mark) => attributeOf(mark, 'd'));
    const span = (path: string) => {
      const [, x, h] = /M(-?[\d.]+),-?[\d.]+h(-?[\d.]+)/.exec(path) ?? [];
      return [Number(x), Number(h)] as const;
    };
    expect(span(minus)[1]).toBeCloseTo(2 * span(plus)[1], 0);
    expect(span(minus)[0] + span(minus)[1]).toBeCloseTo(span(plus)[0], 0);
  });

  test('points stand where both values say, and one without a value is said to be missing', async () => {
    const [x, y] = [
      [1, 2, 4, 5],
      [10, 30, 20, Number.NaN],
    ];
    const chart = await scatterChart({ ...text, x, y, xAxis: usd, yAxis: none, fit: 'line' });
    expect(chart.counts).toEqual({ values: 3, missing: 1, drawn: 3 });
    const places = dataMarks(chart.svg).map(
      (mark) => /translate\(([\d.]+),([\d.]+)\)/.exec(attributeOf(mark, 'transform')) ?? [],
    );
    expectLinear(
      [1, 2, 4],
      places.map(([, left]) => Number(left)),
    );
    expectLinear(
      [10, 30, 20],
      places.map(([, , top]) => Number(top)),
    );
    // By hand: x̄ = 7/3, ȳ = 20, Sxy = 10, Sxx = 14/3.
    expect(chart.notes[0]).toBe('Line: least squares, y = 15 + 2.143 x, R² 0.107, 3 points.');
  });

  test('a heat map has a cell for each value, and a grey one for what is missing', async () => {
    const chart = await heatMap({
      ...text,
      rows: ['a', 'b'],
      columns: ['c', 'd', 'e'],
      values: [
        [0, 1, 2],
        [null, 5, 8],
      ],
      value: none,
    });
    expect(chart.counts).toEqual({ values: 5, missing: 1, drawn: 6 });
    const fills = dataMarks(chart.svg).map((mark) => attributeOf(mark, 'fill'));
    // Nine equal classes from 0 to 8: the class of v is floor(9 v / 8), the last one for 8.
    const classes = [0, 1, 2, 5, 8].map((value) => Math.min(8, Math.floor((9 * value) / 8)));
    expect(fills.slice(0, 5).map((fill) => Number(/sequential-(\d)/.exec(fill)?.[1]))).toEqual(classes);
    expect(fills[5]).toContain('missing');
  });

  test('a histogram loses no value: its counts add up', async () => {
    const values = Array.from({ length: 500 }, (_, index) => Math.sin(index) * 3);
    const chart = await histogram({ ...text, values, xAxis: usd, bins: 7 });
    const told = dataMarks(chart.svg).map((mark) => textsOf(mark).join(''));
    const counts = told.map((tip) => Number(/: (\d+) values?$/.exec(tip)?.[1]));
    expect(counts).toHaveLength(7);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  test('a box plot draws every value beyond the whiskers', async () => {
    const chart = await boxChart({
      ...text,
      groups: [
        { name: 'a', values: [1, 2, 3, 4, 100, -50] },
        { name: 'b', values: [7] },
      ],
      valueAxis: usd,
    });
    expect(chart.counts).toEqual({ values: 7, missing: 0, drawn: 4 });
    for (const svg of drawings(chart)) expect(dataMarks(svg)).toHaveLength(4);
  });

  test('stacked areas end at the sum, drawdowns at the loss since the peak', async () => {
    const x = ['2026-01-01', '2026-01-02', '2026-01-03'];
    const stacked = await stackedAreaChart({
      ...text,
      x,
      series: [
        { name: 'a', values: [30, 40, 50] },
        { name: 'b', values: [70, 60, 50] },
      ],
      yAxis: { label: 'Weight', unit: '%' },
    });
    const tops = dataMarks(stacked.svg).map((mark) =>
      Math.min(...pointsOf(attributeOf(mark, 'd')).map(([, y]) => y)),
    );
    expect(tops[1]).toBe(0);
    const falls = await drawdownChart({ ...text, x, series: [{ name: 'a', values: [100, 80, 110] }] });
    expect(falls.notes[0]).toBe('Deepest: a −20 % on 2026-01-02.');
    expect(pointsOf(attributeOf(dataMarks(falls.svg)[0], 'd')).map(([, y]) => y > 0)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('curves lie inside the unit square, and areas are trapezoids', async () => {
    const roc = await rocChart({
      ...text,
      curves: [{ name: 'a', falsePositiveRate: [0, 0.5, 1], truePositiveRate: [0, 0.9, 1] }],
    });
    expect(roc.notes[0]).toContain('a 0.700');
    // A quarter circle: its area is that of all points, whatever is drawn.
    const angles = Array.from({ length: 5000 }, (_, place) => (place * Math.PI) / 2 / 4999);
    const long = await rocChart({
      ...text,
      curves: [
        {
          name: 'a',
          falsePositiveRate: angles.map((angle) => 1 - Math.cos(angle)),
          truePositiveRate: angles.map((angle) => Math.min(1, Math.sin(angle))),
        },
      ],
    });
    expect(long.notes).toEqual([
      `Areas under the curves: a ${(Math.PI / 4).toFixed(3)}; chance 0.5.`,
      '5,000 points are drawn as 600.',
    ]);
    expect(long.counts).toEqual({ values: 5000, missing: 0, drawn: 600 });
    const reliability = await reliabilityChart({
      ...text,
      curves: [{ name: 'a', predicted: [0.2, 0.6], observed: [0.1, 0.7] }],
    });
    expect(reliability.counts.drawn).toBe(4);
  });

  test('the confusion matrix gives its accuracy, and the front what nothing beats', async () => {
    const matrix = await confusionMatrix({
      ...text,
      classes: ['n', 'y'],
      counts: [
        [8, 2],
        [1, 9],
      ],
    });
    expect(matrix.notes[0]).toBe('Accuracy 85.0 % of 20; colour: share of the row.');
    const goal = { ...usd, better: 'lower' as const };
    const pareto = await paretoChart({ ...text, x: [1, 2, 3, 2], y: [5, 3, 4, 3], xAxis: goal, yAxis: goal });
    expect(pareto.notes[0]).toBe('3 of 4 choices are on the front.');
  });
});

describe('every chart', () => {
  test('is one image with its finding, without ids, styles, links or scripts', async () => {
    const chart = await lineChart({
      ...text,
      x: ['2026-01-01'],
      yAxis: usd,
      lines: [{ name: 'a', values: [1], intervals: [{ level: 80, low: [0], high: [2] }] }],
    });
    for (const svg of drawings(chart)) {
      const [root] = allElements(parseFragment(svg));
      expect(attributeOf(root, 'role')).toBe('img');
      expect(attributeOf(root, 'aria-label')).toBe('What it shows.');
      expect(svg).not.toMatch(/ (id|style|href|xlink:href|on\w+|class="mark)=/);
      expect(textsOf(root).join(' ')).toContain('Price (USD)');
      expect(svg.replace(/var\(--report-[\w-]+, #[0-9a-f]{6}\)/g, '')).not.toMatch(
        /#[0-9a-f]{3,6}|black|white/,
      );
    }
  });

  test('is thinned beyond 2,000 points, keeps extremes, and says so', async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => Math.sin(index / 50));
    values[4321] = 99;
    const chart = await lineChart({
      ...text,
      x: Array.from(values.keys()),
      xAxis: none,
      yAxis: none,
      lines: [{ name: 'a', values }],
    });
    expect(chart.counts.drawn).toBeLessThanOrEqual(2000);
    expect(pointsOf(attributeOf(dataMarks(chart.svg)[0], 'd'))).toHaveLength(chart.counts.drawn);
    expect(chart.notes[0]).toContain('10,000 values are drawn as');
    expect(chart.svg).toContain('>100<');
    expect(chart.svg.length).toBeLessThan(100_000);
  });
});

describe('what charts refuse', () => {
  const line = { name: 'a', values: [1, 2] };
  const refused: readonly (readonly [string, () => Promise<Chart>])[] = [
    [
      "alt: expected a sentence, got ''",
      () => lineChart({ title: 't', alt: ' ', x: [1, 2], xAxis: none, yAxis: none, lines: [line] }),
    ],
    ['xAxis: expected { label, unit }', () => lineChart({ ...text, x: [1, 2], yAxis: none, lines: [line] })],
    [
      "yAxis.unit: expected a unit such as '%'",
      () => lineChart({ ...text, x: [1, 2], xAxis: none, yAxis: { label: 'x', unit: '' }, lines: [line] }),
    ],
    [
      'x[1]: expected a position after 2',
      () => lineChart({ ...text, x: [2, 1], xAxis: none, yAxis: none, lines: [line] }),
    ],
    [
      'expected 3 values, one a position, got 2',
      () => lineChart({ ...text, x: [1, 2, 3], xAxis: none, yAxis: none, lines: [line] }),
    ],
    [
      'lines[0].values[1]: expected a finite number',
      () =>
        lineChart({
          ...text,
          x: [1, 2],
          xAxis: none,
          yAxis: none,
          lines: [{ name: 'a', values: [1, Infinity] }],
        }),
    ],
    [
      "expected different names, got 'a' twice",
      () => lineChart({ ...text, x: [1, 2], xAxis: none, yAxis: none, lines: [line, line] }),
    ],
    [
      'lines: expected one or more, got none',
      () => lineChart({ ...text, x: [1], xAxis: none, yAxis: none, lines: [] }),
    ],
    [
      'more than zero on a logarithmic axis, got 0',
      () =>
        lineChart({
          ...text,
          x: [1, 2],
          xAxis: none,
          yAxis: { ...none, scale: 'log' },
          lines: [{ name: 'a', values: [1, 0] }],
        }),
    ],
    [
      'expected a Date or an ISO 8601 time, got tomorrow',
      () => lineChart({ ...text, x: ['tomorrow'], yAxis: none, lines: [{ name: 'a', values: [1] }] }),
    ],
    [
      'values[0]: expected 2 values',
      () => heatMap({ ...text, rows: ['a'], columns: ['b', 'c'], values: [[1]], value: none }),
    ],
    ['values: expected one or more numbers', () => histogram({ ...text, values: [Number.NaN], xAxis: none })],
    [
      'expected 0 or more, got -1',
      () =>
        stackedAreaChart({ ...text, x: ['2026-01-01'], series: [{ name: 'a', values: [-1] }], yAxis: none }),
    ],
    [
      'expected a value above zero, got 0',
      () => drawdownChart({ ...text, x: ['2026-01-01'], series: [{ name: 'a', values: [0] }] }),
    ],
    [
      'expected a share from 0 to 1, got 2',
      () =>
        rocChart({ ...text, curves: [{ name: 'a', falsePositiveRate: [0, 2], truePositiveRate: [0, 1] }] }),
    ],
    ['expected a count, got 0.5', () => confusionMatrix({ ...text, classes: ['a'], counts: [[0.5]] })],
  ];
  test.each(refused)('%s', async (message, make) => {
    await expect(make()).rejects.toThrow(message.replace("''", '" "'));
  });
});
