// Trains a network with dropout, saving often: the process that resume-after-kill kills. Says what it does line by line.
// Usage: train-until-killed.ts FOLDER STEPS_PER_CALL
import { createHash } from 'node:crypto';
import { hostData, relu, type Tensor } from '@noosphere/core';
import {
  adamW,
  arrayBatches,
  Dropout,
  type ForwardContext,
  fit,
  Linear,
  meanSquaredError,
  Random,
} from '@noosphere/train';

class Net {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly dropout = new Dropout(0.3);

  constructor(random: Random) {
    // Wide on purpose: writing its checkpoint takes long enough to be killed in the middle.
    this.fc1 = new Linear(256, 4096, random);
    this.fc2 = new Linear(4096, 1, random);
  }

  forward(x: Tensor, context: ForwardContext): Tensor {
    return this.fc2.forward(this.dropout.forward(relu(this.fc1.forward(x)), context));
  }
}

const [folder = '.', stepsPerCall = '1'] = process.argv.slice(2);
const random = new Random(11);
const data = { x: random.normalTensor([512, 256], 1), y: random.normalTensor([512, 1], 1) };
const say = (line: string) => process.stdout.write(`${line}\n`);

const result = await fit({
  model: new Net(random),
  loss: (model: Net, batch: typeof data, context) =>
    meanSquaredError(model.forward(batch.x, context), batch.y),
  optimizer: adamW({ learningRate: (step) => 1e-3 / (1 + step / 100) }),
  batches: arrayBatches(data, { batchSize: 8, seed: 4 }),
  epochs: 8,
  seed: 6,
  stepsPerCall: Number(stepsPerCall),
  checkpoint: { folder, everySteps: 32, keep: 2 },
  callbacks: [
    {
      onStart: ({ doneSteps, steps }) => say(`start ${doneSteps} ${steps}`),
      onCheckpoint: (path) => say(`saved ${path}`),
    },
  ],
});
const hash = createHash('sha256');
for (const layer of [result.model.fc1, result.model.fc2]) {
  for (const tensor of [layer.weight, layer.bias])
    if (tensor) hash.update(new Uint8Array((hostData(tensor) as Float32Array).slice().buffer));
}
say(`weights ${hash.digest('hex')}`);
