/** Two ways from one network to shares: forecast first and decide then, or trained through the decision's own cost. */
import { type FittedNeuralModel, type GlobalFitOptions, mlp, type NeuralModel } from '@noosphere/forecast';
import { costs } from '../allocation/strategies.js';
import { compounded, tailLoss } from './period-returns.js';
import {
  type DecisionProblem,
  decisionDays,
  lookback,
  portfolioCost,
  validationTimes,
  windowsBefore,
} from './problem.js';

/** Shares of the assets on each day of decision. */
export interface LearnedShares {
  readonly shares: ReadonlyMap<number, Float64Array>;
  readonly fitted: FittedNeuralModel;
}

/** Times of a batch; each is a window of every asset. */
const times = 256;

/** What the two-stage rule makes of a forecast, chosen on the validation part. */
export interface TwoStageRule {
  /** Scores by forecast, in per cent of a period: 1 / temperature. */
  readonly byForecast: number;
  /** Less score by log volatility of the last days: 1 weighs by inverse volatility. */
  readonly byVolatility: number;
}

/** The same for both: layers over the last returns and their sizes, one network for all assets. */
function networkOf(horizon: number, seed: number, windowsPerBatch: number): NeuralModel {
  return mlp({
    ...{ horizon, lookback, seed, covariates: { past: ['size'] } },
    ...{ layers: 1, hiddenSize: 32, loss: 'mse', learningRate: 1e-3 },
    ...{ steps: 300, windowsPerBatch, stepsPerCall: 10, validateEvery: 20, patience: 4 },
  });
}

/** Forecasts the mean of returns; their softmax with volatility, as the validation part has it best. */
export async function twoStage(
  problem: DecisionProblem,
  seed: number,
  options: Pick<GlobalFitOptions, 'signal'>,
): Promise<LearnedShares & { readonly rule: TwoStageRule }> {
  const { training, horizon, validationDays, names } = problem;
  const fitted = await networkOf(horizon, seed, times * names.length).fit(training, {
    ...options,
    validationSize: validationDays,
  });
  const rule = await chooseRule(problem, fitted);
  return { fitted, rule, shares: await sharesOf(problem, fitted, rule) };
}

/** The forecasts are the scores. */
export async function decisionFocused(
  problem: DecisionProblem,
  seed: number,
  options: Pick<GlobalFitOptions, 'signal'>,
): Promise<LearnedShares> {
  const { training, horizon, validationDays, names } = problem;
  const fitted = await networkOf(horizon, seed, times).fit(training, {
    ...options,
    validationSize: validationDays,
    decisionLoss: portfolioCost(names.length),
  });
  return { fitted, shares: await sharesOf(problem, fitted, { byForecast: 1, byVolatility: 0 }) };
}

/** What a rule makes of the forecasts on each day of decision. */
async function sharesOf(
  problem: DecisionProblem,
  fitted: FittedNeuralModel,
  rule: TwoStageRule,
): Promise<ReadonlyMap<number, Float64Array>> {
  const days = decisionDays(problem);
  const features = await featuresAt(problem, fitted, days);
  return new Map(days.map((day, place) => [day, sharesBy(rule, features[place] ?? [])]));
}

/** What is known of an asset before a day. */
interface Features {
  /** Of the period, in per cent. */
  readonly forecast: number;
  readonly logVolatility: number;
}

async function featuresAt(
  problem: DecisionProblem,
  fitted: FittedNeuralModel,
  days: readonly number[],
): Promise<Features[][]> {
  const { frame, horizon, returns } = problem;
  const forecasts = await fitted.forecastAt(frame, windowsBefore(problem, days));
  return days.map((day, place) =>
    returns.map((own, asset) => {
      const first = (place * returns.length + asset) * horizon;
      const squares = own.subarray(day - lookback, day).reduce((total, value) => total + value * value, 0);
      return {
        forecast: forecasts.subarray(first, first + horizon).reduce((total, value) => total + value, 0),
        // An asset that stood still is as calm as can be told, not infinitely so.
        logVolatility: Math.log(Math.max(1e-6, Math.sqrt(squares / lookback))),
      };
    }),
  );
}

/** softmax(byForecast · forecast - byVolatility · log volatility). */
function sharesBy({ byForecast, byVolatility }: TwoStageRule, assets: readonly Features[]): Float64Array {
  const scores = assets.map((each) => byForecast * each.forecast - byVolatility * each.logVolatility);
  const greatest = Math.max(...scores);
  const parts = Float64Array.from(scores, (score) => Math.exp(score - greatest));
  const whole = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / whole);
}

const rules: readonly TwoStageRule[] = [0, 0.25, 0.5, 1, 2, 4, 8].flatMap((byForecast) =>
  [0, 0.5, 1, 2, 4, 8].map((byVolatility) => ({ byForecast, byVolatility })),
);

/** The rule of least cost on the validation part: the very cost that the other network is trained through. */
async function chooseRule(problem: DecisionProblem, fitted: FittedNeuralModel): Promise<TwoStageRule> {
  const days = validationTimes(problem);
  const features = await featuresAt(problem, fitted, days);
  const { returns, horizon } = problem;
  const periods = days.map((day) => returns.map((own) => compounded(own.subarray(day, day + horizon))));
  const costOf = (rule: TwoStageRule) =>
    tailLoss(
      Float64Array.from(periods, (period, place) => {
        const shares = sharesBy(rule, features[place] ?? []);
        const earned = period.reduce((total, value, asset) => total + value * (shares[asset] ?? 0), 0);
        const traded = shares.reduce((total, share) => total + Math.abs(share - 1 / shares.length), 0);
        return earned - costs * traded;
      }),
    );
  return rules
    .map((rule) => ({ rule, cost: costOf(rule) }))
    .reduce((best, each) => (each.cost < best.cost ? each : best)).rule;
}
