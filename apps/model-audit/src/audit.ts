/** One audit: everything that is measured of a model, as data. */
import {
  type HostTensor,
  type ImportedModel,
  importOnnx,
  type ProfileRow,
  profile,
  type Tensor,
} from '@noosphere/core';
import { agreement, classesOf, predictAll } from './accuracy.js';
import { type Energy, energyOfInferences } from './energy.js';
import { drawInputs, type Feeds, readExamples, sliceExamples } from './inputs.js';
import { type Int8Result, measureInt8 } from './int8.js';
import type { AuditOptions } from './options.js';
import { type Latency, Measured } from './program.js';
import type { Target } from './target.js';
import { type CommandCost, type Training, trainingOf } from './training.js';

/** Cost of all nodes of one operator, or of one node: a layer of the file. */
export interface OperatorCost {
  readonly name: string;
  readonly milliseconds: number;
  readonly share: number;
  readonly flops: number | undefined;
}

export interface Audit {
  readonly model: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Whether the inputs are the user's examples. */
  readonly hasExamples: boolean;
  readonly parameters: number;
  readonly fileBytes: number;
  readonly flops: number;
  readonly trafficBytes: number;
  readonly predictedPeakBytes: number;
  readonly processPeakBytes: number;
  readonly latency: Latency;
  /** Rows of one inference: of the inputs that are measured. */
  readonly rowsPerInference: number;
  /** Of 1,000 inferences. */
  readonly energy: Energy;
  readonly operators: readonly OperatorCost[];
  /** The dearest nodes, one by one. */
  readonly layers: readonly OperatorCost[];
  readonly accuracy: number | undefined;
  readonly int8: Int8Result | undefined;
  readonly training: Training | undefined;
}

/** @param trained What the command before took, where there was one. */
export async function audit(
  target: Target,
  options: AuditOptions,
  trained: CommandCost | undefined,
): Promise<Audit> {
  const model = importOnnx(target.bytes);
  const examples = options.data === undefined ? undefined : await readExamples(options.data, model.inputs);
  const feeds = examples
    ? sliceExamples(examples, 0, rowsOfCall(model))
    : drawInputs(model.inputs, options.dims, options.seed);
  const measured = await Measured.load(model, feeds);
  try {
    const predicted = examples && (await predictAll(model, examples));
    const latency = await measured.latency(options.runs);
    const energy = await energyOfInferences(measured, latency, options);
    const original = { bytes: target.bytes, model, measured, predicted };
    return {
      model: target.name,
      inputs: Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, String(tensor)])),
      hasExamples: examples !== undefined,
      rowsPerInference: Object.values(feeds)[0]?.shape[0] ?? 1,
      parameters: measured.parameters,
      fileBytes: target.bytes.length,
      flops: measured.cost.flops,
      trafficBytes: measured.cost.bytes,
      predictedPeakBytes: measured.cost.peakBytes,
      processPeakBytes: process.resourceUsage().maxRSS * 1024,
      latency,
      energy,
      ...(await costsOf(model, feeds)),
      accuracy: predicted && examples?.labels && agreement(classesOf(predicted), examples.labels),
      int8: options.int8 ? await measureInt8(original, feeds, examples, options) : undefined,
      training: trainingOf(target.manifest, trained),
    };
  } finally {
    await measured.close();
  }
}

async function costsOf(model: ImportedModel, feeds: Feeds): Promise<Pick<Audit, 'operators' | 'layers'>> {
  const inputs = model.inputs.map(({ name }) => name);
  const run = (given: Readonly<Record<string, Tensor>>) =>
    Object.values(model.apply(inputs.map((name) => given[name] as Tensor)));
  const found = await profile(run, [feeds]);
  const names = new Map(Object.entries(model.initializers).map(([name, tensor]) => [tensor, name]));
  const rows = (what: 'operator' | 'node', count: number) =>
    found
      .by(what)
      .slice(0, count)
      .map((row) => {
        const { milliseconds, share, flops } = row;
        return { name: what === 'node' ? layerName(row, names) : row.name, milliseconds, share, flops };
      });
  return { operators: rows('operator', 8), layers: rows('node', 12) };
}

/** What the file calls a layer, by what the names of its weights have in common: `encoder.0 (Conv)`. */
function layerName({ name, operators, weights }: ProfileRow, names: ReadonlyMap<HostTensor, string>): string {
  const own = weights.flatMap((tensor) =>
    tensor.dtype.startsWith('float') ? (names.get(tensor) ?? []) : [],
  );
  const [first] = own;
  if (first === undefined) return name.replace(/_nchwc$/, '');
  const parts = first.split('.');
  const common = own.length === 1 ? Math.max(1, parts.length - 1) : parts.length;
  let count = common;
  while (
    count > 0 &&
    !own.every((each) => each.split('.').slice(0, count).join('.') === parts.slice(0, count).join('.'))
  )
    count--;
  const layer = count > 0 ? parts.slice(0, count).join('.') : own.join(', ');
  return `${layer} (${operators.join(', ')})`;
}

/** Rows that the file takes at a time, one where it leaves that open. */
function rowsOfCall(model: ImportedModel): number {
  const declared = model.inputs[0]?.shape?.[0];
  return typeof declared === 'number' ? declared : 1;
}
