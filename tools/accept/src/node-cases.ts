/** The official node cases of the onnx package that NOOSPHERE_PYTHON has, and what Python onnxruntime makes of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensor, ImportedModel } from '@noosphere/core';
import { operatorNames, readTensorProto } from '@noosphere/core/operators';
import { runPython } from './python.js';

interface Verdict {
  readonly operators: readonly (readonly [domain: string, name: string])[];
  /** `null` where Python onnxruntime passes. */
  readonly message: string | null;
  /** `null` where the official checker passes the case's own file. */
  readonly checker: string | null;
}

export interface Verdicts {
  readonly folder: string;
  readonly onnxruntime: string;
  readonly cases: Readonly<Record<string, Verdict>>;
}

/** Lets Python run all cases; what it found is kept in `file`. */
export async function judgeCases(file: string): Promise<Verdicts> {
  await runPython('node_cases.py', [file]);
  return JSON.parse(readFileSync(file, 'utf8'));
}

const claimed = new Set<string>(operatorNames);

/** Whether Noosphere claims every operator of a case. */
export function isClaimed({ operators }: Verdict): boolean {
  return operators.every(([domain, operator]) => domain === '' && claimed.has(operator));
}

/** Element types and kinds of value that a Noosphere tensor does not have. */
export function isNotCarried(message: string): boolean {
  return /bfloat16|float8|float4|int4|string|sequence|optional|texts and sparse|ONNX element type/.test(
    message,
  );
}

export interface DataSet {
  readonly inputs: readonly HostTensor[];
  readonly outputs: readonly HostTensor[];
}

/** The data sets of a case. */
export function dataSets(folder: string, model: ImportedModel): DataSet[] {
  return readdirSync(folder)
    .filter((entry) => entry.startsWith('test_data_set_'))
    .map((entry) => ({
      inputs: tensorsIn(join(folder, entry), 'input', model.inputs.length),
      outputs: tensorsIn(join(folder, entry), 'output', model.outputs.length),
    }));
}

function tensorsIn(folder: string, kind: string, count: number): HostTensor[] {
  return Array.from({ length: count }, (_, index) => join(folder, `${kind}_${index}.pb`))
    .filter(existsSync)
    .map((path) => readTensorProto(readFileSync(path)));
}

/** Which inputs are places in the graph; the others are data that shapes may depend on. */
export type PlaceRule = (tensor: HostTensor) => boolean;

/**
 * First all inputs are places. Where shapes depend on the values of integers (a Reshape's shape, a Slice's ends) or of
 * short vectors (a Resize's scales), those are handed over as data, as a user does who knows them.
 */
export const placeRules: readonly PlaceRule[] = [
  () => true,
  ({ dtype, rank }) => dtype.startsWith('float') || rank > 1,
  ({ rank }) => rank > 1,
];
