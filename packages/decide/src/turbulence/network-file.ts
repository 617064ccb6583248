/** The mean of networks as a file, or as a model folder, that takes raw returns. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  div,
  exportOnnx,
  FormatError,
  mean,
  sigmoid,
  spec,
  stack,
  type Tensor,
} from '@noosphere/core';
import { loadModel, registerModel, saveModel } from '@noosphere/learn';
import { loadStateDict, Random, stateDict } from '@noosphere/train';
import { WarningNetwork } from './classifiers.js';
import { lookback, type SeriesDays } from './days.js';

/** The networks of `turbulenceWarnings`, and what their series were scaled by. */
export interface WarningModel {
  readonly networks: readonly WarningNetwork[];
  /** Days ahead. */
  readonly horizon: number;
  readonly series: readonly Pick<SeriesDays, 'name' | 'deviation' | 'threshold'>[];
}

const kind = 'decide/turbulence-warning';
const output = 'probability that the realised volatility of the next days lies above the threshold';

/** Returns [B, 60] and their deviation [B, 1] to the networks' mean probability [B]. */
function probabilityOf(networks: readonly WarningNetwork[]) {
  return ({ returns, deviation }: Readonly<Record<string, Tensor>>) => {
    const windows = div(returns as Tensor, deviation as Tensor);
    const each = networks.map((network) => sigmoid(network.forward(windows)));
    return { probability: mean(stack(each), { axes: [0] }) };
  };
}

export function networkFile(model: WarningModel): Uint8Array {
  return exportOnnx(probabilityOf(model.networks), {
    inputs: {
      returns: spec('float32', ['batch', lookback]),
      deviation: spec('float32', ['batch', 1]),
    },
    name: 'turbulence warning',
    metadata: {
      lookback: String(lookback),
      horizon: String(model.horizon),
      output,
      series: JSON.stringify(model.series),
    },
  });
}

/** Saves the networks of `turbulenceWarnings` as a model folder: a row of raw returns and their deviation gives a probability. */
export async function saveWarningModel(
  folder: string,
  model: WarningModel,
  options: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const { overwrite = false } = knownOptions('saveWarningModel', options, 'overwrite');
  await saveModel(folder, {
    kind,
    forward: probabilityOf(model.networks),
    inputs: {
      returns: { dtype: 'float32', shape: [lookback], description: 'daily returns, oldest first' },
      deviation: { dtype: 'float32', shape: [1], description: "root mean square of the series' returns" },
    },
    weights: stateDict(model.networks),
    config: { networks: model.networks.length, horizon: model.horizon },
    preprocessing: { series: model.series },
    card: { title: 'Turbulence warning', description: `Gives the ${output}.` },
    overwrite,
  });
}

/** What `saveWarningModel` wrote. Throws where the folder is damaged, or holds another kind of model. */
export async function loadWarningModel(folder: string): Promise<WarningModel> {
  const saved = await loadModel(folder);
  try {
    const { config, preprocessing } = saved.manifest;
    if (saved.manifest.kind !== kind)
      throw new ArgumentError(
        'loadWarningModel',
        `${folder} holds a '${saved.manifest.kind}', expected '${kind}'; openModel finds the loader of any kind`,
      );
    const weights = await saved.weights();
    const count = new Set(Object.keys(weights).map((name) => name.split('.')[0])).size;
    const networks = Array.from({ length: count }, () => new WarningNetwork(new Random(0)));
    const { horizon } = config as unknown as WarningModel;
    const { series } = preprocessing as unknown as WarningModel;
    if (!Number.isInteger(horizon) || !Array.isArray(series))
      throw new FormatError(
        'loadWarningModel',
        `${folder}/model.json`,
        `expected a horizon and a list of series, got ${horizon} and ${series}; save the model again`,
      );
    return { networks: loadStateDict(networks, weights).model, horizon, series };
  } finally {
    await saved.close();
  }
}

registerModel(kind, loadWarningModel);
