/** @noosphere/learn: data sets, tasks, recipes, prediction, model folders, adapting, explaining and serving. */
export type {
  ExplainedOptions, Fill, Groups, Importances, IntegratedGradients, IntegratedGradientsOptions, Named,
  Occlusion, OcclusionOptions, OutputOptions, PermutationOptions, RowFunction, Shapley, ShapleyOptions,
} from './explain/index.js';
export { integratedGradients, occlusion, permutationImportance, shapley } from './explain/index.js';
export { fileChunks } from './files/chunks.js';
export type {
  Latency, LoadModelOptions, ModelManifest, PredictedValue, Prediction, Row, RowInput, RowValue, SavedModel,
  SaveModelOptions,
} from './folder/index.js';
export { loadModel, saveModel } from './folder/index.js';
export type { Rows, RunnerOptions } from './predict/index.js';
export { countOf, predictRows, Runner, sliceInputs, valuesOf, withRunner } from './predict/index.js';
export type {
  ArrowColumn, ArrowInput, ArrowReadOptions, ArrowStreamOptions, ArrowTable, ArrowWriteOptions, ClassFile,
  CsvCell, CsvOptions, CsvType, IdxReadOptions, LineBlock, NpyReadOptions, NpzOptions, NpzReadOptions, Sound,
} from './readers/index.js';
export {
  decodeArrow, decodeArrowStream, decodeIdx, decodeNpy, decodeNpz, decodeWav, encodeArrow, encodeNpy,
  encodeNpz, LineBlocks, maxLineLength, readArrow, readCsv, readCsvRows, readFolder, readIdx, readJsonLines,
  readNpy, readNpz, readWav, refuseForeignFormat, writeArrow, writeNpy, writeNpz,
} from './readers/index.js';
