// Trains with a meter that keeps a record: the process that record-after-kill kills.
// Usage: record-until-killed.ts RECORD
import { type Tensor, tanh } from '@noosphere/core';
import { footprintMeter, jsonLinesSink } from '@noosphere/footprint';
import { adam, arrayBatches, fit, Linear, meanSquaredError, Random } from '@noosphere/train';

const random = new Random(1);
const meter = footprintMeter({ place: 'FRA', record: jsonLinesSink(process.argv[2] ?? 'record.jsonl') });
await fit({
  model: { first: new Linear(64, 512, random), second: new Linear(512, 1, random) },
  loss: ({ first, second }, { x, y }: { x: Tensor; y: Tensor }) =>
    meanSquaredError(second.forward(tanh(first.forward(x))), y),
  optimizer: adam(),
  batches: arrayBatches(
    { x: random.normalTensor([4096, 64], 1), y: random.normalTensor([4096, 1], 1) },
    { batchSize: 128, seed: 1 },
  ),
  epochs: 1e6,
  meters: [meter],
  callbacks: [meter.callback, { onStart: () => void process.stdout.write('training\n') }],
});
