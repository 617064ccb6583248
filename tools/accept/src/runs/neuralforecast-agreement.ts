/** One batch through every neural model at its default sizes, with neuralforecast's own random weights: loss and gradients. */

import { join } from 'node:path';
import {
  compile,
  fromData,
  type HostTensor,
  hostData,
  namedTensors,
  type Tensor,
  valueAndGrad,
} from '@noosphere/core';
import { type NeuralModelKind, neuralModels, type Pipeline, type TrainingWindows } from '@noosphere/forecast';
import { readNpz } from '@noosphere/learn';
import { TrainingContext } from '@noosphere/train';
import { runPython } from '../python.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const [lookback, horizon, batch, channels] = [48, 24, 32, 3];

export const neuralforecastAgreement: AcceptanceRun = {
  name: 'neuralforecast-agreement',
  metric:
    "largest relative deviation from neuralforecast's one-batch loss and gradients (norm of the difference / norm, over a whole model), with its weights, over 12 models",
  bar: { is: '<=', value: 1e-4 },
  run,
};

interface Theirs {
  readonly loss: number;
  readonly covariates: boolean;
}

async function run({ folder, say }: RunContext): Promise<Measured> {
  const printed = await runPython('neuralforecast_agreement.py', [
    folder,
    ...[lookback, horizon, batch].map(String),
  ]);
  const theirs: Record<NeuralModelKind, Theirs> = JSON.parse(printed);
  const notes: string[] = [];
  const artifacts: string[] = [];
  let worst = 0;
  for (const kind of Object.keys(theirs) as NeuralModelKind[]) {
    const files = ['weights', 'gradients'].map((what) => join(folder, `${kind}-${what}.npz`));
    artifacts.push(...files);
    const [weights, expected] = (await Promise.all(files.map((file) => readNpz(file)))).map(tensorsOf);
    const own = await lossAndGradients(kind, theirs[kind].covariates, weights ?? {});
    const lossDeviation = Math.abs(own.loss - theirs[kind].loss) / Math.abs(theirs[kind].loss);
    const gradientDeviation = deviation(own.gradients, expected ?? {});
    worst = Math.max(worst, lossDeviation, gradientDeviation);
    notes.push(
      `${kind}: loss ${lossDeviation.toExponential(1)}, gradients ${gradientDeviation.toExponential(1)}`,
    );
    say(notes.at(-1) ?? '');
  }
  return { value: worst, artifacts, notes };
}

type Named = Readonly<Record<string, HostTensor>>;

function tensorsOf(file: Awaited<ReturnType<typeof readNpz>>): Named {
  return Object.fromEntries(Object.entries(file)) as Named;
}

async function lossAndGradients(kind: NeuralModelKind, covariates: boolean, weights: Named) {
  const model = neuralModels[kind]({
    horizon,
    lookback,
    scaler: 'identity',
    ...(['patchtst', 'tide', 'tsmixer'].includes(kind) ? { dropout: 0 } : {}),
    ...(covariates ? { covariates: { past: ['a', 'b'], future: ['c'], static: ['d'] } } : {}),
  });
  const rows = kind === 'tsmixer' ? batch * channels : batch;
  // Running statistics are no parameters: they keep their first values.
  const options = { channels: kind === 'tsmixer' ? channels : 1, strict: false };
  const { pipeline } = model.withWeights(weights, options);
  const step = compile((own: Pipeline, windows: TrainingWindows) => {
    const { value, grads } = valueAndGrad((each: Pipeline) => each.loss(windows, new TrainingContext()))(own);
    return { value, grads };
  });
  const { value, grads } = await step(pipeline, windowsOf(rows, covariates));
  await step.dispose();
  return { loss: await value.item(), gradients: namedTensors(grads) };
}

/** ‖ours - theirs‖ / ‖theirs‖ over all parameters; a parameter that is missing counts as 1. */
function deviation(ours: ReadonlyMap<string, Tensor>, theirs: Named): number {
  let [difference, size] = [0, 0];
  for (const [name, tensor] of Object.entries(theirs)) {
    const own = ours.get(name);
    if (!own) return 1;
    const [a, b] = [hostData(own) as Float32Array, hostData(tensor) as Float32Array];
    if (a.length !== b.length) return 1;
    b.forEach((value, index) => {
      difference += ((a[index] ?? 0) - value) ** 2;
      size += value ** 2;
    });
  }
  return Math.sqrt(difference / size);
}

/** The script's windows. */
function windowsOf(rows: number, covariates: boolean): TrainingWindows {
  const level = (value: number) => value * 2 + 0.5;
  return {
    y: wave(101, [rows, lookback], level),
    target: wave(102, [rows, horizon], level),
    ...(covariates
      ? {
          past: wave(103, [rows, lookback, 2]),
          future: wave(104, [rows, lookback + horizon, 1]),
          static: wave(105, [rows, 1]),
        }
      : {}),
  };
}

function wave(
  phase: number,
  shape: readonly number[],
  change = (value: number) => value,
): HostTensor<'float32'> {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length: size }, (_, i) => change(Math.sin(i * 0.7391 + phase * 1.37)));
  return fromData('float32', shape, values);
}
