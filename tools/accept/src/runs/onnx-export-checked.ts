/**
 * Exported models under the official checker with full shape inference, and their results in Python onnxruntime: one
 * model for each family of operators, with open batch and time dimensions, forwards and as a training gradient; and each
 * official node case that was imported, exported again (but those whose own file the checker refuses).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  exportOnnx,
  type HostTensor,
  importOnnx,
  type NamedTensors,
  spec,
  type Tensor,
  writeSafetensors,
} from '@noosphere/core';
import { families } from '../families.js';
import { type DataSet, dataSets, isClaimed, judgeCases, placeRules } from '../node-cases.js';
import { runPython } from '../python.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

export const onnxExportChecked: AcceptanceRun = {
  name: 'onnx-export-checked',
  metric: 'share of exported models that pass the official checker and compute equal in Python onnxruntime',
  bar: { is: '>=', value: 1 },
  run: runExports,
};

async function runExports(context: RunContext): Promise<Measured> {
  const models = join(context.folder, 'models');
  const problems: Record<string, string | null> = {};
  const random = new Random(context.seed);
  for (const [name, make] of Object.entries(families)) {
    const { apply, inputs, open } = make(random);
    const places = Object.fromEntries(
      Object.entries(inputs).map(([key, { dtype, shape }]) => [key, spec(dtype, open[key] ?? shape)]),
    );
    try {
      const results: NamedTensors = apply(inputs);
      for (const result of Object.values(results)) await result.data();
      await write(join(models, name), exportOnnx(apply, { inputs: places }), inputs, results);
    } catch (error) {
      problems[name] = `not exported: ${error instanceof Error ? error.message : error}`;
    }
  }
  const { folder, cases } = await judgeCases(join(context.folder, 'onnxruntime.json'));
  for (const [name, verdict] of Object.entries(cases)) {
    if (verdict.message === null && isClaimed(verdict))
      await exportCase(join(folder, name), join(models, name));
  }
  const report = join(context.folder, 'checked.json');
  await runPython('check_models.py', [models, report]);
  Object.assign(problems, JSON.parse(readFileSync(report, 'utf8')));
  writeFileSync(report, JSON.stringify(problems, null, 1));
  const wrong = Object.entries(problems).filter(([, problem]) => problem !== null);
  for (const [name, problem] of wrong) context.say(`${name}: ${problem}`);
  const count = Object.keys(problems).length;
  const notes = [`${count} models, ${Object.keys(families).length} of them families; ${wrong.length} wrong`];
  return { value: (count - wrong.length) / count, artifacts: [report], notes };
}

async function write(
  folder: string,
  bytes: Uint8Array,
  inputs: NamedTensors,
  expected: NamedTensors,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), bytes);
  await writeSafetensors(join(folder, 'inputs.safetensors'), inputs, { overwrite: true });
  await writeSafetensors(join(folder, 'expected.safetensors'), expected, { overwrite: true });
}

/** A case read and written again; those that cannot be imported are the affair of the run `onnx-node-cases`. */
async function exportCase(folder: string, target: string): Promise<void> {
  const exported = exportedCase(folder);
  if (!exported) return;
  const { bytes, given, expected } = exported;
  await write(target, bytes, given, expected);
}

function exportedCase(
  folder: string,
): { bytes: Uint8Array; given: NamedTensors; expected: NamedTensors } | undefined {
  for (const isPlace of placeRules) {
    try {
      const model = importOnnx(readFileSync(join(folder, 'model.onnx')));
      const [data] = dataSets(folder, model);
      if (!data) return undefined;
      const named = namedInputs(model.inputs, data);
      const given = Object.fromEntries(Object.entries(named).filter(([, tensor]) => isPlace(tensor)));
      const apply = (places: NamedTensors) => renamed(Object.values(model.apply({ ...named, ...places })));
      const inputs = Object.fromEntries(
        Object.entries(given).map(([name, { dtype, shape }]) => [name, spec(dtype, shape)]),
      );
      return { bytes: exportOnnx(apply, { inputs }), given, expected: renamed(data.outputs) };
    } catch {}
  }
  return undefined;
}

function namedInputs(
  inputs: readonly { readonly name: string }[],
  data: DataSet,
): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.flatMap(({ name }, index) => {
      const tensor = data.inputs[index];
      return tensor ? [[name, tensor] as const] : [];
    }),
  );
}

function renamed<T extends Tensor>(tensors: readonly T[]): Record<string, T> {
  return Object.fromEntries(tensors.map((tensor, index) => [`result_${index}`, tensor]));
}
