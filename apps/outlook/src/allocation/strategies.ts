/** Ways to spread money over assets, each from the returns it is shown. */
import {
  type Decide,
  equalWeights,
  hierarchicalRiskParity,
  ledoitWolf,
  minimumCvar,
  minimumVariance,
  type PortfolioConstraints,
  riskParity,
  sampleCovariance,
} from '@noosphere/decide';

/** No asset gets more. */
export const largestWeight = 0.4;
/** Days between decisions: a quarter. */
export const holding = 63;
/** Days to learn from: three years, or a third of what there is. */
export function trainingFor(days: number): number {
  return Math.min(750, Math.floor(days / 3));
}

/** Cost of buying or selling one unit of value. */
export const costs = 0.001;
/** Share of the days outside the tail. */
export const level = 0.95;

export interface Strategy {
  readonly name: string;
  readonly decide: Decide;
}

/** The one whose trades are told, fixed before any result was seen. */
export const chosenName = 'Minimum CVaR';
export const equalName = 'Equal parts';

/** All currencies together get no more, where there is anything else to hold. */
export const largestCash = 0.5;

export function isCash(name: string): boolean {
  return name.endsWith(' cash');
}

/** Limits of each asset, and of foreign cash as a group. */
export function limitsOf(names: readonly string[]): PortfolioConstraints & { readonly upper: number } {
  const cash = names.flatMap((name, asset) => (isCash(name) ? [asset] : []));
  const others = names.length - cash.length;
  const upper = Math.max(largestWeight, 1 / names.length, others > 0 ? (1 - largestCash) / others : 0);
  const groups =
    cash.length > 0 && others > 0 ? [{ name: 'foreign cash', assets: cash, upper: largestCash }] : [];
  return { names, upper, groups };
}

export function strategiesOf(names: readonly string[]): readonly Strategy[] {
  const limits = limitsOf(names);
  return [
    { name: equalName, decide: () => equalWeights(names.length) },
    {
      name: chosenName,
      decide: async ({ returns }) => (await minimumCvar(returns, { ...limits, level })).weights,
    },
    {
      name: 'Minimum variance',
      decide: async ({ returns }) => (await minimumVariance(ledoitWolf(returns).covariance, limits)).weights,
    },
    { name: 'Risk parity', decide: ({ returns }) => riskParity(sampleCovariance(returns)) },
    {
      name: 'Hierarchical risk parity',
      decide: ({ returns }) => hierarchicalRiskParity(sampleCovariance(returns)).weights,
    },
  ];
}
