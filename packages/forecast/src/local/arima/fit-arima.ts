/** One ARIMA of given orders: conditional least squares, then exact maximum likelihood. */
import { bfgs } from '@noosphere/statistics';
import { continueByLags, exactErrors } from './innovations.js';
import { type ArimaOrder, countLags, lagPolynomials } from './order.js';
import {
  differences,
  interceptName,
  leastSquaresLeft,
  type Regressor,
  RegressorBasis,
} from './regressors.js';
import { freeOfStationary, hasRootsBeyond, invertibleLags, stationaryLags } from './stationarity.js';

/** AR roots nearer to the unit circle than this make a model unfit for the choice. */
const arMargin = 1.01;
/** And MA roots inside it, but for rounding. */
const maMargin = 1 - 1e-6;

/** Partial autocorrelations that the search begins with at most: beyond, tanh is flat. */
const steepest = 0.97;

/** An ARIMA with its estimates. */
export interface ArimaFit {
  readonly order: ArimaOrder;
  /** φ, θ, Φ, Θ. */
  readonly lags: Float64Array;
  /** Of the regressors: constant, covariates, Fourier terms. */
  readonly weights: Float64Array;
  /** Of the errors, divided by the values less the parameters. */
  readonly variance: number;
  readonly logLikelihood: number;
  readonly criteria: ArimaCriteria;
}

export interface ArimaCriteria {
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
}

/** A series and its regressors, differenced for an order; shared by all models with these differences. */
export class ArimaTask {
  readonly #basis: RegressorBasis;
  readonly #columns: ReturnType<RegressorBasis['beside']>;
  readonly #errors: Float64Array;
  /** Values that are left after differencing. */
  readonly rows: number;

