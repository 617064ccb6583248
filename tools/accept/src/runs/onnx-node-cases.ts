/**
 * The official cases of onnx's node tests: every one whose operators Noosphere claims is imported, its shapes are
 * inferred, and it runs on the CPU executor. What Python onnxruntime itself gets wrong or refuses is left out and listed.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  type HostTensor,
  type ImportedModel,
  importOnnx,
  operatorNames,
  readTensorProto,
  type Shape,
  type Tensor,
} from '@noosphere/core';
import { difference } from '../compare.js';
import { runPython } from '../python.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

interface Verdicts {
  readonly folder: string;
  readonly onnxruntime: string;
  readonly cases: Readonly<
    Record<
      string,
      { readonly operators: readonly (readonly [string, string])[]; readonly message: string | null }
    >
  >;
}

/** Those of onnx's own backend test runner. */
const tolerance = { relative: 1e-3, absolute: 1e-7 };

/** Element types and kinds of value that a Noosphere tensor does not have. */
const notCarried =
  /bfloat16|float8|float4|int4|string|sequence|optional|texts and sparse|cannot carry ONNX element type/;

export const onnxNodeCases: AcceptanceRun = {
  name: 'onnx-node-cases',
  metric: 'share of the official node cases imported, inferred and computed equal',
  bar: { is: '>=', value: 1 },
  run: runCases,
};

async function runCases(context: RunContext): Promise<Measured> {
  const verdictFile = join(context.folder, 'onnxruntime.json');
  await runPython('node_cases.py', [verdictFile]);
  const { folder, onnxruntime, cases }: Verdicts = JSON.parse(readFileSync(verdictFile, 'utf8'));
  const claimed = new Set<string>(operatorNames);
  const results: Record<string, string> = {};
  const counts = { equal: 0, wrong: 0, refusedByPython: 0, notCarried: 0, otherOperators: 0 };
  for (const [name, { operators, message }] of Object.entries(cases)) {
    if (!operators.every(([domain, operator]) => domain === '' && claimed.has(operator))) {
      counts.otherOperators += 1;
      continue;
    }
    const problem = await runCase(join(folder, name));
    if (problem === undefined) {
      counts.equal += 1;
      results[name] = message === null ? 'equal' : `equal, where Python onnxruntime says: ${message}`;
    } else if (message !== null) {
      counts.refusedByPython += 1;
      results[name] = `left out, Python onnxruntime says: ${message}`;
    } else if (notCarried.test(problem)) {
      counts.notCarried += 1;
      results[name] = `left out, a type that tensors do not have: ${problem}`;
    } else {
      counts.wrong += 1;
      results[name] = `wrong: ${problem}`;
      context.say(`${name}: ${problem}`);
    }
  }
  const report = join(context.folder, 'cases.json');
  writeFileSync(report, JSON.stringify({ onnxruntime, counts, results }, null, 1));
  const notes = [
    `${counts.equal} equal, ${counts.wrong} wrong; left out: ${counts.refusedByPython} that Python onnxruntime ${onnxruntime} fails or refuses, ` +
      `${counts.notCarried} of types that tensors do not have, ${counts.otherOperators} of operators that are not claimed`,
  ];
  return { value: counts.equal / (counts.equal + counts.wrong), artifacts: [report, verdictFile], notes };
}

/** What is wrong with a case, or `undefined`. */
async function runCase(folder: string): Promise<string | undefined> {
  try {
    const model = importOnnx(readFileSync(join(folder, 'model.onnx')));
    for (const data of readdirSync(folder).filter((entry) => entry.startsWith('test_data_set_'))) {
      const problem = await runDataSet(model, join(folder, data));
      if (problem !== undefined) return problem;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runDataSet(model: ImportedModel, folder: string): Promise<string | undefined> {
  const inputs = tensorsIn(folder, 'input', model.inputs.length);
  const expected = tensorsIn(folder, 'output', model.outputs.length);
  const { results, shapes } = await computed(model, inputs);
  for (const [index, result] of results.entries()) {
    const wanted = expected[index];
    const shape = shapes[index];
    if (!wanted || !shape) return `has no expected output ${index}`;
    const name = model.outputs[index]?.name;
    if (!shapeHolds(shape, wanted.shape))
      return `inferred shape of '${name}' is [${shape}], expected [${wanted.shape}]`;
    const problem = difference(result, wanted, tolerance);
    if (problem !== undefined) return `'${name}': ${problem}`;
  }
  return undefined;
}

function tensorsIn(folder: string, kind: string, count: number): HostTensor[] {
  return Array.from({ length: count }, (_, index) => join(folder, `${kind}_${index}.pb`))
    .filter(existsSync)
    .map((path) => readTensorProto(readFileSync(path)));
}

/** An inferred dimension is the right number, or open where only the data tell it. */
function shapeHolds(inferred: Shape, actual: Shape): boolean {
  return (
    inferred.length === actual.length &&
    inferred.every((dim, axis) => typeof dim === 'string' || dim === actual[axis])
  );
}

interface Computed {
  readonly results: readonly HostTensor[];
  readonly shapes: readonly Shape[];
}

/**
 * Runs the model as a compiled program whose inputs are all places. Where shapes depend on the values of integer inputs
 * (a Reshape's shape, a Slice's ends), those are handed over as data, as a user does who knows them.
 */
async function computed(model: ImportedModel, inputs: readonly HostTensor[]): Promise<Computed> {
  const everywhere = await attempt(model, inputs, () => true);
  const isInferred = (computed: Computed) =>
    computed.shapes.every((shape) => shape.every((dim) => typeof dim === 'number'));
  if (!(everywhere instanceof Error) && isInferred(everywhere)) return everywhere;
  const known = await attempt(model, inputs, ({ dtype, rank }) => dtype.startsWith('float') || rank > 1);
  if (!(known instanceof Error) && (everywhere instanceof Error || isInferred(known))) return known;
  const scales = await attempt(model, inputs, ({ rank }) => rank > 1);
  if (!(scales instanceof Error) && (everywhere instanceof Error || isInferred(scales))) return scales;
  if (everywhere instanceof Error) throw everywhere;
  return everywhere;
}

async function attempt(
  model: ImportedModel,
  inputs: readonly HostTensor[],
  isPlace: (tensor: HostTensor) => boolean,
): Promise<Computed | Error> {
  const shapes: Shape[] = [];
  const program = compile(
    (places: readonly Tensor[]) => {
      const given = places.values();
      const all = inputs.map((input) => (isPlace(input) ? (given.next().value ?? input) : input));
      const named = Object.fromEntries(model.inputs.map(({ name }, index) => [name, all[index] as Tensor]));
      const results = Object.values(model.apply(named));
      shapes.splice(0, shapes.length, ...results.map(({ shape }) => shape));
      return results;
    },
    { cacheSize: 1, threads: 1 },
  );
  try {
    return { results: (await program(inputs.filter(isPlace))) as readonly HostTensor[], shapes };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await program.dispose();
  }
}
