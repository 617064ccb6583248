/** Every kind of chart once, drawn numbers under any names, and what its axes must say. */
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
} from '@noosphere/report';
import { Random } from '../random.js';

/** A chart, and texts that its axes must carry. */
export interface GalleryChart {
  readonly kind: string;
  readonly chart: Chart;
  readonly axisTexts: readonly string[];
}

/** A name for each place in the gallery: friendly ones, or hostile ones. */
export type Naming = (friendly: string) => string;

/** @param name Applied to every text that data could bring. */
export async function gallery(seed: number, name: Naming = (friendly) => friendly): Promise<GalleryChart[]> {
  const random = new Random(seed);
  const makers = [
    fan,
    indices,
    correlations,
    scatter,
    returns,
    errors,
    gains,
    boxes,
    classes,
    roc,
    reliability,
    pareto,
    losses,
    weights,
  ];
  const charts: GalleryChart[] = [];
  for (const make of makers) charts.push(await make(random, name));
  return charts;
}

type Maker = (random: Random, name: Naming) => Promise<GalleryChart>;

const dayMs = 86_400_000;

function days(count: number, from: string): Date[] {
  return Array.from({ length: count }, (_, day) => new Date(Date.parse(from) + day * dayMs));
}

/** Normal, by twelve uniforms. */
function normal(random: Random): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw++) sum += random.next();
  return sum;
}

function walk(random: Random, count: number, start: number, deviation: number, drift = 0): number[] {
  let level = start;
  return Array.from({ length: count }, () => {
    level *= Math.exp(drift + deviation * normal(random));
    return level;
  });
}

const fan: Maker = async (random, name) => {
  const past = walk(random, 400, 60, 0.018);
  const [last, horizon] = [past.at(-1) as number, 40];
  past[120] = Number.NaN;
  const reach = (z: number, sign: number) =>
    Array.from({ length: horizon }, (_, step) => last * Math.exp(sign * z * 0.018 * Math.sqrt(step + 1)));
  const chart = await lineChart({
    title: name('Crude oil, daily, and its forecast for 40 days'),
    alt: name(
      'The forecast stays where the price is; the 95 % interval is about 20 % wide on either side by its end.',
    ),
    yAxis: { label: name('Price'), unit: name('USD per barrel') },
    events: [{ x: '2013-02-04', label: name('last observation') }],
    lines: [
      { name: name('Actual'), x: days(400, '2012-01-01'), values: past },
      {
        name: name('Forecast'),
        x: days(horizon, '2013-02-04'),
        values: Array.from({ length: horizon }, () => last),
        intervals: [
          { level: 80, low: reach(1.28, -1), high: reach(1.28, 1) },
          { level: 95, low: reach(1.96, -1), high: reach(1.96, 1) },
        ],
      },
    ],
    note: name('Drawn numbers, for looking at the chart.'),
  });
  return { kind: 'line with intervals', chart, axisTexts: [name('USD per barrel')] };
};

const indices: Maker = async (random, name) => {
  const count = 5105;
  const lines = ['Stocks', 'Bonds', 'Gold', 'Crude', 'Euro'].map((each, index) => ({
    name: name(each),
    values: walk(random, count, 100, 0.004 + 0.003 * index, 0.0001),
    dashed: index === 4,
  }));
  const chart = await lineChart({
    title: name('Five assets since 2000, daily'),
    alt: name('All five end above 50; crude moves most.'),
    x: days(count, '2000-01-01'),
    yAxis: { label: name('Index'), unit: '2000 = 100', scale: 'log' },
    lines,
    reference: { value: 100, label: name('start') },
  });
  return { kind: 'lines, thinned', chart, axisTexts: ['2000 = 100'] };
};

