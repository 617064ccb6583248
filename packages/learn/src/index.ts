/** @noosphere/learn: data sets, tasks, recipes, prediction, model folders, adapting, explaining and serving. */
export type {
  ExplainedOptions, Fill, Groups, Importances, IntegratedGradients, IntegratedGradientsOptions, Named,
  Occlusion, OcclusionOptions, OutputOptions, PermutationOptions, RowFunction, Shapley, ShapleyOptions,
} from './explain/index.js';
export { integratedGradients, occlusion, permutationImportance, shapley } from './explain/index.js';
export type {
  Latency, LoadModelOptions, ModelManifest, PredictedValue, Prediction, Row, RowInput, RowValue, SavedModel,
  SaveModelOptions,
} from './folder/index.js';
export { loadModel, saveModel } from './folder/index.js';
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
