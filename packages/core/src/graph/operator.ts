/** What an operator is: one record with its inference, gradient, cost and documentation. ONNX Runtime has the kernels. */
import type { Dim, DType, Shape } from '../shape/index.js';
import type { Graph } from './graph.js';
import type { OperatorName } from './operator-names.js';
import type { HostTensor, Tensor } from './tensor.js';

/** Kinds of ONNX attributes; a trailing `?` marks one that may be absent. */
interface AttributeKinds {
  int: number;
  ints: readonly number[];
  float: number;
  floats: readonly number[];
  string: string;
  strings: readonly string[];
  tensor: HostTensor;
  graph: Graph;
}
type AttributeKind = keyof AttributeKinds | `${keyof AttributeKinds}?`;
export type AttributeSchema = Readonly<Record<string, AttributeKind>>;
export type AttributeValue = AttributeKinds[keyof AttributeKinds];

/** The TypeScript type of an operator's attributes, read off its schema. */
export type AttributesOf<S extends AttributeSchema> = {
  readonly [K in keyof S]: S[K] extends `${infer Kind extends keyof AttributeKinds}?`
    ? AttributeKinds[Kind] | undefined
    : S[K] extends keyof AttributeKinds
      ? AttributeKinds[S[K]]
      : never;
};

/** dtype and shape of one output. */
export interface OutputInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Inputs of a node; `undefined` stands for an optional input left out. */
export type Inputs = readonly (Tensor | undefined)[];

/** What a gradient rule sees: d(loss)/d(output) for each output that the loss depends on. */
export interface GradientContext<A> {
  readonly inputs: Inputs;
  readonly outputs: readonly Tensor[];
  readonly outputGradients: Inputs;
  readonly attributes: A;
}

/** d(loss)/d(input) in the order of the inputs; `undefined` where there is none. */
export type GradientRule<A> = (context: GradientContext<A>) => Inputs;

/** A deliberate gap: why an operator has no gradient. */
export interface NotDifferentiable {
  readonly reason: string;
}

/** Says that an operator has no gradient, and why. */
export function notDifferentiable(reason: string): NotDifferentiable {
  return { reason };
}

export interface InferContext<A> {
  readonly inputs: Inputs;
  readonly attributes: A;
}

/** Attributes whose keys are not known statically, as graphs and files hold them. */
export type LooseAttributes = Readonly<Record<string, AttributeValue | undefined>>;

/** An operator: everything about one ONNX operator but its kernel. */
export interface Operator<S extends AttributeSchema = AttributeSchema> {
  readonly name: OperatorName;
  /** '' is the standard set; 'com.microsoft' may only stand inside CPU programs; 'noosphere' never leaves the tracer. */
  readonly domain: '' | 'com.microsoft' | 'com.microsoft.nchwc' | 'noosphere.kernels' | 'noosphere';
  /** First opset whose definition of the operator this record follows. */
  readonly opset: number;
  readonly attributes: S;
  /** Values that ONNX gives to absent attributes: filled in when a file is read. */
  readonly defaults: Partial<AttributesOf<S>>;
  /** dtypes and shapes of the outputs; throws where the inputs do not fit. */
  infer(context: InferContext<AttributesOf<S>>): readonly OutputInfo[];
  readonly gradient: GradientRule<AttributesOf<S>> | NotDifferentiable;
  /** The outputs in terms of other operators: what executors without a kernel run. */
  formula?(inputs: Inputs, attributes: AttributesOf<S>): readonly Tensor[];
  /** Floating-point operations of one run with static shapes. */
  flops(context: GradientContext<AttributesOf<S>>): number;
  /** Outputs must all be named, read or not: their number is part of the meaning. @default false */
  readonly allOutputs: boolean;
  /** Formula and meaning in a line or two. */
  readonly doc: string;
}

/** Defines an operator; the type checker asks for every field. */
export function defineOperator<const S extends AttributeSchema>(
  record: Omit<Operator<S>, 'domain' | 'defaults' | 'allOutputs'> &
    Partial<Pick<Operator<S>, 'domain' | 'defaults' | 'allOutputs'>>,
): Operator<S> {
  return { domain: '', defaults: {}, allOutputs: false, ...record };
}

/** A dimension known only at run time, for operators whose output size depends on data. */
export function freshDim(prefix: string): Dim {
  freshDims += 1;
  return `${prefix}_${freshDims}`;
}
let freshDims = 0;
