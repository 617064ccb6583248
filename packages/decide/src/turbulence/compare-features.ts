/** Do slow series help to warn of turbulence? The same logistic regression with and without them, on the same days. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { metrics, Random } from '@noosphere/train';
import { VolatilityLogistic } from './classifiers.js';
import { lookback, type SplitSeries, splitSeries, type TurbulenceSeries } from './days.js';
import { readOptions, type TurbulenceOptions, type TurbulenceSettings } from './options.js';
import { daysWithFeatures, type PublishedFeature, valueOn } from './published-features.js';
import { drawScores, type Interval, intervalOf, type TestRows } from './scores.js';
import { probabilitiesOf, trainClassifier } from './train-classifier.js';
import { type KnownBeside, labelledWindows, testDays } from './windows.js';

/** Scores of the mean probability of all seeds. */
export interface FeatureScores {
  readonly auc: number;
  readonly aucInterval: Interval;
  readonly brier: number;
  readonly seedAucs: readonly number[];
}

export interface FeatureComparison {
  readonly features: readonly string[];
  readonly seeds: readonly number[];
  /** First day on which all features are public, first of the test, last. */
  readonly firstDay: string;
  readonly testFrom: string;
  readonly lastDay: string;
  readonly testWindows: number;
  /** Share of turbulent days in the test. */
  readonly testShare: number;
  /** Volatility alone. */
  readonly without: FeatureScores;
  readonly with: FeatureScores;
  /** Area with the features less that without, on the same draws of days. */
  readonly aucDifference: Interval & { readonly value: number };
}

const operation = 'compareFeatures';
const validationWindows = 2000;
const patience = 4;
const learningRate = 2e-2;

/**
 * A logistic regression on past volatility that warns of turbulent months, as `turbulenceWarnings` has it, with and without slow
 * features beside it. Days before all features are public, or after the last value counts, are left out of both. A value stands
 * in a window from the day it is public, over the mean and deviation of the training days.
 *
 * @throws ArgumentError for features without rising days of publication, series without dates, and as `turbulenceWarnings`.
 * @example
 * const random = new Random(1);
 * const dates = Array.from({ length: 1500 }, (_, t) => new Date(Date.UTC(2000, 0, 1 + t)).toISOString().slice(0, 10));
 * // Two months of three are calm; what tells them is public on the first day of each.
 * const isWild = (t: number) => Math.floor(t / 30) % 3 === 0;
 * const returns = Float64Array.from(dates, (_, t) => (isWild(t) ? 0.03 : 0.01) * random.normal());
 * const months = Array.from({ length: 50 }, (_, month) => 30 * month);
 * const ahead = { name: 'known', publicFrom: months.map((t) => dates[t] ?? ''), values: months.map((t) => Number(isWild(t))), until: '2004-02-08' };
 * const found = await compareFeatures([{ name: 'A', returns, dates }], [ahead], { seeds: [1] });
 * console.log(found.features, found.firstDay, found.lastDay); // → [ 'known' ] 2000-01-01 2004-02-08
 */
export async function compareFeatures(
  series: readonly TurbulenceSeries[],
  features: readonly PublishedFeature[],
  options: TurbulenceOptions = {},
): Promise<FeatureComparison> {
  knownOptions(
    'compareFeatures',
    options,
    'horizon turbulentShare trainingShare validationShare seeds epochs windows confidence',
    'blockDays resamples signal',
  );
  if (features.length === 0) throw new ArgumentError(operation, 'needs at least one feature, got none');
  const settings = readOptions(options);
  const split = splitSeries(daysWithFeatures(series, features), settings);
  const beside = standardised(split, features);
  const { rows } = testDays(split.series, settings.horizon);
  const labelled = rows.flatMap(({ label }, row) => (label === undefined ? [] : [row]));
  const labels = Uint8Array.from(labelled, (row) => rows[row]?.label ?? 0);
  const turbulent = labels.reduce((sum, label) => sum + label, 0);
  if (turbulent === 0 || turbulent === labels.length)
    throw new ArgumentError(
      operation,
      `${turbulent} of ${labels.length} test days were turbulent, so that nothing can be told apart; give longer histories`,
    );
  const both = [
    await probabilities(split, settings, labelled, { count: 0 }),
    await probabilities(split, settings, labelled, { count: features.length, beside }),
  ] as const;
  const ranks = Uint32Array.from(labelled, (row) => rows[row]?.series.ranks[rows[row]?.day ?? 0] ?? 0);
  const { calendar } = split;
  return {
    features: features.map(({ name }) => name),
    seeds: settings.seeds,
    firstDay: calendar.dates[0] ?? '',
    testFrom: calendar.dates[calendar.testFrom] ?? '',
    lastDay: calendar.dates.at(-1) ?? '',
    testWindows: labels.length,
    testShare: turbulent / labels.length,
    ...scored({ labels, ranks }, both, settings),
  };
}

