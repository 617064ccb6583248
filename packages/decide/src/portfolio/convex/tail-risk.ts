/**
 * Portfolios of least tail risk over scenarios: conditional value at risk, and conditional drawdown at risk.
 *
 * Both are the greatest of very many linear functions of the weights, one for each choice of a tail. Only those that matter are
 * ever made: the linear program of the functions found so far gives weights, their own worst tail gives the next function,
 * until both agree (Kelley 1960; for CVaR: Künzi-Bay & Mayer 2006). The optimum is that of Rockafellar & Uryasev's program,
 * which has a row for each scenario.
 */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireList, requireTable } from '../../moments/tables.js';
import { type ConstrainedProgram, constrainedProgram, type PortfolioConstraints } from './constraints.js';
import { column, extended, type LabelledProgram, row, solveLabelled } from './labelled-program.js';

export interface TailRiskOptions extends PortfolioConstraints {
  /** Share of scenarios outside the tail. @default 0.95 */
  readonly level?: number;
  /** Least expected return of a scenario, after costs. @default none */
  readonly targetReturn?: number;
  /** Expected return of each asset in a scenario, for the target. @default the mean of the scenarios */
  readonly mean?: ArrayLike<number>;
}

/** A portfolio of least tail risk. */
export interface TailPortfolio {
  /** One an asset, shares of the whole. */
  readonly weights: Float64Array;
  /** 1 - Σ weights. */
  readonly cash: number;
  /** The risk that was minimised, as a positive share of the whole. */
  readonly risk: number;
  /** Mean of the scenarios, after costs. */
  readonly expectedReturn: number;
  /** Σ |weight - holding|. */
  readonly turnover: number;
}

/** A risk, and a linear function of the weights that equals it here and never exceeds it elsewhere. */
interface Supported {
  readonly risk: number;
  readonly gradient: Float64Array;
}

type Risk = (portfolioReturns: Float64Array, columns: readonly Float64Array[]) => Supported;

/**
 * The portfolio of least conditional value at risk (expected shortfall): the mean loss of the worst 1 - level of the scenarios.
 *
 * @param scenarios - simple returns, one array an asset, all of one length
 *
 * Rockafellar & Uryasev 2000, Optimization of conditional value-at-risk.
 *
 * @example
 * // Two assets that lose on different days: halves lose half as much on either.
 * const scenarios = [Float64Array.of(-0.1, 0.05, 0.02, 0.01), Float64Array.of(0.05, -0.1, 0.02, 0.01)];
 * const { weights, risk } = await minimumCvar(scenarios, { level: 0.75 });
 * console.log(Array.from(weights, (weight) => weight.toFixed(3)), risk.toFixed(3)); // → [ '0.500', '0.500' ] 0.025
 */
export async function minimumCvar(
  scenarios: readonly Float64Array[],
  options: TailRiskOptions = {},
): Promise<TailPortfolio> {
  knownOptions(
    'minimumCvar',
    options,
    'level targetReturn mean names lower upper invested groups holdings maximumTurnover costs',
    'maximumShort maximumGross',
  );
  const level = levelOf('minimumCvar', options.level);
  return leastTailRisk('minimumCvar', scenarios, options, (returns, columns) => {
    const losses = returns.map((value) => -value);
    return meanOfTail(
      losses,
      level,
      (scenario, share, gradient) => {
        for (const [asset, values] of columns.entries()) {
          gradient[asset] = (gradient[asset] as number) - share * (values[scenario] as number);
        }
      },
      columns.length,
    );
  });
}

/**
 * The portfolio of least conditional drawdown at risk: the mean of the worst 1 - level of the drawdowns, of the sum of returns
 * from its highest point so far (the start counts as one).
 *
 * @param returns - simple returns in the order of time, one array an asset
 *
 * Chekhlov, Uryasev & Zabarankin 2005, Drawdown measure in portfolio optimization.
 *
 * @example
 * const returns = [Float64Array.of(0.1, -0.1, -0.1, 0.1), Float64Array.of(-0.1, 0.1, 0.1, -0.1)];
 * const { weights, risk } = await minimumCdar(returns);
 * console.log(Array.from(weights, (weight) => weight.toFixed(2)), risk.toFixed(2)); // → [ '0.50', '0.50' ] 0.00
 */
export async function minimumCdar(
  returns: readonly Float64Array[],
  options: TailRiskOptions = {},
): Promise<TailPortfolio> {
  knownOptions(
    'minimumCdar',
    options,
    'level targetReturn mean names lower upper invested groups holdings maximumTurnover costs',
    'maximumShort maximumGross',
  );
  const level = levelOf('minimumCdar', options.level);
  requireTable('minimumCdar', returns);
  const sums = returns.map((values) => {
    let sum = 0;
    return values.map((value) => (sum += value));
  });
  return leastTailRisk('minimumCdar', returns, options, (portfolioReturns, columns) => {
    const { drawdowns, peaks } = drawdownsFrom(portfolioReturns);
    return meanOfTail(
      drawdowns,
      level,
      (day, share, gradient) => {
        const peak = peaks[day] as number;
        for (const [asset, values] of sums.entries()) {
          const atPeak = peak < 0 ? 0 : (values[peak] as number);
          gradient[asset] = (gradient[asset] as number) + share * (atPeak - (values[day] as number));
        }
      },
      columns.length,
    );
  });
}

