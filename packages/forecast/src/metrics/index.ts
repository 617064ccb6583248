export { type DieboldMariano, dieboldMariano } from './diebold-mariano.js';
export { meanAbsolute, rootMeanSquare } from './errors.js';
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
