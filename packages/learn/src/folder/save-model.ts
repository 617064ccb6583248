/** Writes a model folder: all that a prediction needs, and where the model came from. */
import { sha256 } from '@noosphere/base/files';
import {
  ArgumentError,
  type ExportableFunction,
  encodeSafetensors,
  exportOnnx,
  type HostTensor,
  spec,
  type Tensor,
} from '@noosphere/core';
import { softwareVersions } from '@noosphere/train';
import { writeFolder } from '../files/model-files.js';
import { type ModelManifest, modelFormatVersion, type RowInput, requireNames } from './manifest.js';

type NamedTensors = Readonly<Record<string, Tensor>>;

export interface SaveModelOptions {
  /** What kind of model it is, such as 'forecast/mlp': domains read their own kinds. */
  readonly kind: string;
  /** From inputs with a batch in front (and the weights) to named outputs with a batch in front. Preprocessing belongs in it. */
  readonly forward: ExportableFunction<NamedTensors, NamedTensors>;
  /** What a row holds. */
  readonly inputs: Readonly<Record<string, RowInput>>;
  /** Weights by name, as PyTorch names them; `forward` gets them as its second argument. */
  readonly weights: Readonly<Record<string, HostTensor>>;
  /** How the model was built, as JSON. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What was fitted on the training data in front of the network, as JSON. @default {} */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  /** How good it is, by metric. @default {} */
  readonly metrics?: Readonly<Record<string, number>>;
  /** @default {} */
  readonly seeds?: Readonly<Record<string, number>>;
  /** The log of the training, JSON lines or CSV by its name. @default none */
  readonly log?: { readonly name: string; readonly text: string };
  /** Replace a folder that is there already. @default false */
  readonly overwrite?: boolean;
}

/**
 * Saves a model as a folder: `model.json`, `weights.safetensors`, `model.onnx` and the training log.
 * The folder is written under another name first: it is there whole or not at all. Throws where it is there already.
 * @example
 * await saveModel('doubler', {
 *   kind: 'example',
 *   forward: ({ x }, { factor }) => ({ y: mul(x as Tensor, factor as Tensor) }),
 *   inputs: { x: { dtype: 'float32', shape: [2] } },
 *   weights: { factor: tensor([2]) },
 * });
 * const model = await loadModel('doubler');
 * console.log(await model.predict([{ x: [1, 2] }, { x: [3, 4] }])); // → [ { y: [ 2, 4 ] }, { y: [ 6, 8 ] } ]
 * await model.close();
 */
export async function saveModel(folder: string, options: SaveModelOptions): Promise<void> {
  const { forward, inputs, weights, log, overwrite = false } = options;
  requireNames(Object.keys(inputs));
  if (log && !/^[\w-]+\.(jsonl|csv)$/.test(log.name))
    throw new ArgumentError('saveModel', `the log must be called NAME.jsonl or NAME.csv, got '${log.name}'`);
  let outputs: string[] = [];
  const onnx = exportOnnx(
    (given: NamedTensors, parameters: NamedTensors) => {
      const results = forward(given, parameters);
      const named = 'dtype' in results ? { output: results as Tensor } : results;
      outputs = Object.keys(named);
      return named;
    },
    {
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, { dtype, shape }]) => [name, spec(dtype, ['batch', ...shape])]),
      ),
      parameters: weights,
      metadata: { kind: options.kind },
      name: options.kind,
    },
  );
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = {
    'weights.safetensors': encodeSafetensors(weights),
    'model.onnx': onnx,
    ...(log && { [log.name]: encoder.encode(log.text) }),
  };
  const manifest: ModelManifest = {
    format: 'noosphere-model',
    version: modelFormatVersion,
    kind: options.kind,
    config: { ...options.config },
    preprocessing: { ...options.preprocessing },
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, { ...input, shape: [...input.shape] }]),
    ),
    outputs,
    metrics: { ...options.metrics },
    seeds: { ...options.seeds },
    versions: softwareVersions(),
    created: new Date().toISOString(),
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
  };
  const json = encoder.encode(`${JSON.stringify(manifest, null, 2)}\n`);
  await writeFolder(folder, { ...files, 'model.json': json }, { overwrite });
}