/** Features on a day over mean and deviation of the training days. */
function standardised({ calendar, series }: SplitSeries, features: readonly PublishedFeature[]): KnownBeside {
  const byRank = calendar.dates.map((date) => features.map((feature) => valueOn(feature, date)));
  const training = series.flatMap((own) => own.training.map((day) => byRank[own.ranks[day] ?? 0] ?? []));
  const moments = features.map((_, place) => {
    const mean = training.reduce((sum, row) => sum + (row[place] ?? 0), 0) / training.length;
    const variance =
      training.reduce((sum, row) => sum + ((row[place] ?? 0) - mean) ** 2, 0) / training.length;
    // One that never changes in training tells nothing, and must not divide by 0.
    return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
  });
  return ({ ranks }, day) =>
    (byRank[ranks[day] ?? 0] ?? []).map((value, place) => {
      const { mean = 0, deviation = 1 } = moments[place] ?? {};
      return (value - mean) / deviation;
    });
}

type SeedProbabilities = readonly Float64Array[];

/** Probabilities on the labelled test days, one array a seed. */
async function probabilities(
  { series }: SplitSeries,
  { seeds, horizon, windows, epochs, signal }: TurbulenceSettings,
  labelled: readonly number[],
  { count, beside }: { readonly count: number; readonly beside?: KnownBeside },
): Promise<SeedProbabilities> {
  const training = labelledWindows(series, 'training', horizon, windows, beside);
  const validation = labelledWindows(series, 'validation', horizon, validationWindows, beside);
  if (validation.labels.length === 0)
    throw new ArgumentError(operation, 'the validation part is empty; give longer histories');
  const test = testDays(series, horizon, beside);
  return Promise.all(
    seeds.map(async (seed) => {
      const start = new VolatilityLogistic(new Random(seed), count);
      const plan = { seed, epochs, patience, learningRate, signal };
      const model = await trainClassifier(start, training, validation, plan);
      const all = await probabilitiesOf(model, test.windows, lookback + count);
      return Float64Array.from(labelled, (row) => all[row] ?? Number.NaN);
    }),
  );
}

function scored(
  rows: TestRows,
  both: readonly [SeedProbabilities, SeedProbabilities],
  { seeds, blockDays, resamples, confidence }: TurbulenceSettings,
): Pick<FeatureComparison, 'without' | 'with' | 'aucDifference'> {
  const { labels } = rows;
  const means = both.map(meanOf);
  const draws = drawScores(operation, rows, means, { blockDays, resamples, seed: seeds[0] ?? 0 });
  const drawn = (place: 0 | 1) => draws.map((each) => each[place]?.auc ?? Number.NaN);
  const scoresOf = (place: 0 | 1): FeatureScores => {
    const mean = means[place] ?? new Float64Array();
    return {
      auc: metrics.rocAuc(labels, mean),
      aucInterval: intervalOf(drawn(place), confidence),
      brier: metrics.brierScore(labels, mean),
      seedAucs: both[place].map((own) => metrics.rocAuc(labels, own)),
    };
  };
  const [less, more] = [scoresOf(0), scoresOf(1)];
  const differences = draws.map(([one, other]) => (other?.auc ?? Number.NaN) - (one?.auc ?? Number.NaN));
  return {
    without: less,
    with: more,
    aucDifference: { value: more.auc - less.auc, ...intervalOf(differences, confidence) },
  };
}

function meanOf(seeds: SeedProbabilities): Float64Array {
  const [first = new Float64Array()] = seeds;
  return first.map((_, row) => seeds.reduce((sum, own) => sum + (own[row] ?? Number.NaN), 0) / seeds.length);
}
