/** Warnings of turbulent months: classifiers trained on the past of many series, and how good they were later. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { type Classifier, VolatilityLogistic, WarningNetwork } from './classifiers.js';
import { lookback, type SeriesDays, type SplitSeries, splitSeries, type TurbulenceSeries } from './days.js';
import { networkFile, type WarningModel } from './network-file.js';
import { readOptions, type TurbulenceOptions } from './options.js';
import { type Interval, type MethodProbabilities, type MethodScores, scoreWarnings } from './scores.js';
import { probabilitiesOf, trainClassifier } from './train-classifier.js';
import { isTurbulent, labelledWindows, type TestDays, testDays, trainingShares } from './windows.js';

/** Where the parts lie, and how many labelled windows each has. */
export interface TurbulenceSplit {
  readonly validationFrom: string;
  readonly testFrom: string;
  readonly lastDay: string;
  readonly trainingWindows: number;
  readonly validationWindows: number;
  readonly testWindows: number;
  /** Share of turbulent days in the test, over all series. */
  readonly testShare: number;
}

/** A series' test part, day by day. */
export interface TurbulenceDays {
  readonly name: string;
  /** Root mean square of the training part's daily returns. */
  readonly deviation: number;
  /** Daily realised volatility above which a month is turbulent. */
  readonly threshold: number;
  readonly dates: readonly string[];
  /** Means over the seeds. */
  readonly network: Float64Array;
  readonly logistic: Float64Array;
}

/** What is warned of on a series' last day. */
export interface TurbulenceWarning {
  readonly name: string;
  readonly date: string;
  /** Mean of the networks. */
  readonly probability: number;
  readonly seedProbabilities: readonly number[];
  readonly logistic: number;
  /** Whether the days up to it were turbulent themselves. */
  readonly isTurbulentNow: boolean;
}

