/**
 * Every public function against PyTorch in float64: values, gradients and, where the case has them, second
 * gradients. The cases are data in `goldens/`, written by `tools/goldens`; this file holds no case of its own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as core from '../index.js';
import {
  add,
  cast,
  compile,
  type DType,
  gradients,
  mul,
  sum,
  Tensor,
  type Tree,
  tensor,
  toNumbers,
} from '../index.js';

/** A tensor in a golden file; NaN and the infinities are texts. */
interface GoldenTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

type ByPath = Readonly<Record<string, GoldenTensor>>;

interface GoldenCase {
  readonly name: string;
  readonly function: string;
  readonly arguments: readonly (
    | GoldenTensor
    | readonly GoldenTensor[]
    | number
    | string
    | readonly number[]
  )[];
  readonly options: Readonly<Record<string, { readonly tensor: GoldenTensor } | unknown>>;
  readonly outputs: readonly GoldenTensor[];
  /** Where a function gives several tensors: their keys. */
  readonly outputNames?: readonly string[];
  /** Weights of the outputs in the differentiated sum; null where an output has no gradient. */
  readonly cotangents?: readonly (GoldenTensor | null)[];
  /** By path: "0" the first argument, "0.1" the second tensor in it, "bias" an option. */
  readonly gradients?: ByPath;
  readonly secondOrder?: { readonly cotangents: ByPath; readonly gradients: ByPath };
}

type Leaves = Readonly<Record<string, Tensor>>;
type Results = { outputs: Tensor[]; gradients: Record<string, Tensor>; second: Record<string, Tensor> };

const folder = new URL('./goldens/', import.meta.url);
const functions: Readonly<Record<string, unknown>> = core;

function isGoldenTensor(value: unknown): value is GoldenTensor {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value;
}

function isTensorOption(value: unknown): value is { readonly tensor: GoldenTensor } {
  return typeof value === 'object' && value !== null && 'tensor' in value;
}

function hostTensor({ dtype, shape, data }: GoldenTensor): Tensor {
  return tensor(data.map(Number), { dtype, shape });
}

/** The tensors of a case by path, as inputs of its program. */
function leavesOf(golden: GoldenCase): Record<string, Tensor> {
  const leaves: Record<string, Tensor> = {};
  golden.arguments.forEach((argument, index) => {
    if (isGoldenTensor(argument)) leaves[index] = hostTensor(argument);
    if (Array.isArray(argument)) {
      argument.filter(isGoldenTensor).forEach((item, position) => {
        leaves[`${index}.${position}`] = hostTensor(item);
      });
    }
  });
  for (const [key, option] of Object.entries(golden.options)) {
    if (isTensorOption(option)) leaves[key] = hostTensor(option.tensor);
    if (!Array.isArray(option)) continue;
    option.filter(isTensorOption).forEach((item, position) => {
      leaves[`${key}.${position}`] = hostTensor(item.tensor);
    });
  }
  return leaves;
}

function isBody(value: unknown): value is { readonly body: string } {
  return typeof value === 'object' && value !== null && 'body' in value;
}

/** The loop bodies that scan's cases name; `$w` and the like are tensors they read from outside the loop. */
function scanBody(name: string, leaves: Leaves): core.ScanBody<readonly Tensor[], readonly Tensor[]> {
  const outside = (key: string) => leaves[key] as Tensor;
  if (name === 'rnn') {
    return ([hidden], [x]) => {
      const next = core.tanh(
        add(core.matmul(x as Tensor, outside('$w')), core.matmul(hidden as Tensor, outside('$u'))),
      );
      return { state: [next], outputs: [next] };
    };
  }
  if (name !== 'smoothing') throw new Error(`there is no scan body ${name}`);
  return ([level, trend], [value, weight]) => {
    const a = outside('$a');
    const share = mul(a, weight as Tensor);
    const ahead = add(level as Tensor, trend as Tensor);
    const nextLevel = add(mul(share, value as Tensor), mul(core.sub(1, share), ahead));
    const rise = mul(a, core.sub(nextLevel, level as Tensor));
    const nextTrend = add(rise, mul(core.sub(1, a), trend as Tensor));
    return { state: [nextLevel, nextTrend], outputs: [core.sub(ahead, value as Tensor)] };
  };
}

/** An option with its tensors taken from `leaves`. */
function optionValue(key: string, option: unknown, leaves: Leaves): unknown {
  if (isTensorOption(option)) return leaves[key];
  if (!Array.isArray(option)) return option;
  return option.map((item, position) => (isTensorOption(item) ? leaves[`${key}.${position}`] : item));
}

