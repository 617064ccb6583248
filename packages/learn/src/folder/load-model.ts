/** Reads a model folder and predicts with it. */
import { join } from 'node:path';
import {
  cpuExecutor,
  type Executor,
  FormatError,
  type HostTensor,
  importOnnx,
  readSafetensors,
  type Tensor,
} from '@noosphere/core';
import { makeGraph } from '@noosphere/core/operators';
import { readCheckedFile, readFolderFile } from '../files/model-files.js';
import { type ModelManifest, parseManifest } from './manifest.js';
import { type Latency, Predictor } from './predictor.js';
import type { Prediction, Row } from './rows.js';

export interface LoadModelOptions {
  /** Rows that run together at most, however many wait. @default 256 */
  readonly largestBatch?: number;
  /** Threads inside one operator. @default NOOSPHERE_THREADS, else the cores this process may use */
  readonly threads?: number;
  /** @default the CPU */
  readonly executor?: Executor;
}

/** A model read from its folder. */
export interface SavedModel {
  readonly manifest: ModelManifest;
  /** One prediction a row, in order. Calls that are made at the same time run together. */
  predict(rows: readonly Row[]): Promise<Prediction[]>;
  /** The weights by name, to train on or to look at. */
  weights(): Promise<Readonly<Record<string, HostTensor>>>;
  /** How long calls of `predict` took. */
  readonly latency: Latency;
  /** Frees the program, behind the predictions under way. */
  close(): Promise<void>;
}

/**
 * Loads a folder of `saveModel`. Every file is compared with its checksum, every row with the input schema.
 * Throws where the folder is none, is damaged, or was written by a newer format.
 * @example
 * const weights = { w: tensor([[1], [2]]) };
 * const forward = ({ x }: Record<string, Tensor>, { w }: Record<string, Tensor>) => ({ y: matmul(x as Tensor, w as Tensor) });
 * await saveModel('linear', { kind: 'example', forward, inputs: { x: { dtype: 'float32', shape: [2] } }, weights });
 * const model = await loadModel('linear');
 * await model.predict([{ x: [1] }]).catch((error: Error) => console.log(error.message));
 * // → predict: row 0: 'x' must have the shape [2], got an array of 1
 * await model.close();
 */
export async function loadModel(folder: string, options: LoadModelOptions = {}): Promise<SavedModel> {
  const { largestBatch = 256, threads, executor = cpuExecutor } = options;
  const text = new TextDecoder().decode(await readFolderFile(folder, 'model.json'));
  const manifest = parseManifest(join(folder, 'model.json'), text);
  const read = (name: string) => readCheckedFile(folder, name, manifest.files[name]);
  const imported = importOnnx(await read('model.onnx'));
  const names = imported.inputs.map(({ name }) => name);
  const missing = names.find((name) => !(name in manifest.inputs));
  if (missing !== undefined)
    throw new FormatError(
      'loadModel',
      join(folder, 'model.onnx'),
      `takes '${missing}', which model.json does not describe`,
    );
  const places = names.map((name) => imported.place(name));
  const results = imported.apply(places);
  const outputs = manifest.outputs.map((name) => results[name] as Tensor);
  const graph = makeGraph(manifest.kind, places, outputs, [...manifest.outputs]);
  const program = await executor.load(graph, threads === undefined ? {} : { threads });
  const predictor = new Predictor(program, manifest.inputs, manifest.outputs, largestBatch);
  return {
    manifest,
    predict: (rows) => predictor.predict(rows),
    weights: async () => readSafetensors(await read('weights.safetensors')).tensors,
    get latency() {
      return predictor.latency;
    },
    close: () => predictor.close(),
  };
}
