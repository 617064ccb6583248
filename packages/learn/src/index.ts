/** @noosphere/learn: data sets, tasks, recipes, prediction, model folders, adapting, explaining and serving. */
export type { LoraOptions, Pruning, ReplaceLayer } from './adapt/index.js';
export { absoluteSums, adapt, LoraLinear, linearWith, lora, prune } from './adapt/index.js';
export type { ColumnEncoderOptions, ColumnEncoderState, ColumnState, DatasetSplit, TableColumns } from './data/index.js';
export { ColumnEncoder, Dataset, fitColumns } from './data/index.js';
export type {
  ExplainedOptions, Fill, Groups, Importances, IntegratedGradients, IntegratedGradientsOptions, Named,
  Occlusion, OcclusionOptions, OutputOptions, PermutationOptions, RowFunction, Shapley, ShapleyOptions,
} from './explain/index.js';
export { integratedGradients, occlusion, permutationImportance, shapley } from './explain/index.js';
export { fileChunks } from './files/chunks.js';
export type {
  Assets, Latency, LoadModelOptions, ModelCard, ModelLoader, ModelManifest, PredictedValue, Prediction, Processing,
  ProcessingMaker, ProcessingStep, Row, RowInput, RowValue, SavedModel, SaveModelOptions,
} from './folder/index.js';
export { loadModel, openModel, registerModel, registerProcessing, saveModel } from './folder/index.js';
export type { Rows, Runner, RunnerOptions } from './predict/index.js';
export { predictRows, valuesOf, withRunner } from './predict/index.js';
export type {
  ArrowColumn, ArrowInput, ArrowReadOptions, ArrowStreamOptions, ArrowTable, ArrowWriteOptions, ClassFile,
  CsvCell, CsvOptions, CsvType, IdxReadOptions, LineBlock, NpyReadOptions, NpzOptions, NpzReadOptions, Sound,
} from './readers/index.js';
export {
  decodeArrow, decodeArrowStream, decodeIdx, decodeNpy, decodeNpz, decodeWav, encodeArrow, encodeNpy,
  encodeNpz, LineBlocks, maxLineLength, readArrow, readCsv, readCsvRows, readFolder, readIdx, readJsonLines,
  readNpy, readNpz, readWav, refuseForeignFormat, writeArrow, writeNpy, writeNpz,
} from './readers/index.js';
export type { FineTuningOptions, Recipe, RecipePlan } from './recipes/index.js';
export { fineTuning, oneCycleRecipe, plain, warmUpLinear } from './recipes/index.js';
export type { EvaluateOptions, LearnData, LearnOptions, LearnResult } from './run/index.js';
export { evaluateTask, learn, predictTask } from './run/index.js';
export type { Answer, ServeModelOptions, ServerOptions, StartedServer } from './serve/index.js';
export { answerText, serveModel, startServer } from './serve/index.js';
export type {
  ClassificationOptions, ClassifiedRow, DistillationOptions, Evaluated, Forward, Labelled,
  MaskTokensOptions, Pair, RegressionOptions, SequenceBatch, SequenceModel, SequenceRow, Task, TokenRow,
} from './tasks/index.js';
export {
  causalLanguage, classification, contrastive, ctcLabels, distillation, ignoredLabel, maskedLanguage,
  maskTokens, regression, sequenceLabelling, tokenLabelling,
} from './tasks/index.js';
