export {
  type CovarianceOptions,
  correlationOf,
  type ExponentialCovarianceOptions,
  exponentialCovariance,
  sampleCovariance,
} from './covariance.js';
export {
  type CapmOptions,
  capmReturns,
  type ExpectedReturnsOptions,
  type ExponentialMeanOptions,
  exponentialMeanReturns,
  meanReturns,
} from './expected-returns.js';
export { nearestCovariance } from './nearest-covariance.js';
export { logReturns, simpleReturns } from './returns.js';
export {
  ledoitWolf,
  oracleShrinkage,
  type ShrinkageOptions,
  type ShrinkageTarget,
  type ShrunkCovariance,
} from './shrinkage.js';
