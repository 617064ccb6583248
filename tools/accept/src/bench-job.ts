/** A row of the benchmark as a training of its own, with batches of any size. */
import { type BenchModel, modelOf } from '@noosphere/bench/models';
import { type BatchPart, makeWeights, workloads } from '@noosphere/bench/workloads';
import { fromData, fromNumbers, type HostTensor } from '@noosphere/core';
import { adam, Random, type TrainStepOptions } from '@noosphere/train';

export const benchModels = ['mlp', 'small-cnn', 'cnn', 'lstm', 'encoder'] as const;
export type BenchModelName = (typeof benchModels)[number];

export interface BenchBatch {
  readonly x: HostTensor;
  readonly y: HostTensor;
}

export interface BenchJob {
  readonly options: TrainStepOptions<BenchModel, BenchBatch>;
  readonly batch: BenchBatch;
}

/** The job of a row. @param scale Of the row's own batch size. */
export function benchJob(name: BenchModelName, seed: number, scale = 1): BenchJob {
  const workload = workloads.find((each) => each.name === name);
  if (!workload) throw new Error(`the benchmark has no row ${name}`);
  const weights = [...makeWeights(workload, seed)].map(
    ([path, { shape, data }]) => [path, fromData('float32', shape, data as Float32Array)] as const,
  );
  const random = new Random(seed);
  // The lstm's sequences lie time first.
  const axis = name === 'lstm' ? 1 : 0;
  return {
    options: {
      model: modelOf(name, Object.fromEntries(weights)),
      loss: (model, { x, y }, context) => model.loss(x, y, context),
      optimizer: adam(),
    },
    batch: { x: draw(workload.x, axis), y: draw(workload.y, 0) },
  };

  function draw({ shape, deviation = 1, classes }: BatchPart, batchAxis: number): HostTensor {
    const scaled = shape.map((size, index) => (index === batchAxis ? size * scale : size));
    if (classes === undefined) return random.normalTensor(scaled, deviation);
    const count = scaled.reduce((product, size) => product * size, 1);
    return fromNumbers(
      'int32',
      scaled,
      Array.from({ length: count }, () => Math.floor(random.uniform() * classes)),
    );
  }
}
