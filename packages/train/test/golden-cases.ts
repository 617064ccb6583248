/**
 * Runs golden cases: calls of functions and layers against what PyTorch computed in float64. The cases are data, written
 * by `tools/goldens`; this file holds none.
 */
import { readFileSync } from 'node:fs';
import {
  add,
  cast,
  compile,
  type DType,
  gradients,
  isFloat,
  mul,
  sum,
  Tensor,
  type Tree,
  tensor,
  toNumbers,
} from '@noosphere/core';
import { expect } from 'vitest';

/** A tensor in a golden file; NaN and the infinities are texts. */
export interface GoldenTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export type GoldenTree =
  | GoldenTensor
  | number
  | string
  | boolean
  | readonly GoldenTree[]
  | { readonly [key: string]: GoldenTree };

type ByName = Readonly<Record<string, GoldenTensor>>;
type Leaves = Readonly<Record<string, Tensor>>;

/** One call, as a golden file holds it. */
export interface GoldenCase {
  readonly name: string;
  readonly function?: string;
  readonly layer?: string;
  readonly construct?: readonly unknown[];
  readonly training?: boolean;
  readonly state?: ByName;
  readonly arguments: readonly GoldenTree[];
  readonly outputs: ByName;
  readonly cotangents?: ByName;
  readonly gradients?: ByName;
  /** A layer's buffers after a training step. */
  readonly buffers?: ByName;
}

/** What a call gives, by name; the only output has the name ''. */
export type GoldenCall = (values: readonly unknown[], state: Leaves) => Readonly<Record<string, Tensor>>;

export function readCases(url: URL): readonly GoldenCase[] {
  return JSON.parse(readFileSync(url, 'utf8')) as readonly GoldenCase[];
}

function isGoldenTensor(value: unknown): value is GoldenTensor {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value;
}

export function hostTensor({ dtype, shape, data }: GoldenTensor): Tensor {
  return tensor(data.map(Number), { dtype, shape });
}

/** The tree with each golden tensor replaced by what `change` makes of it. */
function mapGolden(tree: unknown, change: (leaf: GoldenTensor, path: string) => Tensor, path = ''): unknown {
  if (isGoldenTensor(tree)) return change(tree, path);
  const at = (key: string) => (path ? `${path}.${key}` : key);
  if (Array.isArray(tree)) return tree.map((branch, index) => mapGolden(branch, change, at(String(index))));
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [key, mapGolden(branch, change, at(key))]),
  );
}

/** Computes a case's outputs and gradients and compares them. */
export async function checkCase(golden: GoldenCase, call: GoldenCall): Promise<void> {
  const leaves: Record<string, Tensor> = {};
  mapGolden(golden.arguments, (leaf, path) => {
    leaves[path] = hostTensor(leaf);
    return leaves[path];
  });
  for (const [name, value] of Object.entries(golden.state ?? {})) leaves[`state.${name}`] = hostTensor(value);
  const program = compile((inputs: Leaves): Tree => computation(golden, call, inputs), {
    threads: 1,
    name: golden.name,
  });
  try {
    const results = (await program(leaves)) as ReturnType<typeof computation>;
    for (const [name, output] of Object.entries(golden.outputs))
      await expectClose(`output '${name}'`, results.outputs[name], output);
    for (const [path, gradient] of Object.entries(golden.gradients ?? {}))
      await expectClose(`gradient of ${path}`, results.gradients[path], gradient);
    for (const [name, buffer] of Object.entries(golden.buffers ?? {}))
      await expectClose(`buffer ${name}`, results.outputs[`buffer.${name}`], { ...buffer, dtype: 'float32' });
  } finally {
    await program.dispose();
  }
}

function computation(golden: GoldenCase, call: GoldenCall, leaves: Leaves) {
  const values = mapGolden(golden.arguments, (_, path) => leaves[path] as Tensor) as unknown[];
  const prefix = 'state.';
  const state = Object.fromEntries(
    Object.entries(leaves).flatMap(([path, leaf]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), leaf]] : [],
    ),
  );
  const outputs = call(values, state);
  const weights = Object.entries(golden.cotangents ?? {});
  const paths = Object.keys(golden.gradients ?? {});
  if (weights.length === 0) return { outputs, gradients: {} };
  const loss = weights
    .map(([name, weight]) => {
      const output = outputs[name];
      if (!(output instanceof Tensor)) throw new Error(`${golden.name} gives no tensor '${name}'`);
      return cast(sum(mul(output, hostTensor({ ...weight, dtype: output.dtype }))), 'float32');
    })
    .reduce((total, term) => add(total, term));
  const found = gradients(
    loss,
    paths.map((path) => leaves[path] as Tensor),
  );
  return {
    outputs,
    gradients: Object.fromEntries(paths.map((path, index) => [path, found[index] as Tensor])),
  };
}

/** max|a - b| <= 1e-4 max|b| + 1e-7 for floats, equal otherwise; dtype and shape always equal. */
async function expectClose(what: string, got: Tensor | undefined, golden: GoldenTensor): Promise<void> {
  if (got === undefined) throw new Error(`${what} is missing`);
  expect({ dtype: got.dtype, shape: got.shape }, what).toEqual({ dtype: golden.dtype, shape: golden.shape });
  const expected = golden.data.map(Number);
  const values = Array.from(toNumbers(got.dtype, await got.data()), Number);
  const most = Math.max(0, ...expected.filter(Number.isFinite).map(Math.abs));
  const tolerance = isFloat(golden.dtype) ? 1e-4 * most + 1e-7 : 0;
  const wrong = expected.findIndex((value, index) => {
    const other = values[index] ?? Number.NaN;
    return !(Object.is(other, value) || other === value || Math.abs(other - value) <= tolerance);
  });
  if (wrong < 0) return;
  throw new Error(
    `${what}: element ${wrong} is ${values[wrong]}, PyTorch has ${expected[wrong]} (± ${tolerance})`,
  );
}