/** Calls the public function with the case's arguments, its tensors taken from `leaves`. */
function callFunction(golden: GoldenCase, leaves: Leaves): Tensor[] {
  const called = functions[golden.function];
  if (typeof called !== 'function') throw new Error(`@noosphere/core exports no function ${golden.function}`);
  const values = golden.arguments.map((argument, index) => {
    if (isGoldenTensor(argument)) return leaves[index];
    if (isBody(argument)) return scanBody(argument.body, leaves);
    if (!Array.isArray(argument) || !argument.some(isGoldenTensor)) return argument;
    return argument.map((_, position) => leaves[`${index}.${position}`]);
  });
  const options = Object.entries(golden.options)
    .filter(([key]) => !key.startsWith('$'))
    .map(([key, value]) => [key, optionValue(key, value, leaves)]);
  const result: unknown = called(...values, ...(options.length > 0 ? [Object.fromEntries(options)] : []));
  if (result instanceof Tensor) return [result];
  const named = result as Readonly<Record<string, unknown>>;
  return (golden.outputNames ?? Object.keys(named)).map((key) => {
    // 'outputs.0' is the first tensor in `outputs`.
    const output = key
      .split('.')
      .reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], named);
    if (!(output instanceof Tensor)) throw new Error(`${golden.function} gives no tensor '${key}'`);
    return output;
  });
}

/** sum(tensor * weight) over the pairs, as one float32 number. */
function weightedSum(pairs: readonly (readonly [Tensor, GoldenTensor])[]): Tensor {
  return pairs
    .map(([value, weight]) => cast(sum(mul(value, hostTensor({ ...weight, dtype: value.dtype }))), 'float32'))
    .reduce((total, term) => add(total, term));
}

/** What the case's program computes: outputs, gradients, second gradients. */
function computation(golden: GoldenCase, leaves: Leaves): Results {
  const outputs = callFunction(golden, leaves);
  const results: Results = { outputs, gradients: {}, second: {} };
  if (golden.cotangents === undefined || golden.gradients === undefined) return results;
  const weighted = golden.cotangents.flatMap((weight, index) => {
    const output = outputs[index];
    return weight && output ? [[output, weight] as const] : [];
  });
  const paths = Object.keys(golden.gradients);
  const wrt = paths.map((path) => leaves[path] as Tensor);
  const first = gradients(weightedSum(weighted), wrt);
  results.gradients = Object.fromEntries(paths.map((path, index) => [path, first[index] as Tensor]));
  if (golden.secondOrder === undefined) return results;
  const { cotangents } = golden.secondOrder;
  const pairs = paths.map(
    (path, index) => [first[index] as Tensor, cotangents[path] as GoldenTensor] as const,
  );
  const second = gradients(weightedSum(pairs), wrt);
  results.second = Object.fromEntries(paths.map((path, index) => [path, second[index] as Tensor]));
  return results;
}

async function run(golden: GoldenCase): Promise<Results> {
  const leaves = leavesOf(golden);
  // Functions of numbers alone make their tensor at once.
  if (Object.keys(leaves).length === 0) return computation(golden, leaves);
  const program = compile((inputs: Leaves): Tree => computation(golden, inputs), {
    threads: 1,
    name: golden.name,
  });
  try {
    return (await program(leaves)) as Results;
  } finally {
    await program.dispose();
  }
}

/** max|a - b| <= 1e-4 max|b| + 1e-7 for floats, equal otherwise; dtype and shape always equal. */
async function expectClose(what: string, got: Tensor | undefined, golden: GoldenTensor): Promise<void> {
  if (got === undefined) throw new Error(`${what} is missing`);
  expect({ dtype: got.dtype, shape: got.shape }, what).toEqual({ dtype: golden.dtype, shape: golden.shape });
  const expected = golden.data.map(Number);
  const values = Array.from(toNumbers(got.dtype, await got.data()), Number);
  const finite = expected.filter(Number.isFinite).map(Math.abs);
  const isFloat = golden.dtype.startsWith('float');
  const tolerance = isFloat ? 1e-4 * finite.reduce((most, value) => Math.max(most, value), 0) + 1e-7 : 0;
  const wrong = expected.findIndex((value, index) => {
    const other = values[index] ?? Number.NaN;
    return !(Object.is(other, value) || other === value || Math.abs(other - value) <= tolerance);
  });
  if (wrong < 0) return;
  throw new Error(
    `${what}: element ${wrong} is ${values[wrong]}, PyTorch has ${expected[wrong]} (± ${tolerance})`,
  );
}

async function check(golden: GoldenCase): Promise<void> {
  const results = await run(golden);
  expect(results.outputs).toHaveLength(golden.outputs.length);
  for (const [index, output] of golden.outputs.entries()) {
    await expectClose(`output ${index}`, results.outputs[index], output);
  }
  for (const [path, gradient] of Object.entries(golden.gradients ?? {})) {
    await expectClose(`gradient of ${path}`, results.gradients[path], gradient);
  }
  for (const [path, gradient] of Object.entries(golden.secondOrder?.gradients ?? {})) {
    await expectClose(`second gradient of ${path}`, results.second[path], gradient);
  }
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly GoldenCase[];
  describe(file.replace('.json', ''), () => {
    for (const golden of cases) test(golden.name, () => check(golden));
  });
}
