/** Volatility. */
export type { ErrorDistribution } from '@noosphere/statistics';
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
