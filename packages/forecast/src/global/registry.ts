/** Makers of all neural models by kind, and what each takes: for programs that are told a name. */
import { architectures } from './architectures.js';
import { cnn1d, tcn } from './models/convolutional.js';
import { dlinear, nlinear } from './models/linear-maps.js';
import { mlp } from './models/mlp.js';
import { nbeats } from './models/nbeats.js';
import { nhits } from './models/nhits.js';
import { patchtst } from './models/patchtst.js';
import { gru, lstm } from './models/recurrent.js';
import { tide } from './models/tide.js';
import { tsmixer } from './models/tsmixer.js';
import type { CovariateRole, NeuralModelKind } from './network.js';
import type { NeuralModel } from './neural-model.js';
import type { NeuralOptions } from './neural-options.js';

/**
 * Every neural model by its kind.
 * @example
 * console.log(neuralModels.nhits({ horizon: 12, lookback: 36 }).name); // → NHITS
 */
export const neuralModels: Readonly<Record<NeuralModelKind, (options: NeuralOptions) => NeuralModel>> = {
  cnn1d,
  dlinear,
  gru,
  lstm,
  mlp,
  nbeats,
  nhits,
  nlinear,
  patchtst,
  tcn,
  tide,
  tsmixer,
};

/**
 * The covariates that a kind of neural model takes.
 * @example
 * console.log(covariatesOf('tide'), covariatesOf('nlinear')); // → [ 'past', 'future', 'static' ] []
 */
export function covariatesOf(kind: NeuralModelKind): readonly CovariateRole[] {
  return architectures[kind].covariates;
}