/** Drawdowns of the sum of returns, and the day of the peak before each; -1 is the start. */
function drawdownsFrom(returns: Float64Array): { drawdowns: Float64Array; peaks: Int32Array } {
  const peaks = new Int32Array(returns.length);
  let [sum, highest, peak] = [0, 0, -1];
  const drawdowns = returns.map((value, day) => {
    sum += value;
    if (sum > highest) [highest, peak] = [sum, day];
    peaks[day] = peak;
    return highest - sum;
  });
  return { drawdowns, peaks };
}

/** Mean of the largest 1 - level of the values, the one at the border by its share; `add` collects their linear functions. */
function meanOfTail(
  values: Float64Array,
  level: number,
  add: (index: number, share: number, gradient: Float64Array) => void,
  assets: number,
): Supported {
  const size = (1 - level) * values.length;
  const order = Int32Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number));
  const gradient = new Float64Array(assets);
  let [risk, left] = [0, size];
  for (const index of order) {
    const share = Math.min(1, left) / size;
    risk += share * (values[index] as number);
    add(index, share, gradient);
    left -= 1;
    if (left <= 0) break;
  }
  return { risk, gradient };
}

async function leastTailRisk(
  operation: string,
  scenarios: readonly Float64Array[],
  options: TailRiskOptions,
  riskOf: Risk,
): Promise<TailPortfolio> {
  const rows = requireTable(operation, scenarios);
  const assets = scenarios.length;
  const mean =
    options.mean === undefined
      ? Float64Array.from(scenarios, (values) => values.reduce((sum, value) => sum + value, 0) / rows)
      : requireList(operation, 'mean', options.mean, assets);
  // Returns of a day are some hundredths: the solver's tolerances are made for numbers of the size of one.
  const size = scenarios.reduce(
    (most, values) => values.reduce((of, value) => Math.max(of, Math.abs(value)), most),
    0,
  );
  const scale = size > 0 ? 10 / size : 1;
  const program = constrainedProgram(operation, assets, options);
  const master = extended(program);
  if (options.targetReturn !== undefined)
    addTarget(operation, master, program, mean, options.targetReturn, scale);
  const risk = column(master, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const weights = await byCuts(operation, master, risk, assets, (at) => {
    const { risk: value, gradient } = riskOf(portfolioReturns(scenarios, at), scenarios);
    return { risk: value * scale, gradient: gradient.map((slope) => slope * scale) };
  });
  const { holdings, costs } = program;
  const trades = weights.map((weight, at) => Math.abs(weight - (holdings[at] as number)));
  const paid = trades.reduce((sum, trade, at) => sum + trade * (costs[assets + at] ?? 0), 0);
  return {
    weights,
    cash: 1 - weights.reduce((sum, weight) => sum + weight, 0),
    risk: riskOf(portfolioReturns(scenarios, weights), scenarios).risk,
    expectedReturn: weights.reduce((sum, weight, at) => sum + weight * (mean[at] as number), 0) - paid,
    turnover: trades.reduce((sum, trade) => sum + trade, 0),
  };
}

/** Cuts until the program's own bound and the best risk found differ by less than rounding. */
async function byCuts(
  operation: string,
  master: LabelledProgram,
  riskColumn: number,
  assets: number,
  riskAt: (weights: Float64Array) => Supported,
): Promise<Float64Array> {
  const indices = [...Array.from({ length: assets }, (_, at) => at), riskColumn];
  const cut = ({ gradient }: Supported) =>
    row(master, undefined, indices, [...gradient, -1], Number.NEGATIVE_INFINITY, 0);
  // Each asset alone bounds the first program.
  for (let asset = 0; asset < assets; asset++) {
    const alone = new Float64Array(assets);
    alone[asset] = 1;
    cut(riskAt(alone));
    // Short positions need the other side as well.
    if ((master.columns[asset]?.lower ?? 0) < 0) {
      alone[asset] = -1;
      cut(riskAt(alone));
    }
  }
  const linear = master.columns.map((_, at) => (at === riskColumn ? 1 : 0));
  let best = { risk: Number.POSITIVE_INFINITY, weights: new Float64Array(assets) };
  for (let step = 0; step < maximumCuts; step++) {
    const { values, objective } = await solveLabelled(operation, master, { linear });
    const weights = values.slice(0, assets);
    const supported = riskAt(weights);
    if (supported.risk < best.risk) best = { risk: supported.risk, weights };
    if (best.risk - objective <= 1e-9 * (1e-3 + Math.abs(best.risk))) return best.weights;
    cut(supported);
  }
  throw new ArgumentError(
    operation,
    `no optimum after ${maximumCuts} cuts; ask for fewer assets or scenarios, or tighter limits of the weights`,
  );
}

const maximumCuts = 3000;

function addTarget(
  operation: string,
  master: LabelledProgram,
  program: ConstrainedProgram,
  mean: Float64Array,
  target: number,
  scale: number,
): void {
  if (!Number.isFinite(target))
    throw new ArgumentError(operation, `targetReturn must be finite, got ${target}`);
  const earned = program.costs.map(
    (cost, at) => scale * ((at < mean.length ? (mean[at] as number) : 0) - cost),
  );
  const indices = Array.from(earned.keys());
  row(
    master,
    `expected return at least ${target}`,
    indices,
    earned,
    target * scale,
    Number.POSITIVE_INFINITY,
  );
}

function portfolioReturns(scenarios: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(scenarios[0]?.length ?? 0);
  for (const [asset, values] of scenarios.entries()) {
    const weight = weights[asset] as number;
    if (weight === 0) continue;
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + weight * (values[at] as number);
  }
  return sum;
}

function levelOf(operation: string, level = 0.95): number {
  if (!(level > 0 && level < 1))
    throw new ArgumentError(operation, `level lies between 0 and 1, such as 0.95, got ${level}`);
  return level;
}
