/** Calibration: whether what is predicted with 80 % happens in 80 % of the cases. */
import { quantileOf, requireWhole } from '@noosphere/base';
import type { BinaryOptions } from './binary-scores.js';
import { readBinary } from './binary-scores.js';
import { type Fold, foldOnce } from './fold.js';
import type { Labels, Rows, Values } from './inputs.js';
import { type ProbabilityOptions, readDistributions } from './probabilities.js';
import { addTo, emptySum, mergeSums, type Sum, sumValue } from './sums.js';

export interface CalibrationErrorOptions extends ProbabilityOptions {
  /** Bins of equal width over 0 … 1; a value on a border belongs to the lower one. @default 10 */
  readonly bins?: number;
}

interface Bin {
  readonly probability: Sum;
  readonly outcome: Sum;
  readonly weight: Sum;
}

function emptyBins(count: number): Bin[] {
  return Array.from({ length: count }, () => ({
    probability: emptySum(),
    outcome: emptySum(),
    weight: emptySum(),
  }));
}

/** Borders between bins of equal width, as numpy.linspace rounds them. */
function evenBorders(bins: number): number[] {
  const width = 1 / bins;
  return Array.from({ length: bins - 1 }, (_, at) => (at + 1) * width);
}

function fillBin(
  bins: readonly Bin[],
  borders: readonly number[],
  probability: number,
  outcome: number,
  weight: number,
) {
  const place = borders.findIndex((border) => probability <= border);
  const bin = bins[place < 0 ? bins.length - 1 : place];
  if (!bin) return;
  addTo(bin.probability, weight * probability);
  addTo(bin.outcome, weight * outcome);
  addTo(bin.weight, weight);
}

export function calibrationErrorFold(
  bins: number,
  given: Omit<ProbabilityOptions, 'weights'> = {},
): Fold<Bin[], Labels, Values | Rows> {
  requireWhole('calibrationError', 'bins', bins);
  const borders = evenBorders(bins);
  return {
    name: `calibrationError (bins ${bins})`,
    start: () => emptyBins(bins),
    gather: (actual, probabilities, options) => {
      const read = readDistributions('calibrationError', actual, probabilities, {
        ...given,
        weights: options.weights,
      });
      const state = emptyBins(bins);
      for (const [row, distribution] of read.rows.entries()) {
        const chosen = read.isBinary
          ? 1
          : distribution.indexOf(distribution.reduce((most, p) => Math.max(most, p), 0));
        const outcome = Number(read.indexes[row] === chosen);
        fillBin(state, borders, distribution[chosen] ?? 0, outcome, read.weights?.[row] ?? 1);
      }
      return state;
    },
    merge: (into, from) => {
      for (const [at, bin] of into.entries()) {
        const other = from[at];
        if (!other) continue;
        mergeSums(bin.probability, other.probability);
        mergeSums(bin.outcome, other.outcome);
        mergeSums(bin.weight, other.weight);
      }
    },
    value: (state) => {
      const weight = state.reduce((sum, bin) => sum + sumValue(bin.weight), 0);
      const gaps = state.map((bin) => Math.abs(sumValue(bin.outcome) - sumValue(bin.probability)));
      return gaps.reduce((sum, gap) => sum + gap, 0) / weight;
    },
  };
}

/**
 * Expected calibration error, 0 … 1: Σ_b (w_b / w) |share of rows that came true in b - mean probability in b|.
 *
 * With probabilities [n] of the positive class, bins hold that probability; with [n, classes], the highest one of each
 * row, which comes true where its class is the actual one. Throws as `logLoss`. Source: Guo et al. (2017).
 * @example
 * console.log(metrics.calibrationError([1, 1, 0, 1], [0.75, 0.75, 0.75, 0.75])); // → 0
 */
export function calibrationError(
  actual: Labels,
  probabilities: Values | Rows,
  { bins = 10, weights, ...given }: CalibrationErrorOptions = {},
): number {
  return foldOnce(calibrationErrorFold(bins, given), actual, probabilities, { weights });
}

export interface CalibrationCurveOptions extends BinaryOptions {
  /** @default 10 */
  readonly bins?: number;
  /** Bins of equal width, or of equally many rows. @default 'uniform' */
  readonly strategy?: 'uniform' | 'quantile';
}

/** Points of the reliability diagram, one for each bin that has rows. */
export interface CalibrationCurve {
  readonly meanProbability: readonly number[];
  /** The share of positive rows. */
  readonly positiveShare: readonly number[];
  /** The weight of the rows. */
  readonly weight: readonly number[];
}

/**
 * Reliability curve of two classes: the share of positive rows against the mean probability, by bins.
 *
 * Takes `actual` [n] and probabilities [n]; throws as `rocCurve`, and outside 0 … 1.
 * Source: Niculescu-Mizil and Caruana (2005).
 * @example
 * const { meanProbability, positiveShare } = metrics.calibrationCurve([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75], { bins: 2 });
 * console.log(meanProbability, positiveShare); // → [ 0.25, 0.75 ] [ 0.5, 1 ]
 */
export function calibrationCurve(
  actual: Labels,
  probabilities: Values,
  { bins = 10, strategy = 'uniform', ...options }: CalibrationCurveOptions = {},
): CalibrationCurve {
  requireWhole('calibrationCurve', 'bins', bins);
  readDistributions('calibrationCurve', actual, probabilities, options);
  const { positives, scores, weights } = readBinary('calibrationCurve', actual, probabilities, options);
  const borders = strategy === 'uniform' ? evenBorders(bins) : quantileBorders(scores, bins);
  const filled = emptyBins(bins);
  for (const [row, score] of scores.entries())
    fillBin(filled, borders, score, positives[row] ?? 0, weights?.[row] ?? 1);
  const used = filled.filter((bin) => sumValue(bin.weight) > 0);
  return {
    meanProbability: used.map((bin) => sumValue(bin.probability) / sumValue(bin.weight)),
    positiveShare: used.map((bin) => sumValue(bin.outcome) / sumValue(bin.weight)),
    weight: used.map((bin) => sumValue(bin.weight)),
  };
}

function quantileBorders(scores: Float64Array, bins: number): number[] {
  const sorted = scores.slice().sort();
  return Array.from({ length: bins - 1 }, (_, at) => quantileOf(sorted, (at + 1) / bins));
}
