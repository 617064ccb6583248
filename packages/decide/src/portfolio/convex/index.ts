export type { GroupLimit, PortfolioConstraints } from './constraints.js';
export {
  type ExpectedPortfolio,
  efficientFrontier,
  type FrontierOptions,
  type MeanVarianceOptions,
  type Moments,
  maximumSharpe,
  maximumUtility,
  minimumVariance,
  type Portfolio,
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
