export * from './backtests/index.js';
export { conditionalDrawdown, type Drawdown, drawdowns, maximumDrawdown } from './drawdown.js';
export * from './exposure/index.js';
export * from './tails/index.js';
export {
  type EwmaOptions,
  ewmaVolatility,
  type GarchVolatility,
  type GarchVolatilityOptions,
  garchVolatility,
  type RealisedVolatilityOptions,
  realisedVolatility,
  type VolatilityFit,
} from './volatility.js';
