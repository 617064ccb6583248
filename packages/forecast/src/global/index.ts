/** Global neural models: learnt from all series of a frame at once. */
export type { DecisionLoss, DecisionWindows } from './decision-loss.js';
export type { DistributionKind } from './distributions.js';
export { type FineTuneOptions, FittedNeuralModel } from './fitted-neural-model.js';
export type {
  FittedGlobalModel,
  GlobalFitOptions,
  GlobalForecastOptions,
  GlobalModel,
} from './global-model.js';
export type { ForecastLoss } from './losses.js';
export { type CnnOptions, cnn1d, type TcnOptions, tcn } from './models/convolutional.js';
export { type DLinearOptions, dlinear, nlinear } from './models/linear-maps.js';
export { type MlpOptions, mlp } from './models/mlp.js';
export { type NBeatsOptions, nbeats, type StackKind } from './models/nbeats.js';
export { type NHitsOptions, nhits } from './models/nhits.js';
export { type PatchTSTOptions, patchtst } from './models/patchtst.js';
export { gru, lstm, type RecurrentOptions } from './models/recurrent.js';
export { type TideOptions, tide } from './models/tide.js';
export { type TSMixerOptions, tsmixer } from './models/tsmixer.js';
export type { CovariateRole, NeuralModelKind } from './network.js';
export {
  type EnsembleMember,
  FittedNeuralEnsemble,
  NeuralEnsemble,
  type NeuralEnsembleOptions,
  neuralEnsemble,
} from './neural-ensemble.js';
export { type NeuralDescription, NeuralModel, type TrainingReport } from './neural-model.js';
export type { NeuralOptions, NeuralSettings } from './neural-options.js';
export type { Pipeline, RawWindows, TrainingWindows } from './pipeline.js';
export type { ReversibleNormOptions } from './reversible-norm.js';
export type { ScalerKind } from './scalers.js';
export type { CovariateColumns } from './window-batches.js';
export type { WindowRows } from './windows.js';
