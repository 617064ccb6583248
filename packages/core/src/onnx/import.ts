/** ONNX in: a file becomes a function over tensors. */
import { ArgumentError, FormatError, knownOptions, NoosphereError, requireBytes } from '@noosphere/base';
import { freshDim, type HostTensor, placeholder, Tensor } from '../graph/index.js';
import { cast } from '../ops/index.js';
import {
  type Dim,
  type DType,
  dtypeFromOnnx,
  formatShape,
  isFloat,
  isInteger,
  type Shape,
} from '../shape/index.js';
import { checkModel } from './check.js';
import { decodeModel, tensorsOf } from './decode.js';
import { type ExternalData, elementTypeName } from './decode-tensor.js';
import { controlRules } from './import-control.js';
import { differentiable, Interpreter, Scope } from './interpret.js';
import type { OnnxGraph, OnnxModel, OnnxValue } from './model.js';

export interface ImportOptions {
  /** Shapes of inputs, in place of those in the file: numbers fix dimensions, names leave them open. */
  readonly inputs?: Readonly<Record<string, Shape>>;
  /** Sizes for named dimensions of the file, such as `{ batch: 8 }`. */
  readonly dims?: Readonly<Record<string, number>>;
  /** Gives data kept outside the file; `loadOnnx` reads it from beside the file. */
  readonly external?: ExternalData;
}

/** Name, type and shape of an input or a result; the shape is `undefined` where the file leaves even the rank open. */
export interface ModelValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape | undefined;
}

/** Picks initialisers: by pattern, by name, or by a function of both name and tensor. */
export type ParameterChoice = RegExp | readonly string[] | ((name: string, tensor: HostTensor) => boolean);

/** Tensors by name, or in the order of the model's inputs. */
export type ModelInputs = Readonly<Record<string, Tensor>> | readonly Tensor[];

/** A model read from an ONNX file. */
export interface ImportedModel<Output extends string = string> {
  readonly name: string;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** Every constant tensor of the model's main graph by its name in the file. */
  readonly initializers: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Version of the standard operators that the file is written for. */
  readonly opset: number;
  /**
   * Computes the model on tensors: on data, or inside a traced function. Its graph is built for the shapes given here.
   * @param parameters Tensors that take the place of initialisers of the same name.
   */
  apply(inputs: ModelInputs, parameters?: Readonly<Record<string, Tensor>>): Record<Output, Tensor>;
  /** A place like an input, as `exportOnnx` takes it. */
  place(input: string): Tensor;
  /**
   * Initialisers to train, by name: give them to `apply`.
   * @param choice When left out all floats but settings: what sizes, bounds and rates are read from, and numbers written as nodes.
   */
  parameters(choice?: ParameterChoice): Record<string, HostTensor>;
}

/**
 * Reads an ONNX model as a function over tensors, to run, to differentiate and to fine-tune.
 * Older forms of operators are brought up to date, and shape arithmetic is folded for the shapes that are known.
 * Naming the results in the type (`importOnnx<'logits'>`) is for the type checker alone.
 * @example
 * const bytes = exportOnnx(({ x }) => mul(x, 2), { inputs: { x: spec('float32', ['batch', 2]) } });
 * const model = importOnnx<'output'>(bytes);
 * const { output } = model.apply({ x: tensor([[1, 2]]) });
 * console.log(model.inputs[0]?.shape, await output.array()); // → [ 'batch', 2 ] [ [ 2, 4 ] ]
 */
export function importOnnx<Output extends string = string>(
  bytes: Uint8Array,
  options: ImportOptions = {},
): ImportedModel<Output> {
  knownOptions('importOnnx', options, 'inputs dims external');
  requireBytes('importOnnx', bytes);
  const model = decodeModel(bytes);
  checkModel(model);
  const interpreter = new Interpreter({
    opset: model.opsets.get('') ?? 1,
    functions: model.functions,
    external: options.external,
    control: controlRules,
  });
  for (const tensor of tensorsOf(model.graph)) interpreter.tensor(tensor);
  return new Imported<Output>(model, interpreter, options);
}

class Imported<Output extends string> implements ImportedModel<Output> {
  readonly name: string;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly initializers: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly opset: number;
  readonly #graph: OnnxGraph;
  readonly #interpreter: Interpreter;

  constructor(model: OnnxModel, interpreter: Interpreter, options: ImportOptions) {
    this.#graph = model.graph;
    this.#interpreter = interpreter;
    this.name = model.graph.name;
    this.metadata = model.metadata;
    this.opset = model.opsets.get('') ?? 1;
    this.initializers = initializersOf(model.graph, interpreter);
    this.inputs = model.graph.inputs
      .filter(({ name }) => !Object.hasOwn(this.initializers, name))
      .map((value) => inputOf(value, options));
    this.outputs = this.#inferOutputs();
  }

