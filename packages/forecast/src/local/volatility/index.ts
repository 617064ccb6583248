/** Volatility. */
export type { ErrorDistribution } from '@noosphere/statistics';
export * from './garch-model.js';
