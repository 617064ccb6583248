// What is measured: the rows of the benchmark, and the weights and batches that every side of a row starts from. A row's
// sizes, FLOPs and bar are in `workloads/`; how a side computes the model is that side's business (`models/`, `../peers`).
import type { HostTensor } from './exchange.js';
import { normalGenerator, uniformGenerator } from './random.js';
import { cnn, smallCnn } from './workloads/cnn.js';
import { dlinear } from './workloads/dlinear.js';
import { mlp, mlpK32 } from './workloads/mlp.js';
import { gru, lstm } from './workloads/recurrent.js';
import { resnet20 } from './workloads/resnet.js';
import { encoder, encoderDropout, encoderMedium, gpt } from './workloads/transformers.js';
import { unet } from './workloads/unet.js';
import type { BatchPart, Start, Workload } from './workloads/workload.js';

export type { BatchPart, Workload } from './workloads/workload.js';

/** The rows of the benchmark, in the order they are printed. */
export const workloads: readonly Workload[] = [
  mlp,
  smallCnn,
  cnn,
  resnet20,
  unet,
  lstm,
  gru,
  dlinear,
  encoder,
  encoderDropout,
  encoderMedium,
  gpt,
  mlpK32,
];

/** A workload's first weights, drawn from a seed. */
export function makeWeights({ weights }: Workload, seed: number): Map<string, HostTensor> {
  const uniform = uniformGenerator(seed);
  const normal = normalGenerator(uniform);
  const draw = (start: Start): number => {
    if ('value' in start) return start.value;
    return 'bound' in start ? (2 * uniform() - 1) * start.bound : normal() * start.deviation;
  };
  const entries = [...weights].map(([name, { shape, start }]): [string, HostTensor] => {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = draw(start);
    return [name, { shape, data }];
  });
  return new Map(entries);
}

/** Eight different batches, named x0, y0, x1, y1, … */
export function makeBatches({ x, y }: Workload, seed: number): Map<string, HostTensor> {
  const uniform = uniformGenerator(seed);
  const normal = normalGenerator(uniform);
  const draw = ({ shape, classes, deviation = 1 }: BatchPart): HostTensor => {
    const data = classes === undefined ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++)
      data[i] = classes === undefined ? normal() * deviation : Math.floor(uniform() * classes);
    return { shape, data };
  };
  const batches = new Map<string, HostTensor>();
  for (let index = 0; index < 8; index++) batches.set(`x${index}`, draw(x)).set(`y${index}`, draw(y));
  return batches;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
