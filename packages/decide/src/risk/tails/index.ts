export {
  type MonteCarloOptions,
  monteCarloRisk,
  type SimulationOptions,
  simulateReturns,
} from './monte-carlo.js';
export { type RollingTailRisk, type RollingTailRiskOptions, rollingTailRisk } from './rolling.js';
export {
  type TailMethod,
  type TailMethodOptions,
  type TailRisk,
  tailRisk,
} from './tail-risk.js';
