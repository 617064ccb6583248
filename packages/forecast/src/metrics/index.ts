export {
  meanAbsolute,
  meanAbsoluteScaled,
  randomWalkScale,
  requireSameCount,
  rootMeanSquare,
} from './errors.js';
export * from './hit-rate.js';
export * from './percentage.js';
export {
  coverage,
  crpsOfNormal,
  crpsOfQuantiles,
  type IntervalEnds,
  intervalWidth,
  multiQuantileLoss,
  pinballLoss,
  type QuantileForecast,
  quantilesOfLevel,
  winklerScore,
} from './probabilistic.js';
export * from './scaled.js';
export * from './score.js';
