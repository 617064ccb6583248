/** Volatility. */
export type { ErrorDistribution } from './fit-garch.js';
export {
  type ArchOptions,
  arch,
  type EwmaVolatilityOptions,
  ewmaVolatility,
  type FittedVolatility,
  type GarchOptions,
  type GjrGarchOptions,
  garch,
  gjrGarch,
  type VolatilityModel,
} from './garch-model.js';
