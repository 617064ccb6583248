/** All architectures by kind; typed over the kinds, so that none can be forgotten here. */
import { cnnArchitecture, tcnArchitecture } from './models/convolutional.js';
import { dlinearArchitecture, nlinearArchitecture } from './models/linear-maps.js';
import { mlpArchitecture } from './models/mlp.js';
import { nbeatsArchitecture } from './models/nbeats.js';
import { nhitsArchitecture } from './models/nhits.js';
import { patchtstArchitecture } from './models/patchtst.js';
import { gruArchitecture, lstmArchitecture } from './models/recurrent.js';
import { tideArchitecture } from './models/tide.js';
import { tsmixerArchitecture } from './models/tsmixer.js';
import type { Architecture, NeuralModelKind } from './network.js';

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
