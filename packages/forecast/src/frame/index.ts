export * from './calendar.js';
export type { CovariateNames, LoadedFrame } from './covariates.js';
export * from './frame.js';
export { type FrameColumns, type FrameRow, frameOf } from './frame-of.js';
export type { FrameOptions } from './frame-options.js';
export * from './frequency.js';
export * from './gaps.js';
export * from './read-frame.js';
export {
  concatFrames,
  dropTail,
  headRows,
  sliceTimes,
  tailRows,
  takeSeries,
} from './slice.js';
export { seasonLengthOf } from './time-grid.js';
export * from './write-frame.js';
