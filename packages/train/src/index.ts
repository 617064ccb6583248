/** @noosphere/train: layers, losses, optimizers, and the loop that trains with them. */
export type {
  ArrayBatchesOptions, BatchOptions, BatchSource, BucketBatchesOptions, ClassWeightOptions, ClassWeights,
  Field, Fold, FoldOptions, Keys, NestedFold, PaddedSequences, PadOptions, PrefetchOptions,
  PurgedFoldOptions, RowBatchesOptions, RowStream, Sequence, Split, SplitOptions, StreamBatchesOptions,
  TimeFoldOptions, TimeSplitOptions, Times, WorkerBatchesOptions,
} from './data/index.js';
export {
  arrayBatches, bucketBatches, classWeights, countRows, groupKFold, groupSplit, joinRows, kFold,
  nestedFolds, padSequences, prefetched, purgedFolds, rowBatches, sliceRows, splitRows, stackRows,
  stratifiedKFold, stratifiedSplit, streamBatches, takeRows, timeFolds, timeSplit, workerBatches,
} from './data/index.js';
export type { CheckpointOptions, FitProgress } from './files/checkpoint.js';
export { CheckpointFolder, readCheckpoint } from './files/checkpoint.js';
export type { RunPace } from './files/checkpoint-metadata.js';
export type { LogSink } from './files/log-file.js';
export { softwareVersions } from './files/package-version.js';
export type {
  EpochRecord, FitCallback, FitEvent, FitOptions, FitPlan, FitResult, LearningRateCurve, LearningRateFinderOptions,
  Meter, MonitorOptions, PlateauRule, ProgressOptions, StopReason, TrainOptions, ValidationResult,
} from './fit/index.js';
export { EpochHistory, findLearningRate, fit, fitEvents, progress, reduceOnPlateau, tell } from './fit/index.js';
export type {
  AttentionCall, AttentionLayerOptions, AttentionMasks, BatchNormLayerOptions, ConvLayerOptions,
  ConvTransposeLayerOptions, DecoderMasks, EmbeddingOptions, FlattenOptions, GroupNormOptions, InstanceNormOptions, Kernel,
  KeyValueCache, Layer, LayerLike, LayerNormOptions, LinearOptions, LSTMCall, LSTMResult, RecurrentCall,
  RecurrentLayerOptions, RecurrentLayerResult, ResidualOptions, RMSNormOptions, RNNOptions, RotaryOptions,
  TransformerLayerOptions, TransformerStackOptions,
} from './layers/index.js';
export {
  AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d,
  ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Dropout, Dropout2d, DropPath, Embedding, Flatten,
  GlobalAvgPool,   GlobalMaxPool, GRU, GroupNorm, InstanceNorm, LayerNorm, Linear, LSTM, MaxPool, MultiheadAttention,
  Residual, RMSNorm, RNN, RotaryEmbedding, Sequential, SqueezeExcitation, TransformerDecoder,
  TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer,
} from './layers/index.js';
export type {
  ClockOptions, ConsoleLoggerOptions, CsvLoggerOptions, JsonLinesLoggerOptions, LogFitOptions, Logger,
  LogSetting, RowLogOptions, TensorBoardLoggerOptions,
} from './loggers/index.js';
export {
  consoleLogger, csvLogger, jsonLinesLogger, logFit, memorySink, tensorBoardLogger,
} from './loggers/index.js';
export type {
  BinaryCrossEntropyOptions, ContrastiveOptions, CosineEmbeddingOptions, CtcLengths, CtcOptions,
  FocalOptions, GaussianOptions, HuberOptions, KlDivergenceOptions, LossOptions, NegativeBinomialParameters,
  QuantileOptions, SigmoidFocalOptions, SmoothL1Options, StudentTParameters, TripletOptions,
} from './losses/index.js';
export {
  binaryCrossEntropyWithLogits, contrastiveLoss, cosineEmbeddingLoss, ctcLoss, focalLoss,
  gaussianNegativeLogLikelihood, huber, klDivergence, logGamma, meanAbsoluteError, meanSquaredError,
  negativeBinomialNegativeLogLikelihood, quantileLoss, sigmoidFocalLoss, smoothL1, softCrossEntropy,
  studentTNegativeLogLikelihood, tripletLoss,
} from './losses/index.js';
export type { Metric } from './metrics/index.js';
export * as metrics from './metrics/index.js';
export { metricNamed } from './metrics/index.js';
export type {
  LoadedModel, LoadStateDictOptions, NamePattern, Summary, SummaryOptions, SummaryRow,
} from './model/index.js';
export { freeze, loadStateDict, stateDict, summary, tiedPaths, trainOnly } from './model/index.js';
export type {
  AdafactorOptions, AdagradOptions, AdamOptions, AdamWGroupsOptions, AdamWOptions, AverageOptions,
  LbfgsOptions, LbfgsResult, LearningRate, LionOptions, Optimizer, ParameterGroup, ParameterPattern,
  RmspropOptions, Schedule, SgdOptions, Update,
} from './optimizers/index.js';
export {
  adafactor, adagrad, adam, adamW, adamWGroups, averaged, constantRate, cosineDecay, cosineRestarts,
  exponentialDecay, inverseSquareRoot, lbfgs, lion, matchesPath, multiStepDecay, oneCycle, polynomialDecay,
  rmsprop, sgd, stepDecay, warmUp,
} from './optimizers/index.js';
export { Random } from './random.js';
export type {
  RecordRunOptions, Reproduction, RunDifference, RunInputs, RunManifest, RunOutcome,
} from './runs/index.js';
export { compareRuns, listRuns, recordRun, reproduceRun } from './runs/index.js';
export { type SampleOptions, sampleLogits } from './sampling/sample-logits.js';
export type {
  BranchDimension, ChoiceDimension, ConfigOf, HalvingOptions, Objective, PlainConfig, RangeDimension,
  RunningTrial, SearchDirection, SearchEnd, SearchHistory, SearchOptions, SearchResult, SearchSampler,
  SearchSpace, SpacePoint, SpaceValue, TpeOptions, TrialContext, TrialJob, TrialObservation, TrialOutcome,
  TrialRecord, TrialReport, TrialRow, TrialScheduler, TrialStates, TrialSummary,
} from './search/index.js';
export {
  asha, ashaStopping, crossValidated, fullBudget, hyperband, memoryStates, randomSampler, search, 
  TrialEndedError, tpe,trialTable, vary,
} from './search/index.js';
export type { ForwardContext, MaskSite, WithBuffers } from './step/context.js';
export { inference, TrainingContext } from './step/context.js';
export { defineStep } from './step/define-step.js';
export type { LossFunction, LossResult } from './step/loss-call.js';
export { NonFiniteLossError } from './step/non-finite-loss-error.js';
export type { StepCost } from './step/step-cost.js';
export { stepCost } from './step/step-cost.js';
export type { Clipping, StepDefinition, StepGraph } from './step/step-graph.js';
export { loopSteps, traceStep } from './step/step-graph.js';
export type { StepResult, TrainState, TrainStepOptions } from './step/train-step.js';
export { TrainStep } from './step/train-step.js';