  apply(inputs: ModelInputs, parameters: Readonly<Record<string, Tensor>> = {}): Record<string, Tensor> {
    const given = this.#named(inputs);
    const scope = new Scope();
    const sizes = new Map<string, Dim>();
    for (const input of this.inputs) scope.set(input.name, fitted(input, given[input.name], sizes));
    for (const [name, tensor] of Object.entries(parameters)) scope.set(name, this.#parameter(name, tensor));
    const kept = differentiable([...Object.values(given), ...Object.values(parameters)]);
    const results = this.#interpreter.run(this.#graph, scope, kept);
    const named = this.#graph.outputs.map(({ name }, index) => [name, results[index]] as const);
    return Object.fromEntries(named) as Record<Output, Tensor>;
  }

  place(input: string): Tensor {
    const found = this.inputs.find(({ name }) => name === input);
    if (!found?.shape) {
      throw new ArgumentError(
        'place',
        found
          ? `the file leaves the rank of '${input}' open; import with inputs: { '${input}': [...] }`
          : `there is no input '${input}', expected ${this.inputs.map(({ name }) => name).join(', ')}`,
      );
    }
    return placeholder(input, found.dtype, found.shape);
  }

  parameters(choice?: ParameterChoice): Record<string, HostTensor> {
    const settings = choice === undefined ? settingsOf(this.#graph) : undefined;
    if (Array.isArray(choice)) {
      const missing = choice.filter((name) => !Object.hasOwn(this.initializers, name));
      if (missing.length > 0)
        throw new ArgumentError(
          'parameters',
          `there is no initialiser ${missing.join(', ')}; see model.initializers`,
        );
    }
    const isChosen = (name: string, tensor: HostTensor): boolean => {
      if (choice === undefined) return !settings?.has(name);
      if (choice instanceof RegExp)
        return new RegExp(choice.source, choice.flags.replace(/[gy]/g, '')).test(name);
      return typeof choice === 'function' ? choice(name, tensor) : choice.includes(name);
    };
    return Object.fromEntries(
      Object.entries(this.initializers).filter(
        ([name, tensor]) => isFloat(tensor.dtype) && isChosen(name, tensor),
      ),
    );
  }

  #named(inputs: ModelInputs): Readonly<Record<string, Tensor>> {
    if (Array.isArray(inputs)) {
      const tensors: readonly Tensor[] = inputs;
      return this.#named(
        Object.fromEntries(tensors.map((tensor, index) => [this.#inputName(index), tensor])),
      );
    }
    const named = inputs as Readonly<Record<string, Tensor>>;
    const expected = this.inputs.map(({ name }) => name);
    const fits =
      expected.every((name) => named[name] instanceof Tensor) &&
      Object.keys(named).length === expected.length;
    if (!fits) {
      throw new ArgumentError(
        'apply',
        `expects tensors for the inputs ${expected.join(', ')}, got ${Object.keys(named).join(', ') || 'none'}`,
      );
    }
    return named;
  }

  #inputName(index: number): string {
    const input = this.inputs[index];
    if (!input) throw new ArgumentError('apply', `the model has ${this.inputs.length} inputs, got more`);
    return input.name;
  }

  #parameter(name: string, tensor: Tensor): Tensor {
    const known = Object.hasOwn(this.initializers, name) ? this.initializers[name] : undefined;
    if (!known) throw new ArgumentError('apply', `there is no initialiser '${name}'; see model.initializers`);
    if (known.dtype !== tensor.dtype)
      throw new ArgumentError('apply', `the initialiser '${name}' is ${known}, got ${tensor}`);
    return tensor;
  }

  /** Interprets the model once on places for its inputs. Where open dimensions keep that from working, the file's word is taken. */
  #inferOutputs(): ModelValue[] {
    const declared = this.#graph.outputs.map((value) => declaredValue(value));
    const places = this.inputs.map(({ name, dtype, shape }) => shape && placeholder(name, dtype, shape));
    if (places.some((place) => place === undefined)) return declared.map(withType);
    try {
      const results = Object.values<Tensor>(this.apply(places as Tensor[]));
      return this.#graph.outputs.map(({ name }, index) => {
        const { dtype, shape } = results[index];
        return { name, dtype, shape };
      });
    } catch (error) {
      // An argument that must be a constant may be one when the model is applied; so may open dimensions be numbers.
      const isOpen = this.inputs.some(({ shape }) => shape?.some((dim) => typeof dim === 'string') ?? true);
      const mayFitLater =
        NoosphereError.isInstance(error) &&
        (error.kind === 'argument' || (isOpen && error.kind !== 'format'));
      if (!mayFitLater) throw error;
      return declared.map(withType);
    }
  }
}

