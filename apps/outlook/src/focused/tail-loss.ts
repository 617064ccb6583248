/** The mean loss of the worst periods. */
import { tailRisk } from '@noosphere/decide';
import { level } from '../allocation/strategies.js';

/** CVaR of the losses of periods, from their returns. */
export function tailLoss(returns: Float64Array): number {
  return tailRisk(returns, { level }).expectedShortfall;
}