  constructor(y: Float64Array, order: ArimaOrder, exogenous: readonly Regressor[]) {
    const difference = (values: Float64Array) =>
      differences(differences(values, order.season, order.seasonalD), 1, order.d);
    const regressors = [...constantOf(order, y.length), ...exogenous];
    this.#basis = new RegressorBasis(
      regressors,
      regressors.map(({ values }) => difference(values)),
    );
    this.#columns = this.#basis.beside(difference(y));
    this.#errors = new Float64Array(this.#columns.values.length);
    this.rows = this.#columns.rows;
  }

  /** Estimated parameters, that of the variance among them. */
  count(order: ArimaOrder): number {
    return countLags(order) + this.#basis.count + 1;
  }

  /**
   * Least squares of the errors, those of the first p + P season values being none; undefined where too few are left. The
   * criteria stand for those of the likelihood.
   */
  fitConditional(order: ArimaOrder): ArimaFit | undefined {
    const from = order.p + order.seasonalP * order.season;
    const used = this.rows - from;
    if (used <= countLags(order)) return undefined;
    const squares = (lags: Float64Array): number => {
      const model = lagPolynomials(order, lags);
      for (let column = 0; column < this.#columns.count; column++) {
        this.#errors.fill(0, column * this.rows, column * this.rows + from);
      }
      continueByLags(model, this.#columns, this.#errors, from);
      return leastSquaresLeft(this.#errors, this.#columns, from).sum / used;
    };
    const { point } = bfgs((lags) => 0.5 * log(squares(lags)), new Float64Array(countLags(order)), {
      maxIterations: 100,
      tolerance: 1e-9,
    });
    const variance = squares(point);
    const { weights } = leastSquaresLeft(this.#errors, this.#columns, from);
    if (!Number.isFinite(variance)) return undefined;
    return this.#finish(order, point, weights, variance, this.rows * log(variance), used);
  }

  /**
   * Maximum of the exact likelihood, from the conditional estimates where they are stationary. The likelihood may have several
   * tops: `thorough` climbs from zeros, too, and to the last digit.
   */
  fitExact(order: ArimaOrder, { thorough = false } = {}): ArimaFit | undefined {
    if (this.rows <= this.#basis.count) return undefined;
    const zeros = new Float64Array(countLags(order));
    const start = this.#startOf(order);
    const starts = start ? [start, ...(thorough ? [zeros] : [])] : [zeros];
    const ends = starts.map((from) =>
      bfgs((free) => this.#objective(order, fromFree(order, free)), from, {
        maxIterations: 100,
        tolerance: thorough ? 1e-9 : 1e-7,
      }),
    );
    const { point } = ends.reduce((best, end) => (end.value < best.value ? end : best));
    return this.exactFit(order, invertible(order, fromFree(order, point)));
  }

  /** The fit that has these lags. */
  exactFit(order: ArimaOrder, lags: Float64Array): ArimaFit | undefined {
    const logs = exactErrors(lagPolynomials(order, lags), this.#columns, this.#errors);
    if (logs === undefined) return undefined;
    const { sum, weights } = leastSquaresLeft(this.#errors, this.#columns);
    const variance = sum / this.rows;
    const deviance = this.rows * (log(variance) + 1 + Math.log(2 * Math.PI)) + logs;
    return Number.isFinite(deviance)
      ? this.#finish(order, lags, weights, variance, deviance, this.rows)
      : undefined;
  }

  #startOf(order: ArimaOrder): Float64Array | undefined {
    const conditional = this.fitConditional(order);
    const start = conditional && toFree(order, invertible(order, conditional.lags));
    return start && Number.isFinite(this.#objective(order, fromFree(order, start))) ? start : undefined;
  }

  /** Half the deviance of a value, without its constant. */
  #objective(order: ArimaOrder, lags: Float64Array): number {
    const logs = exactErrors(lagPolynomials(order, lags), this.#columns, this.#errors);
    if (logs === undefined) return Number.POSITIVE_INFINITY;
    const { sum } = leastSquaresLeft(this.#errors, this.#columns);
    return 0.5 * (log(sum / this.rows) + logs / this.rows);
  }

  #finish(
    order: ArimaOrder,
    lags: Float64Array,
    basisWeights: Float64Array,
    variance: number,
    deviance: number,
    used: number,
  ): ArimaFit {
    const count = this.count(order);
    const aic = deviance + 2 * count;
    const left = this.rows - count - 1;
    return {
      order,
      lags,
      weights: this.#basis.weightsOf(basisWeights),
      variance: (variance * used) / Math.max(1, this.rows - count + 1),
      logLikelihood: -deviance / 2,
      criteria: {
        aic,
        aicc: left > 0 ? aic + (2 * count * (count + 1)) / left : Number.POSITIVE_INFINITY,
        bic: aic + count * (Math.log(this.rows) - 2),
      },
    };
  }
}

/**
 * Whether AR roots lie well away from the unit circle, and MA roots not inside it. R's `auto.arima` asks for the margin of MA
 * roots, too, and of seasonal ones in the lag of one value, where 1.01 means Θ above -0.89 for months: the exact likelihood
 * has no need of it, and a fixed season would be out of reach.
 */
export function isWellBehaved({ order, lags }: ArimaFit): boolean {
  const { ar, ma, seasonalAr, seasonalMa } = lagParts(order, lags);
  return (
    [ar, seasonalAr].every((part) => hasRootsBeyond(part, arMargin)) &&
    [ma, seasonalMa].every((part) => hasRootsBeyond(negated(part), maMargin))
  );
}

/** A column of ones, or the number of the row where differences are taken. */
export function constantOf({ constant, d, seasonalD }: ArimaOrder, length: number): Regressor[] {
  if (!constant) return [];
  return d + seasonalD === 0
    ? [{ name: interceptName, values: new Float64Array(length).fill(1) }]
    : [{ name: 'drift', values: Float64Array.from({ length }, (_, row) => row + 1) }];
}

/** Parts of the parameters. */
export function lagParts({ p, q, seasonalP }: ArimaOrder, lags: Float64Array) {
  return {
    ar: lags.subarray(0, p),
    ma: lags.subarray(p, p + q),
    seasonalAr: lags.subarray(p + q, p + q + seasonalP),
    seasonalMa: lags.subarray(p + q + seasonalP),
  };
}

function fromFree(order: ArimaOrder, free: Float64Array): Float64Array {
  const lags = free.slice();
  const { ar, seasonalAr } = lagParts(order, lags);
  ar.set(stationaryLags(ar));
  seasonalAr.set(stationaryLags(seasonalAr));
  return lags;
}

function toFree(order: ArimaOrder, lags: Float64Array): Float64Array | undefined {
  const free = lags.slice();
  const { ar, seasonalAr } = lagParts(order, free);
  const [plain, seasonal] = [freeOfStationary(ar), freeOfStationary(seasonalAr)];
  if (!plain || !seasonal) return undefined;
  const most = Math.atanh(steepest);
  const steep = (value: number) => Math.min(most, Math.max(-most, value));
  ar.set(plain.map(steep));
  seasonalAr.set(seasonal.map(steep));
  return free;
}

function invertible(order: ArimaOrder, lags: Float64Array): Float64Array {
  const result = lags.slice();
  const { ma, seasonalMa } = lagParts(order, result);
  ma.set(invertibleLags(ma));
  seasonalMa.set(invertibleLags(seasonalMa));
  return result;
}

function negated(values: Float64Array): Float64Array {
  return values.map((value) => -value);
}

/** Of a series that a model foretells without error, too. */
function log(variance: number): number {
  return Math.log(Math.max(variance, Number.MIN_VALUE));
}
