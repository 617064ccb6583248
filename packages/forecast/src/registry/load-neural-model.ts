/** Reads what `save` of a fitted neural model wrote. */

import { FormatError } from '@noosphere/core';
import { loadModel, registerModel } from '@noosphere/learn';
import { loadStateDict } from '@noosphere/train';
import { FittedNeuralModel } from '../global/fitted-neural-model.js';
import { buildPipeline, type NeuralDescription, untrained } from '../global/neural-model.js';
import { architectures } from './neural-models.js';

/**
 * A saved neural model, to forecast with or to fine-tune. Throws where the folder is none, is damaged, or holds another
 * kind of model.
 * @example
 * const frame = frameOf({ ds: [1, 2, 3, 4, 5, 6, 7, 8], y: [1, 2, 1, 2, 1, 2, 1, 2] });
 * const model = await nlinear({ horizon: 2, lookback: 4, steps: 3 }).fit(frame);
 * await model.save('model');
 * const [before] = await model.forecast(frame);
 * const [after] = await (await loadNeuralModel('model')).forecast(frame);
 * console.log(String(after?.mean) === String(before?.mean)); // → true
 */
export async function loadNeuralModel(folder: string): Promise<FittedNeuralModel> {
  const saved = await loadModel(folder);
  try {
    const { kind, config } = saved.manifest;
    const description = config as unknown as NeuralDescription;
    const architecture = architectures[description.settings?.kind];
    if (!architecture || kind !== `forecast/${architecture.kind}`) {
      throw new FormatError(
        'loadNeuralModel',
        folder,
        `holds a model of the kind '${kind}', expected one of ${Object.keys(architectures).join(', ')}`,
      );
    }
    const { model } = loadStateDict(buildPipeline(architecture, description), await saved.weights());
    return new FittedNeuralModel(architecture, description, model, untrained);
  } finally {
    await saved.close();
  }
}

for (const kind of Object.keys(architectures)) registerModel(`forecast/${kind}`, loadNeuralModel);
