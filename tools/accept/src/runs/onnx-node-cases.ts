/**
 * The official cases of onnx's node tests: every one whose operators Noosphere claims is imported, its shapes are
 * inferred, and it runs on the CPU executor. What Python onnxruntime itself gets wrong or refuses is left out and listed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compile,
  type HostTensor,
  type ImportedModel,
  importOnnx,
  type Shape,
  type Tensor,
} from '@noosphere/core';
import { difference } from '../compare.js';
import {
  type DataSet,
  dataSets,
  isClaimed,
  isNotCarried,
  judgeCases,
  type PlaceRule,
  placeRules,
} from '../node-cases.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** Those of onnx's own backend test runner. */
const tolerance = { relative: 1e-3, absolute: 1e-7 };

const otherType = 'left out, a type that tensors do not have';

export const onnxNodeCases: AcceptanceRun = {
  name: 'onnx-node-cases',
  metric: 'share of the official node cases imported, inferred and computed equal',
  bar: { is: '>=', value: 1 },
  run: runCases,
};

async function runCases(context: RunContext): Promise<Measured> {
  const verdictFile = join(context.folder, 'onnxruntime.json');
  const { folder, onnxruntime, cases } = await judgeCases(verdictFile);
  const results: Record<string, string> = {};
  const counts = { equal: 0, wrong: 0, refusedByPython: 0, notCarried: 0, otherOperators: 0 };
  for (const [name, verdict] of Object.entries(cases)) {
    const { message } = verdict;
    if (!isClaimed(verdict)) {
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
    } else if (isNotCarried(problem)) {
      counts.notCarried += 1;
      results[name] = `${otherType}: ${problem}`;
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
    `types that tensors do not have: ${Object.keys(results)
      .filter((name) => results[name]?.startsWith(otherType))
      .join(', ')}`,
  ];
  return { value: counts.equal / (counts.equal + counts.wrong), artifacts: [report, verdictFile], notes };
}

/** What is wrong with a case, or `undefined`. */
async function runCase(folder: string): Promise<string | undefined> {
  try {
    const model = importOnnx(readFileSync(join(folder, 'model.onnx')));
    for (const data of dataSets(folder, model)) {
      const problem = await runDataSet(model, data);
      if (problem !== undefined) return problem;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runDataSet(model: ImportedModel, { inputs, outputs }: DataSet): Promise<string | undefined> {
  const { results, shapes } = await computed(model, inputs);
  for (const [index, result] of results.entries()) {
    const expected = outputs[index];
    const shape = shapes[index];
    if (!expected || !shape) return `has no expected output ${index}`;
    const name = model.outputs[index]?.name;
    if (!shapeHolds(shape, expected.shape))
      return `inferred shape of '${name}' is [${shape}], expected [${expected.shape}]`;
    const problem = difference(result, expected, tolerance);
    if (problem !== undefined) return `'${name}': ${problem}`;
  }
  return undefined;
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

/** By the first rule under which all shapes are inferred, else the first under which the model runs. */
async function computed(model: ImportedModel, inputs: readonly HostTensor[]): Promise<Computed> {
  const tries: (Computed | Error)[] = [];
  for (const isPlace of placeRules) {
    const result = await attempt(model, inputs, isPlace);
    tries.push(result);
    if (!(result instanceof Error) && isInferred(result)) return result;
  }
  const working = tries.find((result) => !(result instanceof Error)) ?? tries[0];
  if (working instanceof Error) throw working;
  if (!working) throw new Error('there is no rule');
  return working;
}

function isInferred({ shapes }: Computed): boolean {
  return shapes.every((shape) => shape.every((dim) => typeof dim === 'number'));
}

async function attempt(
  model: ImportedModel,
  inputs: readonly HostTensor[],
  isPlace: PlaceRule,
): Promise<Computed | Error> {
  const shapes: Shape[] = [];
  const program = compile(
    (places: readonly Tensor[]) => {
      const given = places.values();
      const all = inputs.map((input) => (isPlace(input) ? (given.next().value ?? input) : input));
      const results = Object.values(model.apply(all));
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