const correlations: Maker = async (random, name) => {
  const assets = ['S&P 500', 'Bonds', 'Gold', 'WTI crude', 'EUR/USD', 'JPY/USD'].map(name);
  const drawn = assets.map(() => assets.map(() => Math.round(180 * (random.next() - 0.45)) / 100));
  const values = assets.map((_, row) =>
    assets.map((_, column) =>
      row === column ? 1 : (drawn[Math.min(row, column)]?.[Math.max(row, column)] as number),
    ),
  );
  (values[0] as number[])[5] = Number.NaN;
  const chart = await heatMap({
    title: name('Correlation of daily returns, 2010 to 2013'),
    alt: name('Stocks and crude move together; gold goes its own way.'),
    rows: assets,
    columns: assets,
    values,
    value: { label: name('Correlation'), unit: 'none' },
    scale: 'diverging',
    range: [-1, 1],
  });
  return { kind: 'heat map', chart, axisTexts: [name('Correlation')] };
};

const scatter: Maker = async (random, name) => {
  const x = Array.from({ length: 80 }, () => 15 * random.next());
  const chart = await scatterChart({
    title: name('Tariffs and growth of 80 countries'),
    alt: name('Growth falls with tariffs, but they explain little of it.'),
    x,
    y: x.map((tariff) => 4 - 0.12 * tariff + 1.2 * normal(random)),
    names: x.map((_, index) => name(`Country ${index}`)),
    labelled: [0, 1],
    groups: x.map((_, index) => name(['Europe', 'Asia', 'Americas'][index % 3] as string)),
    xAxis: { label: name('Mean tariff'), unit: '%' },
    yAxis: { label: name('Growth'), unit: '% a year' },
    fit: 'line',
  });
  return { kind: 'scatter', chart, axisTexts: ['% a year', '(%)'] };
};

const returns: Maker = async (random, name) => {
  const chart = await histogram({
    title: name('Daily returns of the portfolio, 2000 to 2013'),
    alt: name('Most days lie within 2 %; one day in twenty loses more than 1.6 %.'),
    values: Array.from({ length: 3000 }, () => normal(random)),
    xAxis: { label: name('Return'), unit: '%' },
    markers: [{ value: -1.645, label: name('95 % value at risk') }],
  });
  return { kind: 'histogram', chart, axisTexts: ['(%)'] };
};

const errors: Maker = async (random, name) => {
  const models = ['Naive', 'Seasonal naive', 'AutoARIMA', 'AutoETS', 'N-HiTS', 'Ensemble'].map(name);
  const draw = () => models.map(() => 0.6 + random.next());
  const [mase, rmsse] = [draw(), draw()];
  const chart = await barChart({
    title: name('Errors of six models in the backtest'),
    alt: name('The ensemble is among the best by both measures.'),
    categories: models,
    series: [
      {
        name: 'MASE',
        values: mase,
        interval: { low: mase.map((each) => each - 0.1), high: mase.map((each) => each + 0.15) },
      },
      { name: 'RMSSE', values: rmsse },
    ],
    valueAxis: { label: name('Error over the naive one'), unit: 'ratio' },
    reference: { value: 1, label: name('naive') },
  });
  return { kind: 'grouped bars', chart, axisTexts: ['ratio'] };
};

const gains: Maker = async (random, name) => {
  const assets = ['Stocks of large companies', 'Government bonds', 'Gold', 'Crude oil', 'Euro'].map(name);
  const chart = await barChart({
    title: name('What the scenario "oil doubles" does to each holding'),
    alt: name('Crude gains, stocks lose.'),
    categories: assets,
    series: [{ name: name('Change'), values: assets.map(() => 20 * (random.next() - 0.5)) }],
    valueAxis: { label: name('Change'), unit: '%' },
    diverging: true,
  });
  return { kind: 'diverging bars', chart, axisTexts: ['(%)'] };
};

const boxes: Maker = async (random, name) => {
  const chart = await boxChart({
    title: name('Errors of single forecasts by model'),
    alt: name('The ensemble has the narrowest box.'),
    groups: ['Naive', 'AutoARIMA', 'Ensemble'].map((each, index) => ({
      name: name(each),
      values: Array.from({ length: 200 }, () => (3 - index) * normal(random)),
    })),
    valueAxis: { label: name('Error'), unit: 'USD' },
  });
  return { kind: 'box', chart, axisTexts: ['(USD)'] };
};

