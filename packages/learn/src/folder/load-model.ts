/** Reads a model folder and predicts with it. */
import { join } from 'node:path';
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  cpuExecutor,
  type Executor,
  FormatError,
  type HostTensor,
  type ImportedModel,
  importOnnx,
  readSafetensors,
  type Tensor,
} from '@noosphere/core';
import { makeGraph } from '@noosphere/core/operators';
import { readCheckedFile, readFolderFile } from '../files/model-files.js';
import { type ModelManifest, parseManifest } from './manifest.js';
import { requireSameWeights } from './parameters.js';
import { type Latency, Predictor } from './predictor.js';
import { type Assets, processingOf } from './processing.js';
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
export interface SavedModel extends Assets {
  readonly manifest: ModelManifest;
  /** JSON schema of a row in front of all processing; none where it follows from the manifest's inputs. */
  readonly rowSchema?: Readonly<Record<string, unknown>>;
  /** One prediction a row, in order. Calls that are made at the same time run together. */
  predict(rows: readonly Row[]): Promise<Prediction[]>;
  /** The weights by name, to train on or to look at. */
  weights(): Promise<Readonly<Record<string, HostTensor>>>;
  /** How long calls of `predict` took. */
  readonly latency: Latency;
  /** Frees the program, behind the predictions under way. */
  close(): Promise<void>;
}

/** The manifest of a folder, checked. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const text = new TextDecoder().decode(await readFolderFile(folder, 'model.json'));
  return parseManifest('loadModel', join(folder, 'model.json'), text);
}

/**
 * Loads a folder of `saveModel`, of format 1 or 2. Every file is compared with its checksum, the weights with the graph, every row
 * with the input schema. Throws where the folder is none, is damaged, or was written by a newer format.
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
  knownOptions('loadModel', options, 'largestBatch threads executor');
  const { largestBatch = 256, threads, executor = cpuExecutor } = options;
  const manifest = await readManifest(folder);
  const read = (name: string) => readCheckedFile(folder, name, manifest.files[name]);
  const weights = async () => readSafetensors(await read('weights.safetensors')).tensors;
  const assets = assetsOf(folder, manifest, read);
  const { rowSchema, ...processing } = await processingOf('loadModel', manifest.processing, assets);
  const imported = importOnnx(await read('model.onnx'));
  requireSameWeights(folder, manifest, imported, await weights());
  const graph = graphOf(folder, manifest, imported);
  const program = await executor.load(graph, threads === undefined ? {} : { threads });
  const predictor = new Predictor(program, manifest, processing, largestBatch);
  return {
    manifest,
    ...(rowSchema && { rowSchema }),
    ...assets,
    predict: (rows) => predictor.predict(rows),
    weights,
    get latency() {
      return predictor.latency;
    },
    close: () => predictor.close(),
  };
}

/** The graph with inputs and outputs in the manifest's order; they must be the file's. */
function graphOf(folder: string, { kind, inputs, outputs }: ModelManifest, imported: ImportedModel) {
  const refuse = (what: string): never => {
    throw new FormatError('loadModel', join(folder, 'model.onnx'), `${what}; save the model again`);
  };
  const odd = imported.inputs.find(({ name }) => !Object.hasOwn(inputs, name));
  if (odd) refuse(`takes '${odd.name}', which model.json does not describe`);
  const places = Object.entries(inputs).map(([name, { dtype, shape }]) => {
    const found = imported.inputs.find((input) => input.name === name);
    const own = `${dtype} [batch,${shape}]`;
    const its = found ? `${found.dtype} [${found.shape}]` : 'none';
    if (its.replace(/\[[^,\]]*,?/, '[batch,') !== own)
      refuse(`has '${name}' as ${its}, model.json as ${own}`);
    return imported.place(name);
  });
  const results = imported.apply(
    Object.fromEntries(places.map((place, at) => [Object.keys(inputs)[at], place])),
  );
  const missing = outputs.find((name) => !Object.hasOwn(results, name));
  if (missing !== undefined) refuse(`gives no '${missing}', which model.json names as an output`);
  return makeGraph(
    kind,
    places,
    outputs.map((name) => results[name] as Tensor),
    outputs,
  );
}

function assetsOf(
  folder: string,
  { files }: ModelManifest,
  read: (name: string) => Promise<Uint8Array>,
): Assets {
  const names = Object.keys(files).flatMap((name) => name.match(/^assets\/(.+)$/)?.[1] ?? []);
  const asset = async (name: string) => {
    if (names.includes(name)) return await read(`assets/${name}`);
    throw new ArgumentError(
      'asset',
      `${folder} holds no '${name}', only ${names.join(', ') || 'no assets'}; saveModel takes them in 'assets'`,
    );
  };
  return {
    assets: names,
    asset,
    assetText: async (name) => new TextDecoder().decode(await asset(name)),
  };
}
