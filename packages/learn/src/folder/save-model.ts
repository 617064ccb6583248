/** Writes a model folder: all that a prediction needs, and where the model came from. */
import { knownOptions } from '@noosphere/base';
import { sha256 } from '@noosphere/base/files';
import {
  ArgumentError,
  type ExportableFunction,
  encodeSafetensors,
  exportOnnx,
  type HostTensor,
  importOnnx,
  spec,
  type Tensor,
} from '@noosphere/core';
import { softwareVersions } from '@noosphere/train';
import { writeFolder } from '../files/model-files.js';
import { cardText } from './card.js';
import {
  type ModelCard,
  modelFormatVersion,
  parseManifest,
  type RowInput,
  requireDescription,
} from './manifest.js';
import { parametersOf, refusingUnknown } from './parameters.js';

type NamedTensors = Readonly<Record<string, Tensor>>;

/** A registered step and its options, as JSON. */
export interface ProcessingStep {
  readonly name: string;
  /** @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface SaveModelOptions {
  /** What kind of model it is, such as 'forecast/mlp': domains read their own kinds. */
  readonly kind: string;
  /** From inputs with a batch in front (and the weights) to named outputs with a batch in front. Preprocessing of numbers belongs in it. */
  readonly forward: ExportableFunction<NamedTensors, NamedTensors>;
  /** What a row of the network holds. */
  readonly inputs: Readonly<Record<string, RowInput>>;
  /** Weights by name, as PyTorch names them: those that `forward` computes with. It gets them as its second argument. */
  readonly weights: Readonly<Record<string, HostTensor>>;
  /** Steps of registered code around the network, such as a tokenizer; `before` runs in this order, `after` backwards. @default [] */
  readonly processing?: readonly ProcessingStep[];
  /** Further files by name, such as labels: bytes or text. @default {} */
  readonly assets?: Readonly<Record<string, Uint8Array | string>>;
  /** How the model was built, as JSON. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What was fitted on the training data in front of the network, as JSON. @default {} */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  /** How good it is, by metric. @default {} */
  readonly metrics?: Readonly<Record<string, number>>;
  /** @default {} */
  readonly seeds?: Readonly<Record<string, number>>;
  /** What people should know: it goes into README.md, as model hubs read it. @default {} */
  readonly card?: ModelCard;
  /** The log of the training, JSON lines or CSV by its name. @default none */
  readonly log?: { readonly name: string; readonly text: string };
  /** Replace a folder that is there already. @default false */
  readonly overwrite?: boolean;
}

/**
 * Saves a model as a folder: `model.json`, `weights.safetensors`, `model.onnx`, `README.md`, assets and the training log.
 * The folder is written under another name first: it is there whole or not at all. Throws where it is there already, and where
 * the weights are not those that `forward` computes with.
 * @example
 * await saveModel('doubler', {
 *   kind: 'example',
 *   forward: ({ x }, { factor }) => ({ y: mul(x as Tensor, factor as Tensor) }),
 *   inputs: { x: { dtype: 'float32', shape: ['time'] } },
 *   weights: { factor: tensor([2]) },
 * });
 * const model = await loadModel('doubler');
 * console.log(await model.predict([{ x: [1, 2] }, { x: [3] }])); // → [ { y: [ 2, 4 ] }, { y: [ 6 ] } ]
 * await model.close();
 */
export async function saveModel(folder: string, options: SaveModelOptions): Promise<void> {
  knownOptions(
    'saveModel',
    options,
    'kind forward inputs weights processing assets config preprocessing metrics seeds card',
    'log overwrite',
  );
  const { kind, forward, inputs, weights, log, assets = {}, card = {}, overwrite = false } = options;
  requireDescription(inputs, card);
  if (log && !/^[\w-]+\.(jsonl|csv)$/.test(log.name))
    throw new ArgumentError('saveModel', `the log must be called NAME.jsonl or NAME.csv, got '${log.name}'`);
  const odd = Object.keys(assets).find((name) => !/^\w[\w.-]*$/.test(name));
  if (odd !== undefined)
    throw new ArgumentError(
      'saveModel',
      `'${odd}' is no name for an asset; use letters, digits, '_', '.' and '-', and no folders`,
    );
  let outputs: string[] = [];
  const onnx = exportOnnx(
    (given: NamedTensors, parameters: NamedTensors) => {
      const results = forward(given, refusingUnknown(parameters as typeof weights));
      const named = 'dtype' in results ? { output: results as Tensor } : results;
      outputs = Object.keys(named);
      return named;
    },
    {
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, { dtype, shape }]) => [name, spec(dtype, ['batch', ...shape])]),
      ),
      parameters: weights,
      metadata: { kind },
      name: kind,
    },
  );
  const encoder = new TextEncoder();
  const files: Record<string, Uint8Array> = {
    'weights.safetensors': encodeSafetensors(weights),
    'model.onnx': onnx,
    ...(log && { [log.name]: encoder.encode(log.text) }),
  };
  for (const [name, content] of Object.entries(assets))
    files[`assets/${name}`] = typeof content === 'string' ? encoder.encode(content) : content;
  const described = {
    format: 'noosphere-model',
    version: modelFormatVersion,
    kind,
    config: { ...options.config },
    preprocessing: { ...options.preprocessing },
    processing: (options.processing ?? []).map(({ name, config = {} }) => ({ name, config: { ...config } })),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, { ...input, shape: [...input.shape] }]),
    ),
    outputs,
    metrics: { ...options.metrics },
    seeds: { ...options.seeds },
    card,
    versions: softwareVersions(),
    created: new Date().toISOString(),
    parameters: parametersOf(weights, importOnnx(onnx)),
  } as const;
  const checksums = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
  const json = JSON.stringify({ ...described, files: checksums }, null, 2);
  // What could not be read back, such as a metric that is NaN, is refused now.
  parseManifest('saveModel', 'model.json', json);
  const texts = {
    'model.json': encoder.encode(`${json}\n`),
    'README.md': encoder.encode(cardText(described)),
  };
  await writeFolder(folder, { ...files, ...texts }, { overwrite });
}
