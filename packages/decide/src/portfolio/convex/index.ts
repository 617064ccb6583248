export type { GroupLimit, PortfolioConstraints } from './constraints.js';
export type { ExpectedPortfolio, MeanVarianceOptions, Moments, Portfolio } from './frontier-problem.js';
export {
  efficientFrontier,
  type FrontierOptions,
  maximumSharpe,
  maximumUtility,
  minimumVariance,
  type QuadraticUtilityOptions,
  targetReturn,
  targetVolatility,
} from './mean-variance.js';
export {
  equalWeights,
  inverseVolatility,
  type RiskBudgetOptions,
  riskContributions,
  riskParity,
} from './risk-budgets.js';
export { minimumCdar, minimumCvar, type TailPortfolio, type TailRiskOptions } from './tail-risk.js';
