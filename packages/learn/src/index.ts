/** @noosphere/learn: data sets, tasks, recipes, prediction, model folders, adapting, explaining and serving. */
export type {
  Assets, Latency, LoadModelOptions, ModelCard, ModelLoader, ModelManifest, PredictedValue, Prediction, Processing,
  ProcessingMaker, ProcessingStep, Row, RowInput, RowValue, SavedModel, SaveModelOptions,
} from './folder/index.js';
export { loadModel, openModel, registerModel, registerProcessing, saveModel } from './folder/index.js';
export type { Rows, RunnerOptions } from './predict/index.js';
export { countOf, predictRows, Runner, sliceInputs, valuesOf, withRunner } from './predict/index.js';
export type {
  ArrowColumn, ArrowInput, ArrowReadOptions, ArrowStreamOptions, ArrowTable, ArrowWriteOptions,
  NpyReadOptions, NpzOptions, NpzReadOptions,
} from './readers/index.js';
export {
  decodeArrow, decodeArrowStream, decodeNpy, decodeNpz, encodeArrow, encodeNpy, encodeNpz, readArrow,
  readNpy, readNpz, refuseForeignFormat, writeArrow, writeNpy, writeNpz,
} from './readers/index.js';
