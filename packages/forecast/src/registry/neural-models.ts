/** All neural models by kind: their makers for programs that are told a name, their architectures for saved ones. */
import { cnn1d, cnnArchitecture, tcn, tcnArchitecture } from '../global/models/convolutional.js';
import { dlinear, dlinearArchitecture, nlinear, nlinearArchitecture } from '../global/models/linear-maps.js';
import { mlp, mlpArchitecture } from '../global/models/mlp.js';
import { nbeats, nbeatsArchitecture } from '../global/models/nbeats.js';
import { nhits, nhitsArchitecture } from '../global/models/nhits.js';
import { patchtst, patchtstArchitecture } from '../global/models/patchtst.js';
import { gru, gruArchitecture, lstm, lstmArchitecture } from '../global/models/recurrent.js';
import { tide, tideArchitecture } from '../global/models/tide.js';
import { tsmixer, tsmixerArchitecture } from '../global/models/tsmixer.js';
import type { Architecture, CovariateRole, NeuralModelKind } from '../global/network.js';
import type { NeuralModel } from '../global/neural-model.js';
import type { NeuralOptions } from '../global/neural-options.js';

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

/** Typed over the kinds, so that none can be forgotten here. */
export const architectures: Readonly<Record<NeuralModelKind, Architecture>> = {
  cnn1d: cnnArchitecture,
  dlinear: dlinearArchitecture,
  gru: gruArchitecture,
  lstm: lstmArchitecture,
  mlp: mlpArchitecture,
  nbeats: nbeatsArchitecture,
  nhits: nhitsArchitecture,
  nlinear: nlinearArchitecture,
  patchtst: patchtstArchitecture,
  tcn: tcnArchitecture,
  tide: tideArchitecture,
  tsmixer: tsmixerArchitecture,
};