function withType({ dtype, ...value }: Partial<ModelValue> & { name: string; place: string }): ModelValue {
  if (!dtype)
    throw new FormatError(
      'onnx',
      value.place,
      'has no element type, and open dimensions keep it from being inferred; import with fixed input shapes',
    );
  return { name: value.name, dtype, shape: value.shape };
}

function declaredValue(value: OnnxValue): {
  name: string;
  place: string;
  dtype?: DType;
  shape: Shape | undefined;
} {
  const dtype = value.type === undefined ? undefined : dtypeFromOnnx(value.type);
  return { name: value.name, place: value.place, ...(dtype ? { dtype } : {}), shape: namedShape(value) };
}

/** A value's shape with a name for each dimension that has neither size nor name. */
function namedShape({ name, shape }: OnnxValue): Shape | undefined {
  return shape?.map((dim, axis) => dim ?? freshDim(`${name}_${axis}`));
}

function inputOf(value: OnnxValue, { inputs = {}, dims = {} }: ImportOptions): ModelValue {
  const { name, place, type, notTensor } = value;
  if (notTensor) throw new FormatError('onnx', place, `is a ${notTensor}; only tensors are carried`);
  const dtype = type === undefined ? undefined : dtypeFromOnnx(type);
  if (!dtype)
    throw new FormatError(
      'onnx',
      place,
      `has element type ${elementTypeName(type ?? 0)}, which is not carried`,
    );
  const asked = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  const written = namedShape(value);
  if (asked && written && asked.length !== written.length) {
    throw new ArgumentError(
      'importOnnx',
      `input '${name}' has the shape ${formatShape(written)} in the file, got ${formatShape(asked)}`,
    );
  }
  const shape = asked ?? written;
  return {
    name,
    dtype,
    shape: shape?.map((dim) => (typeof dim === 'string' && Object.hasOwn(dims, dim) ? dims[dim] : dim)),
  };
}

/** Initialisers and Constant nodes: older exporters write weights as either. */
function initializersOf(graph: OnnxGraph, interpreter: Interpreter): Record<string, HostTensor> {
  const named = graph.initializers.map((tensor) => [tensor.name, interpreter.tensor(tensor)] as const);
  const constants = graph.nodes.flatMap(({ operator, domain, outputs, attributes }) => {
    const value = attributes.get('value');
    return operator === 'Constant' && domain === '' && value?.kind === 'tensor' && outputs[0]
      ? [[outputs[0], interpreter.tensor(value.value)] as const]
      : [];
  });
  return Object.fromEntries([...named, ...constants]);
}

/** Inputs, by position, that say how an operator works: they are no weights although they are floats. */
const settingInputs: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Dropout: [1],
  NonMaxSuppression: [3, 4],
  OneHot: [2],
  Pad: [2],
  Range: [0, 1, 2],
  Resize: [1, 2],
  Upsample: [1],
};

/** Names of the constants that are settings: read as such, or single numbers that the file writes as nodes. */
function settingsOf({ nodes }: OnnxGraph): Set<string> {
  const settings = new Set<string>();
  for (const { operator, domain, inputs, outputs, attributes } of nodes) {
    if (domain !== '') continue;
    const value = attributes.get('value');
    if (operator === 'Constant' && value?.kind === 'tensor' && value.value.dims.length === 0)
      settings.add(outputs[0] ?? '');
    if (!Object.hasOwn(settingInputs, operator)) continue;
    for (const index of settingInputs[operator] ?? []) settings.add(inputs[index] ?? '');
  }
  return settings;
}

/** The tensor for an input, integers converted; its type, rank and sizes must fit what the file declares. */
function fitted(input: ModelValue, tensor: Tensor, sizes: Map<string, Dim>): Tensor {
  const { name, dtype, shape } = input;
  const typed =
    tensor.dtype !== dtype && isInteger(tensor.dtype) && isInteger(dtype) ? cast(tensor, dtype) : tensor;
  const fits =
    typed.dtype === dtype &&
    (shape === undefined ||
      (shape.length === typed.rank && shape.every((dim, axis) => dimFits(dim, typed.shape[axis], sizes))));
  if (!fits) {
    const bound = [...sizes].map(([dim, size]) => `${dim} = ${size}`).join(', ');
    throw new ArgumentError(
      'apply',
      `input '${name}' must be ${dtype}${shape ? formatShape(shape) : ''}${bound ? ` with ${bound}` : ''}, got ${tensor}`,
    );
  }
  return typed;
}

/** A named dimension is one size wherever it stands. */
function dimFits(declared: Dim, given: Dim, sizes: Map<string, Dim>): boolean {
  if (typeof declared === 'number') return given === declared || typeof given === 'string';
  const before = sizes.get(declared);
  if (before === undefined) sizes.set(declared, given);
  return before === undefined || before === given || typeof given === 'string' || typeof before === 'string';
}