const classes: Maker = async (random, name) => {
  const kinds = ['calm', 'normal', 'turbulent'].map(name);
  const chart = await confusionMatrix({
    title: name('Turbulence: forecast against what came'),
    alt: name('Two in three turbulent months were seen.'),
    classes: kinds,
    counts: kinds.map((_, row) => kinds.map((_, column) => (row === column ? 40 : 3) + random.below(9))),
  });
  return { kind: 'confusion matrix', chart, axisTexts: ['(%)'] };
};

const roc: Maker = async (_, name) => {
  const rates = Array.from({ length: 41 }, (_, index) => index / 40);
  const curve = (power: number) => rates.map((rate) => rate ** power);
  const chart = await rocChart({
    title: name('Warnings of turbulent months: hits against false alarms'),
    alt: name('The network is above the logistic baseline everywhere.'),
    curves: [
      { name: name('CNN'), falsePositiveRate: rates, truePositiveRate: curve(0.3) },
      { name: name('Logistic'), falsePositiveRate: rates, truePositiveRate: curve(0.5) },
    ],
  });
  return { kind: 'ROC', chart, axisTexts: ['share of negatives', 'share of positives'] };
};

const reliability: Maker = async (_, name) => {
  const predicted = Array.from({ length: 10 }, (_, bin) => (bin + 0.5) / 10);
  const chart = await reliabilityChart({
    title: name('Do the warnings mean what they say?'),
    alt: name('Forecasts above 70 % are a little too sure.'),
    curves: [
      {
        name: name('CNN'),
        predicted,
        observed: predicted.map((each) => each ** 1.2),
        counts: predicted.map((_, bin) => 80 - 7 * bin),
      },
    ],
  });
  return { kind: 'reliability', chart, axisTexts: ['share'] };
};

const pareto: Maker = async (random, name) => {
  const x = Array.from({ length: 60 }, () => 6 + 14 * random.next());
  const chart = await paretoChart({
    title: name('Return and risk of 60 allocations'),
    alt: name('The chosen one lies on the front.'),
    x,
    y: x.map((risk) => 2 + 2.2 * Math.sqrt(risk) - 3 * random.next()),
    names: x.map((_, index) => name(`Mix ${index}`)),
    chosen: [7],
    xAxis: { label: name('Volatility'), unit: '% a year', better: 'lower' },
    yAxis: { label: name('Return'), unit: '% a year', better: 'higher' },
  });
  return { kind: 'Pareto front', chart, axisTexts: ['% a year'] };
};

const losses: Maker = async (random, name) => {
  const count = 1500;
  const chart = await drawdownChart({
    title: name('Losses since the last peak'),
    alt: name('The portfolio falls less than the index.'),
    x: days(count, '2008-01-01'),
    series: [
      { name: name('Portfolio'), values: walk(random, count, 100, 0.006, 0.0002) },
      { name: name('Index'), values: walk(random, count, 100, 0.012, 0.0002) },
    ],
  });
  return { kind: 'drawdown', chart, axisTexts: ['(%)'] };
};

const weights: Maker = async (random, name) => {
  const count = 48;
  const raw = Array.from({ length: count }, () => [0, 1, 2, 3].map(() => 0.2 + random.next()));
  const chart = await stackedAreaChart({
    title: name('Weights of the portfolio, month by month'),
    alt: name('No asset ever exceeds half of the portfolio.'),
    x: Array.from({ length: count }, (_, month) => new Date(Date.UTC(2009, month, 1))),
    series: ['Stocks', 'Bonds', 'Gold', 'Crude'].map((asset, index) => ({
      name: name(asset),
      values: raw.map((each) => (100 * (each[index] as number)) / each.reduce((sum, one) => sum + one, 0)),
    })),
    yAxis: { label: name('Weight'), unit: '%' },
  });
  return { kind: 'stacked areas', chart, axisTexts: ['(%)'] };
};
