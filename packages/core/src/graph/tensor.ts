/**
 * The tensor: a handle with dtype and shape, and either host data or a place in a graph.
 * Nothing runs here; reading a tensor's data asks the evaluator, which the package's entry point installs.
 */
import { ArgumentError, internalError } from '@noosphere/base';
import {
  type AnyData,
  bytesPerElement,
  type DataOf,
  type DType,
  float16ToNumber,
  formatShape,
  isStatic,
  requireDims,
  type Shape,
  staticShape,
} from '../shape/index.js';
import type { Node } from './node.js';
import { valuesText } from './tensor-text.js';

/** Where a tensor's values come from. */
export type Origin =
  | { readonly kind: 'data'; readonly data: AnyData }
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number };

/** Nested arrays of numbers (booleans for bool), as `array()` gives and `tensor()` takes. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Computes tensors that are places in a graph. */
export type Evaluator = (tensors: readonly Tensor[]) => Promise<readonly HostTensor[]>;

let evaluator: Evaluator | undefined;

/** Installs what reads of lazy tensors call; done once by the package's entry point. */
export function installEvaluator(evaluate: Evaluator): void {
  evaluator = evaluate;
}

/**
 * A typed, shaped array of numbers: either data, or the result of operators that run when the data is read.
 * Needs no disposal.
 */
export class Tensor<D extends DType = DType> {
  readonly dtype: D;
  #shape: Shape;
  #origin: Origin;

  constructor(dtype: D, shape: Shape, origin: Origin) {
    this.dtype = dtype;
    this.#shape = shape;
    this.#origin = origin;
  }

  /** Sizes along the axes; a name stands for one that only a run can tell. */
  get shape(): Shape {
    return this.#shape;
  }

  get origin(): Origin {
    return this.#origin;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements; named dimensions have none yet. */
  get size(): number {
    return staticShape('size', this.shape).reduce((product, dim) => product * dim, 1);
  }

  get byteLength(): number {
    return this.size * bytesPerElement(this.dtype);
  }

  /** The elements in row-major order, computed now if need be. Shared, not copied: do not write into it. */
  async data(): Promise<DataOf<D>> {
    if (this.#origin.kind !== 'data') {
      if (!evaluator) throw internalError('data', 'no evaluator is installed');
      const [computed] = await evaluator([this]);
      if (!computed) throw internalError('data', 'the evaluator returned nothing');
      this.settle(computed);
    }
    return hostData(this);
  }

  /** Nested arrays of plain numbers (booleans for bool), int64 included where it is safe. */
  async array(): Promise<NestedArray> {
    const data = await this.data();
    return nest(toNumbers(this.dtype, data), staticShape('array', this.shape));
  }

  /** The value of a tensor with one element. */
  async item(): Promise<number> {
    if (!isStatic(this.shape) || this.size !== 1) {
      throw new ArgumentError(
        'item',
        `expects one element, got shape ${formatShape(this.shape)}; use array()`,
      );
    }
    return Number(toNumbers(this.dtype, await this.data())[0]);
  }

  /** Writes dtype, shape and values to the console. */
  async print(): Promise<void> {
    console.log(`${this.toString()} ${JSON.stringify(await this.array())}`);
  }

  toString(): string {
    return `Tensor ${this.dtype}${formatShape(this.shape)}`;
  }

  /** What `console.log` shows in Node: dtype, shape, and the values where they are known. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { kind } = this.#origin;
    if (this.#origin.kind !== 'data')
      return `${this} (${kind === 'node' ? 'lazy: await data() computes it' : kind})`;
    const values = valuesText(this.dtype, this.#shape as readonly number[], this.#origin.data);
    return `${this}${this.rank > 1 ? '\n' : ' '}${values}`;
  }

  /** Replaces the way to compute this tensor by its computed data, so that the graph behind it can be collected. */
  settle(computed: HostTensor): void {
    this.#shape = computed.shape;
    this.#origin = computed.origin;
  }
}

/** A tensor whose data is on the host. */
export interface HostTensor<D extends DType = DType> extends Tensor<D> {
  readonly shape: readonly number[];
  readonly origin: Extract<Origin, { kind: 'data' }>;
}

/** Whether the values are there already, and not the result of operators still to run. */
export function isHostTensor<D extends DType>(tensor: Tensor<D>): tensor is HostTensor<D> {
  return tensor?.origin?.kind === 'data';
}

/** The data of a tensor that is on the host already. */
export function hostData<D extends DType>(tensor: Tensor<D>): DataOf<D> {
  if (!(tensor instanceof Tensor))
    throw new ArgumentError('hostData', `expects a tensor, got ${String(tensor)}`);
  const { origin } = tensor;
  if (origin.kind !== 'data') {
    throw new ArgumentError(
      'hostData',
      `expects a tensor with data, got ${tensor} (${origin.kind}); await t.data() first`,
    );
  }
  // The constructor's callers pair dtype and array type; the origin's union cannot say so.
  return origin.data as DataOf<D>;
}

/** Wraps a typed array, without a copy. */
export function fromData<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: DataOf<D>,
): HostTensor<D> {
  requireDims('tensor', shape);
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (data?.length !== count) {
    throw new ArgumentError(
      'tensor',
      `shape ${formatShape(shape)} holds ${count} elements, got ${data?.length}; give a shape that fits`,
    );
  }
  return new Tensor(dtype, shape, { kind: 'data', data }) as HostTensor<D>;
}

/** A named place for a value that is given when the graph runs. */
export function placeholder<D extends DType>(name: string, dtype: D, shape: Shape): Tensor<D> {
  return new Tensor(dtype, shape, { kind: 'input', name });
}

/** Elements as plain numbers: half bits decoded, 64-bit integers converted. */
export function toNumbers(dtype: DType, data: AnyData): ArrayLike<number | boolean> {
  if (dtype === 'bool') return Array.from(data as Uint8Array, (value) => value !== 0);
  if (dtype === 'float16') return Array.from(data as Uint16Array, float16ToNumber);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  return data;
}

function nest(values: ArrayLike<number | boolean>, shape: readonly number[]): NestedArray {
  let offset = 0;
  const build = (axis: number): NestedArray => {
    if (axis === shape.length) return values[offset++] as number | boolean;
    return Array.from({ length: shape[axis] ?? 0 }, () => build(axis + 1));
  };
  return build(0);
}
