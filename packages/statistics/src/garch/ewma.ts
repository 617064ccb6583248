/** Exponentially weighted variance as a GARCH whose parameters are given: ω = 0, α = 1 - λ, β = λ. */
import { type GarchFit, normalLogLikelihood } from './fit-garch.js';
import { backcastVariance, garchVariances, varianceBounds } from './garch-recursion.js';

/** The mean is that of the returns. */
export function ewmaFit(returns: Float64Array, decay: number): GarchFit {
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const errors = returns.map((value) => value - mean);
  const order = { p: 1, o: 0, q: 1 };
  const parameters = { omega: 0, alpha: [1 - decay], gamma: [], beta: [decay] };
  const backcast = backcastVariance(errors);
  const bounds = varianceBounds(errors);
  const variances = new Float64Array(returns.length);
  garchVariances(order, parameters, errors, backcast, bounds, variances);
  return {
    order,
    distribution: 'normal',
    mean,
    parameters,
    logLikelihood: normalLogLikelihood(errors, variances),
    backcast,
    bounds,
  };
}
