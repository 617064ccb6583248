/** Returns of whole periods, and the mean loss of the worst. */
import { tailRisk } from '@noosphere/decide';
import { level } from '../allocation/strategies.js';

/** CVaR of the losses of periods, from their returns. */
export function tailLoss(returns: Float64Array): number {
  return tailRisk(returns, { level }).expectedShortfall;
}

/** The return of days that follow each other. */
export function compounded(returns: Float64Array): number {
  return returns.reduce((worth, value) => worth * (1 + value), 1) - 1;
}
