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
import type { JointPrices } from '../joint.js';
import { type Period, rowsFor } from '../period.js';

/** What there is to hold. */
export type Assets = Pick<JointPrices, 'names' | 'cash'>;

/** No asset gets more. */
export const largestWeight = 0.4;
/** Rows between decisions: a quarter. */
export function holdingFor(period: Period): number {
  return rowsFor(63, period);
}
/** For a sentence: `every quarter`. */
export function holdingText({ perYear, name }: Period): string {
  return `every ${perYear >= 4 ? 'quarter' : name}`;
}
/** Fewer rows hold no tail. */
const leastTraining = 40;
/** Rows to learn from: three years, or a third of what there is. */
export function trainingFor(rows: number, period: Period): number {
  return Math.min(Math.max(leastTraining, rowsFor(750, period)), Math.floor(rows / 3));
}

/** Cost of buying or selling one unit of value. */
export const costs = 0.001;
/** Share of the periods outside the tail. */
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

/** Limits of each asset, and of foreign cash as a group. */
export function limitsOf({
  names,
  cash: foreign,
}: Assets): PortfolioConstraints & { readonly upper: number } {
  const cash = names.flatMap((name, asset) => (foreign.has(name) ? [asset] : []));
  const others = names.length - cash.length;
  const upper = Math.max(largestWeight, 1 / names.length, others > 0 ? (1 - largestCash) / others : 0);
  const groups =
    cash.length > 0 && others > 0 ? [{ name: 'foreign cash', assets: cash, upper: largestCash }] : [];
  return { names, upper, groups };
}

export function strategiesOf(assets: Assets): readonly Strategy[] {
  const { names } = assets;
  const limits = limitsOf(assets);
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
