/** @noosphere/base: errors, checks of arguments and options, small numerics. Imports nothing, not even of Node. */
export {
  requireBytes,
  requireColumns,
  requireFinite,
  requireFromZero,
  requireFunction,
  requireList,
  requireNumber,
  requireNumbers,
  requireObject,
  requirePositive,
  requireRate,
  requireShare,
  requireValues,
  requireWhole,
} from './checks.js';
export type { ErrorKind } from './errors/index.js';
export {
  ArgumentError, DTypeError, FormatError, GraphError, internalError, NoosphereError, PlatformError, RuntimeError,
  ShapeError,
} from './errors/index.js';
export { dot, meanOf, robustDeviation, varianceOf } from './numbers/moments.js';
export { normalCumulative, normalQuantile } from './numbers/normal.js';
export { medianInPlace, medianOf, quantileOf } from './numbers/order-statistics.js';
export { didYouMean, editDistance, knownOptions, pickOptions } from './options.js';
