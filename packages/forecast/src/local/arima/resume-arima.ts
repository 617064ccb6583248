/** An ARIMA from the estimates that an earlier fit told. */
import type { Estimates, Exogenous } from '../local-model.js';
import { modelFrom, numberFrom } from '../read-estimates.js';
import { requireSeries } from '../require-series.js';
import type { ArimaFit } from './fit-arima.js';
import {
  type ArimaContext,
  estimateName,
  type FittedArima,
  fittedArima,
  regressorNames,
} from './fitted-arima.js';
import { type ArimaOrder, lostValues, parseArimaName } from './order.js';

/** @param season Of the Fourier terms, where the model has some. */
export function resumeArima(
  operation: string,
  estimates: Estimates,
  season: number,
  y: Float64Array,
  exogenous: Exogenous | undefined,
): FittedArima {
  const [name = ''] = modelFrom(operation, estimates).split(/ with \d+ Fourier/);
  const order = parseArimaName(operation, name);
  const told = (each: string) => numberFrom(operation, estimates, each);
  const context: ArimaContext = {
    operation,
    covariateNames: Object.keys(estimates).filter((each) => !estimateName.test(each)),
    fourier: 'fourierPairs' in estimates ? { season, pairs: told('fourierPairs') } : undefined,
  };
  const fit: ArimaFit = {
    order,
    lags: Float64Array.from(lagNames(order), told),
    weights: Float64Array.from(regressorNames(order, context), told),
    variance: told('sigma2'),
    logLikelihood: told('logLikelihood'),
    criteria: {
      aic: told('aic'),
      aicc: 'aicc' in estimates ? told('aicc') : Number.POSITIVE_INFINITY,
      bic: told('bic'),
    },
  };
  requireSeries(operation, y, lostValues(order) + 1);
  return fittedArima(fit, context, y, exogenous);
}

/** φ, θ, Φ, Θ as `estimates` names them. */
function lagNames({ p, q, seasonalP, seasonalQ }: ArimaOrder): string[] {
  const counts = { ar: p, ma: q, sar: seasonalP, sma: seasonalQ };
  return Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => `${name}${index + 1}`),
  );
}
