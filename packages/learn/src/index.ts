/** @noosphere/learn: data sets, tasks, recipes, prediction, model folders, adapting, explaining and serving. */
export type { LoraOptions, Pruning, ReplaceLayer } from './adapt/index.js';
export { absoluteSums, adapt, LoraLinear, linearWith, lora, prune } from './adapt/index.js';
export type { DatasetSplit } from './data/index.js';
export { Dataset } from './data/index.js';
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
export type { FineTuningOptions, Recipe, RecipePlan } from './recipes/index.js';
export { fineTuning, oneCycleRecipe, plain, warmUpLinear } from './recipes/index.js';
export type { EpochRecord, EvaluateOptions, LearnData, LearnOptions, LearnResult } from './run/index.js';
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
