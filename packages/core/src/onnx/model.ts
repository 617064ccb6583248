/** An ONNX file as plain data: what is written in it, before anything is made of it. */
import type { Dim } from '../shape/index.js';

/** A tensor as the file holds it: its size is checked, its data still in the file's own bytes. */
export interface OnnxTensor {
  readonly name: string;
  /** Where in the file, for messages. */
  readonly place: string;
  /** `TensorProto.DataType`. */
  readonly type: number;
  readonly dims: readonly number[];
  readonly data: OnnxTensorData;
}

export type OnnxTensorData =
  /** Little-endian elements. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  /** float_data, double_data. */
  | { readonly kind: 'words'; readonly width: 4 | 8; readonly pieces: readonly Uint8Array[] }
  /** int32_data, int64_data, uint64_data: also narrower integers, bool and half bits. */
  | { readonly kind: 'integers'; readonly values: BigInt64Array }
  | { readonly kind: 'strings'; readonly count: number }
  | { readonly kind: 'external'; readonly location: ExternalLocation };

/** Data kept in another file beside the model. */
export interface ExternalLocation {
  readonly path: string;
  readonly offset: number;
  readonly lengthBytes: number | undefined;
}

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  /** In a function's body: the attribute of that name where the function is called. */
  | { readonly kind: 'reference'; readonly value: string }
  /** A kind that Noosphere does not carry: sparse tensors, types, lists of tensors or graphs. */
  | { readonly kind: 'other'; readonly value: string };

export interface OnnxNode {
  readonly name: string;
  readonly place: string;
  readonly operator: string;
  readonly domain: string;
  /** Names of tensors; '' is an optional one left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A named input, output or intermediate value. */
export interface OnnxValue {
  readonly name: string;
  readonly place: string;
  /** `TensorProto.DataType`; `undefined` where the file does not say or it is no tensor. */
  readonly type: number | undefined;
  /** 'sequence', 'map', 'optional', 'sparse tensor': kinds that Noosphere does not carry. */
  readonly notTensor: string | undefined;
  /** `undefined` where even the rank is open; a dimension is `undefined` where it has neither size nor name. */
  readonly shape: readonly (Dim | undefined)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly place: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: readonly OnnxValue[];
}

/** A function of the file's own: a body that stands for an operator. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
  readonly nodes: readonly OnnxNode[];
  readonly opsets: ReadonlyMap<string, number>;
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** Version by domain; '' is the standard set. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
}
