/** Weights of portfolios on real stocks, against PyPortfolioOpt, skfolio and Riskfolio (tools/goldens/portfolio.py). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  blackLitterman,
  equalWeights,
  hierarchicalRiskParity,
  type Linkage,
  type Moments,
  maximumSharpe,
  maximumUtility,
  meanReturns,
  minimumCdar,
  minimumCvar,
  minimumVariance,
  riskParity,
  sampleCovariance,
  targetReturn,
  targetVolatility,
} from '@noosphere/decide';
import { readDecideGolden } from '../decide-goldens.js';
import { readPrices, simpleReturns } from '../price-tables.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

export const portfolioAgreement: AcceptanceRun = {
  name: 'portfolio-agreement',
  metric:
    'largest difference of a weight from PyPortfolioOpt (its 20 stocks), skfolio and Riskfolio (20 stocks of the S&P 500, daily 1990-2022), over all portfolios',
  bar: { is: '<=', value: 1e-4 },
  run,
};

type Weights = readonly number[];

interface Golden {
  readonly pypfopt: Readonly<Record<MeanVarianceName, Weights>> & {
    readonly middleReturn: number;
    readonly middleVolatility: number;
  };
  readonly stocks: {
    readonly skfolio: Readonly<Record<SkfolioName, Weights>> & { readonly meanReturn: number };
    readonly riskfolio: Readonly<Record<string, Weights>>;
    readonly pypfopt: { readonly hierarchical: Weights };
  };
}

type MeanVarianceName =
  | 'minimumVolatility'
  | 'maximumSharpe'
  | 'maximumSharpeOverTwoPercent'
  | 'maximumSharpeBounded'
  | 'maximumSharpeLongShort'
  | 'targetReturn'
  | 'targetVolatility'
  | 'quadraticUtility'
  | 'groupedMinimumVolatility'
  | 'groupedMaximumSharpe';

type SkfolioName =
  | 'minimumCvar'
  | 'targetReturnCvar'
  | 'minimumCdar'
  | 'minimumVariance'
  | 'riskParity'
  | 'budget'
  | 'riskBudgeting'
  | 'utilityWithCosts'
  | 'turnover'
  | 'hierarchical'
  | 'confidences'
  | 'blackLittermanSharpe'
  | 'confidentSharpe';

interface Compared {
  readonly name: string;
  readonly difference: number;
  readonly elapsedMs: number;
  readonly weights: Weights;
  readonly expected: Weights;
}

async function run({ folder, say }: RunContext): Promise<Measured> {
  const golden = readDecideGolden<Golden>('portfolio-stocks.json');
  const compared: Compared[] = [];
  const compare = async (
    name: string,
    expected: Weights,
    made: () => Promise<Float64Array> | Float64Array,
  ) => {
    const start = performance.now();
    const weights = Array.from(await made());
    const elapsedMs = performance.now() - start;
    const difference = Math.max(
      ...expected.map((value, at) => Math.abs(value - (weights[at] ?? Number.NaN))),
    );
    compared.push({ name, difference, elapsedMs, weights, expected });
    say(`${name}: ${difference.toExponential(1)} (${elapsedMs.toFixed(0)} ms)`);
  };
  await comparePypfopt(golden, compare);
  await compareStocks(golden, compare);
  const artifact = join(folder, 'portfolio-agreement.json');
  writeFileSync(artifact, JSON.stringify(compared, null, 2));
  return {
    value: Math.max(...compared.map(({ difference }) => difference)),
    artifacts: [artifact],
    notes: compared.map(({ name, difference, elapsedMs }) => {
      return `${name}: ${difference.toExponential(1)}, ${elapsedMs.toFixed(0)} ms`;
    }),
  };
}

type Compare = (
  name: string,
  expected: Weights,
  made: () => Promise<Float64Array> | Float64Array,
) => Promise<void>;

async function comparePypfopt({ pypfopt }: Golden, compare: Compare): Promise<void> {
  const returns = readPrices('pyportfolioopt/stock_prices.csv.gz').prices.map(simpleReturns);
  const moments: Moments = { mean: meanReturns(returns), covariance: sampleCovariance(returns) };
  const groups = [{ name: 'first', assets: [0, 1, 2], lower: 0.3, upper: 0.4 }];
  const made: Readonly<Record<MeanVarianceName, () => Promise<{ weights: Float64Array }>>> = {
    minimumVolatility: () => minimumVariance(moments.covariance),
    maximumSharpe: () => maximumSharpe(moments),
    maximumSharpeOverTwoPercent: () => maximumSharpe(moments, { riskFree: 0.02 }),
    maximumSharpeBounded: () => maximumSharpe(moments, { riskFree: 0.02, lower: 0.02, upper: 0.3 }),
    maximumSharpeLongShort: () => maximumSharpe(moments, { riskFree: 0.02, lower: -0.5 }),
    targetReturn: () => targetReturn(moments, pypfopt.middleReturn),
    targetVolatility: () => targetVolatility(moments, pypfopt.middleVolatility),
    quadraticUtility: () => maximumUtility(moments, { riskAversion: 3 }),
    groupedMinimumVolatility: () => minimumVariance(moments.covariance, { groups }),
    groupedMaximumSharpe: () => maximumSharpe(moments, { groups }),
  };
  for (const [name, portfolio] of Object.entries(made)) {
    const expected = pypfopt[name as MeanVarianceName];
    await compare(`PyPortfolioOpt ${name}`, expected, async () => (await portfolio()).weights);
  }
}

async function compareStocks({ stocks }: Golden, compare: Compare): Promise<void> {
  const returns = readPrices('stocks/sp500_20_stocks.csv.gz').prices.map(simpleReturns);
  const daily = { periodsPerYear: 1 };
  const covariance = sampleCovariance(returns, daily);
  const moments = { mean: meanReturns(returns, { compound: false, ...daily }), covariance };
  const { skfolio, riskfolio, pypfopt } = stocks;
  const cvar = (await minimumCvar(returns)).weights;
  const cdar = (await minimumCdar(returns)).weights;
  const holdings = equalWeights(returns.length);
  const parity = riskParity(covariance);
  const sharpe = async (views: Parameters<typeof blackLitterman>[1]) =>
    (await maximumSharpe(blackLitterman(covariance, views))).weights;
  const views = [
    { assets: [0], expectedReturn: 0.00098 },
    { assets: [8, 5], coefficients: [1, -1], expectedReturn: 0.0002 },
    { assets: [9, 13], coefficients: [1, -1], expectedReturn: 0.0001 },
  ];
  const sure = views.map((view, at) => ({ ...view, confidence: skfolio.confidences[at] ?? 0 }));
  await compare(
    'skfolio minimum CVaR',
    skfolio.minimumCvar,
    async () => (await minimumCvar(returns)).weights,
  );
  await compare('Riskfolio minimum CVaR', riskfolio.minimumCvar ?? [], () => cvar);
  await compare('skfolio CVaR of a target return', skfolio.targetReturnCvar, async () => {
    return (await minimumCvar(returns, { targetReturn: skfolio.meanReturn })).weights;
  });
  await compare(
    'skfolio minimum CDaR',
    skfolio.minimumCdar,
    async () => (await minimumCdar(returns)).weights,
  );
  await compare('Riskfolio minimum CDaR', riskfolio.minimumCdar ?? [], () => cdar);
  await compare(
    'skfolio minimum variance',
    skfolio.minimumVariance,
    async () => (await minimumVariance(covariance)).weights,
  );
  await compare(
    'Riskfolio maximum Sharpe',
    riskfolio.maximumSharpe ?? [],
    async () => (await maximumSharpe(moments)).weights,
  );
  await compare('skfolio utility after costs', skfolio.utilityWithCosts, async () => {
    return (await maximumUtility(moments, { riskAversion: 4, holdings, costs: 2e-4 })).weights;
  });
  await compare('skfolio limited turnover', skfolio.turnover, async () => {
    return (await minimumVariance(covariance, { holdings, maximumTurnover: 0.3 })).weights;
  });
  await compare('skfolio risk parity', skfolio.riskParity, () => parity);
  await compare('Riskfolio risk parity', riskfolio.riskParity ?? [], () => parity);
  await compare('skfolio risk budgets', skfolio.riskBudgeting, () =>
    riskParity(covariance, { budgets: skfolio.budget }),
  );
  await compare('skfolio Black-Litterman', skfolio.blackLittermanSharpe, () => sharpe(views));
  await compare('skfolio Black-Litterman with confidences', skfolio.confidentSharpe, () => sharpe(sure));
  await compare('PyPortfolioOpt HRP', pypfopt.hierarchical, () => hierarchicalRiskParity(covariance).weights);
  await compare('skfolio HRP', skfolio.hierarchical, () => {
    return hierarchicalRiskParity(covariance, { linkage: 'ward', order: 'optimal' }).weights;
  });
  for (const linkage of ['single', 'complete', 'average', 'ward'] satisfies Linkage[]) {
    for (const [prefix, order] of [
      ['unordered', 'tree'],
      ['hierarchical', 'optimal'],
    ] as const) {
      await compare(`Riskfolio HRP, ${linkage}, ${order}`, riskfolio[`${prefix}-${linkage}`] ?? [], () => {
        return hierarchicalRiskParity(covariance, { linkage, order }).weights;
      });
    }
  }
}
