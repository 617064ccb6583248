/** @noosphere/statistics: optimisers, distributions, correlations, linear algebra, GARCH. */
export { autocorrelations } from './autocorrelations.js';
export {
  type CorrelationMethod,
  type CorrelationOptions,
  correlation,
  correlationMatrix,
  covariance,
  kurtosis,
  skewness,
} from './correlation.js';
export {
  chiSquaredTail,
  kolmogorovTail,
  normalCdf,
  normalTails,
  studentQuantile,
  studentTails,
  studentWidth,
} from './distributions/distributions.js';
export { ewmaFit } from './garch/ewma.js';
export { type ErrorDistribution, fitGarch, type GarchFit } from './garch/fit-garch.js';
export {
  type GarchOrder,
  type GarchParameters,
  garchAhead,
  garchVariances,
  persistenceOf,
  type VarianceBounds,
  varianceBounds,
} from './garch/garch-recursion.js';
export { cholesky, choleskySolve, isPositiveSemidefinite } from './linear-algebra/cholesky.js';
export { diagonalize, type SymmetricEigen, symmetricEigen } from './linear-algebra/symmetric-eigen.js';
export { type BfgsMinimum, type BfgsOptions, bfgs } from './optimize/bfgs.js';
export { type NashOptions, nashSimplex } from './optimize/nash-simplex.js';
export { type Minimum, type NelderMeadOptions, nelderMead } from './optimize/nelder-mead.js';