export interface TurbulenceWarnings {
  readonly horizon: number;
  readonly seeds: readonly number[];
  readonly split: TurbulenceSplit;
  /** Network, logistic, persistence, share. */
  readonly scores: readonly MethodScores[];
  /** Area of the network less that of the logistic regression, on the same draws of days. */
  readonly aucDifference: Interval & { readonly value: number };
  /** The same of Brier scores: below 0 the network is better. */
  readonly brierDifference: Interval & { readonly value: number };
  /** Whose area is larger, where the interval of the difference leaves 0 out. */
  readonly verdict: 'network' | 'logistic' | 'undecided';
  readonly days: readonly TurbulenceDays[];
  readonly current: readonly TurbulenceWarning[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /**
   * The mean of the networks as an ONNX file: `returns` [batch, 60], oldest first, and the series' `deviation` [batch, 1] give
   * `probability` [batch], all float32.
   */
  readonly onnx: Uint8Array;
  /** The networks themselves: `saveWarningModel` makes a model folder of them. */
  readonly model: WarningModel;
}

const operation = 'turbulenceWarnings';
/** Validation windows at most. */
const validationWindows = 2000;
/** Epochs without a better validation loss. */
const patience = 4;

/**
 * Probability that the next 20 days are turbulent, day by day: y_t = 1 where √(mean r²) over t + 1 … t + 20 lies above its own
 * series' 0.8 quantile of the training part. A 1-D CNN and a logistic regression (log realised volatility over 5, 20, 60 days)
 * see r / σ of the last 60 days, with σ of the training part; one model for all series.
 *
 * Parts by date: 60 % training, 15 % validation (early stopping), the rest test, the same dates for all series, with `horizon`
 * days left out at each border. Probabilities up to a test day do not depend on what came after it. Intervals draw blocks of days,
 * all series together. A series with fewer than 250 training days, or one that does not move, is left out with its reason.
 *
 * @throws ArgumentError for returns that are not finite, dates that do not rise, no usable series, or a test part of one class.
 * @example
 * // Volatility that changes slowly, as real one does: GARCH(1, 1).
 * const random = new Random(1);
 * let variance = 1;
 * const returns = Float64Array.from({ length: 2500 }, () => {
 *   const value = Math.sqrt(variance) * random.normal();
 *   variance = 0.02 + 0.1 * value ** 2 + 0.88 * variance;
 *   return value / 100;
 * });
 * const { scores, current } = await turbulenceWarnings([{ name: 'A', returns }], { seeds: [1] });
 * console.log(scores.map(({ method, auc }) => `${method} ${auc > 0.6}`).join(', '), current.length);
 * // → network true, logistic true, persistence true, share false 1
 */
export async function turbulenceWarnings(
  series: readonly TurbulenceSeries[],
  options: TurbulenceOptions = {},
): Promise<TurbulenceWarnings> {
  knownOptions(
    'turbulenceWarnings',
    options,
    'horizon turbulentShare trainingShare validationShare seeds epochs windows confidence',
    'blockDays resamples signal',
  );
  const settings = readOptions(options);
  const { horizon, seeds } = settings;
  const split = splitSeries(series, settings);
  const training = labelledWindows(split.series, 'training', horizon, settings.windows);
  const validation = labelledWindows(split.series, 'validation', horizon, validationWindows);
  if (validation.labels.length === 0)
    throw new ArgumentError(
      operation,
      'the validation part is empty; give a longer history or a larger share',
    );
  const train = <Model extends Classifier>(make: (random: Random) => Model, learningRate: number) =>
    Promise.all(
      seeds.map((seed) =>
        trainClassifier(make(new Random(seed)), training, validation, {
          seed,
          epochs: settings.epochs,
          patience,
          learningRate,
          signal: settings.signal,
        }),
      ),
    );
  const networks = await train((random) => new WarningNetwork(random), 2e-3);
  const logistics = await train((random) => new VolatilityLogistic(random), 2e-2);
  const test = testDays(split.series, horizon);
  const methods = [
    await meanOfSeeds('network', networks, seeds, test.windows),
    await meanOfSeeds('logistic', logistics, seeds, test.windows),
    ...naiveMethods(split.series, test, horizon),
  ];
  const labelled = test.rows.flatMap(({ label }, row) => (label === undefined ? [] : [row]));
  const labels = Uint8Array.from(labelled, (row) => test.rows[row]?.label ?? 0);
  const ranks = Uint32Array.from(labelled, (row) => rankOf(test, row));
  const { scores, aucDifference, brierDifference } = scoreWarnings(
    { labels, ranks },
    methods.map((each) => only(each, labelled)),
    { ...settings, seed: seeds[0] ?? 0 },
  );
  const { dates, validationFrom, testFrom } = split.calendar;
  const scales = split.series.map(({ name, deviation, threshold }) => ({ name, deviation, threshold }));
  const model = { networks, series: scales, horizon };
  return {
    horizon,
    seeds,
    split: {
      validationFrom: dates[validationFrom] ?? '',
      testFrom: dates[testFrom] ?? '',
      lastDay: dates.at(-1) ?? '',
      trainingWindows: training.labels.length,
      validationWindows: validation.labels.length,
      testWindows: labels.length,
      testShare: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    },
    scores,
    aucDifference,
    brierDifference,
    verdict: aucDifference.low > 0 ? 'network' : aucDifference.high < 0 ? 'logistic' : 'undecided',
    ...told(split, methods, horizon),
    model,
    onnx: networkFile(model),
  };
}

async function meanOfSeeds(
  method: 'network' | 'logistic',
  models: readonly Classifier[],
  seeds: readonly number[],
  windows: Float32Array,
): Promise<MethodProbabilities> {
  const each = await Promise.all(models.map((model) => probabilitiesOf(model, windows)));
  const mean = Float64Array.from(
    { length: windows.length / lookback },
    (_, row) => each.reduce((sum, own) => sum + (own[row] ?? Number.NaN), 0) / each.length,
  );
  const ofSeeds = each.map((probabilities, at) => ({ seed: seeds[at] ?? Number.NaN, probabilities }));
  return { method, mean, seeds: ofSeeds };
}

/** That turbulence goes on, and that it is as frequent as it was. */
function naiveMethods(
  series: readonly SeriesDays[],
  { rows }: TestDays,
  horizon: number,
): MethodProbabilities[] {
  const { overall, afterCalm, afterTurbulent } = trainingShares(series, horizon);
  const persistence = Float64Array.from(rows, ({ series: own, day }) =>
    isTurbulent(own, day, horizon) ? afterTurbulent : afterCalm,
  );
  return [
    { method: 'persistence', mean: persistence, seeds: [] },
    { method: 'share', mean: Float64Array.from(rows, () => overall), seeds: [] },
  ];
}

/** A method on some of the rows. */
function only({ method, mean, seeds }: MethodProbabilities, rows: readonly number[]): MethodProbabilities {
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
  return {
    method,
    mean: pick(mean),
    seeds: seeds.map(({ seed, probabilities }) => ({ seed, probabilities: pick(probabilities) })),
  };
}

function rankOf({ rows }: TestDays, row: number): number {
  const { series, day } = rows[row] ?? {};
  return series?.ranks[day ?? 0] ?? 0;
}

/** What is told of each series: its test days, and its last one. */
function told(
  { series, calendar, leftOut }: SplitSeries,
  [network, logistic]: readonly MethodProbabilities[],
  horizon: number,
): Pick<TurbulenceWarnings, 'days' | 'current' | 'leftOut'> {
  const days: TurbulenceDays[] = [];
  const current: TurbulenceWarning[] = [];
  const ended: { name: string; reason: string }[] = [];
  let first = 0;
  for (const each of series) {
    const end = first + each.test.length;
    const part = (values: Float64Array | undefined) => (values ?? new Float64Array()).slice(first, end);
    const dates = each.test.map((day) => calendar.dates[each.ranks[day] ?? 0] ?? '');
    const own = { network: part(network?.mean), logistic: part(logistic?.mean) };
    const { name, deviation, threshold } = each;
    first = end;
    if (dates.length === 0) {
      ended.push({ name, reason: 'ends before the test part: it trains, and is not warned of' });
      continue;
    }
    days.push({ name, deviation, threshold, dates, ...own });
    current.push({
      name,
      date: dates.at(-1) ?? '',
      probability: own.network.at(-1) ?? Number.NaN,
      seedProbabilities: (network?.seeds ?? []).map(
        ({ probabilities }) => probabilities[end - 1] ?? Number.NaN,
      ),
      logistic: own.logistic.at(-1) ?? Number.NaN,
      isTurbulentNow: isTurbulent(each, each.returns.length - 1, horizon),
    });
  }
  return { days, current, leftOut: [...leftOut, ...ended] };
}
