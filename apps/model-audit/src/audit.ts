/** One audit: everything that is measured of a model, as data. */
import { type ImportedModel, importOnnx, profile, type Tensor } from '@noosphere/core';
import { type CarbonIntensity, measure } from '@noosphere/footprint';
import { agreement, classesOf, predictAll } from './accuracy.js';
import { drawInputs, type Feeds, readExamples, sliceExamples } from './inputs.js';
import { type Int8Result, measureInt8 } from './int8.js';
import type { AuditOptions } from './options.js';
import { type Latency, Measured } from './program.js';
import type { Target } from './target.js';

/** Energy and carbon of 1,000 inferences of one row each as they were measured. */
export interface EnergyOfInferences {
  readonly energyJoules: number;
  readonly lowJoules: number;
  readonly highJoules: number;
  readonly carbonKilograms: number;
  /** Grams a kilowatt-hour, with place, year and source. */
  readonly intensity: string;
  /** How each component was measured or modelled. */
  readonly methods: Readonly<Record<string, string>>;
}

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
  readonly energy: EnergyOfInferences;
  readonly operators: readonly OperatorCost[];
  readonly accuracy: number | undefined;
  readonly int8: Int8Result | undefined;
  readonly training:
    | { readonly metrics: Readonly<Record<string, number>>; readonly kind: string }
    | undefined;
}

const inferencesCounted = 1000;
/** Least time that energy is measured over: a sample a second needs some. */
const leastEnergyMs = 3000;

export async function audit(target: Target, options: AuditOptions): Promise<Audit> {
  const model = importOnnx(target.bytes);
  const examples = options.data === undefined ? undefined : await readExamples(options.data, model.inputs);
  const feeds = examples
    ? sliceExamples(examples, 0, 1)
    : drawInputs(model.inputs, options.dims, options.seed);
  const measured = await Measured.load(model, feeds);
  try {
    const predicted = examples && (await predictAll(model, examples));
    const latency = await measured.latency(options.runs);
    const energy = await energyOf(measured, latency, options);
    const original = { bytes: target.bytes, model, measured, predicted };
    return {
      model: target.name,
      inputs: Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, String(tensor)])),
      hasExamples: examples !== undefined,
      parameters: measured.parameters,
      fileBytes: target.bytes.length,
      flops: measured.cost.flops,
      trafficBytes: measured.cost.bytes,
      predictedPeakBytes: measured.cost.peakBytes,
      processPeakBytes: process.resourceUsage().maxRSS * 1024,
      latency,
      energy,
      operators: await operatorCosts(model, feeds),
      accuracy: predicted && examples?.labels && agreement(classesOf(predicted), examples.labels),
      int8: options.int8 ? await measureInt8(original, feeds, examples, options.runs) : undefined,
      training: target.manifest && { metrics: target.manifest.metrics, kind: target.manifest.kind },
    };
  } finally {
    await measured.close();
  }
}

/** Runs for some seconds under the tracker and scales to 1,000 inferences. */
async function energyOf(
  measured: Measured,
  latency: Latency,
  { place }: AuditOptions,
): Promise<EnergyOfInferences> {
  const runs = Math.max(latency.runs, Math.ceil(leastEnergyMs / latency.p50Ms));
  const { report } = await measure(() => measured.latency(runs, 0), {
    name: 'inference',
    ...(place === undefined ? {} : { place }),
  });
  const scale = inferencesCounted / runs;
  const { intensity } = report.carbon;
  return {
    energyJoules: report.energyJoules * scale,
    lowJoules: report.rangeJoules[0] * scale,
    highJoules: report.rangeJoules[1] * scale,
    carbonKilograms: report.carbon.operationalKilograms * scale,
    intensity: describeIntensity(intensity),
    methods: Object.fromEntries(
      Object.entries(report.components).map(([name, component]) => [name, component.description]),
    ),
  };
}

function describeIntensity({ gramsPerKilowattHour, name, year, source, isAssumed }: CarbonIntensity): string {
  const when = year === null ? '' : ` ${year}`;
  const assumed = isAssumed ? ', assumed: no --place was given' : '';
  return `${gramsPerKilowattHour} g/kWh, ${name}${when} (${source}${assumed})`;
}

async function operatorCosts(model: ImportedModel, feeds: Feeds): Promise<OperatorCost[]> {
  const names = model.inputs.map(({ name }) => name);
  const run = (given: Readonly<Record<string, Tensor>>) =>
    Object.values(model.apply(names.map((name) => given[name] as Tensor)));
  const found = await profile(run, [feeds]);
  return found
    .by('operator')
    .slice(0, 8)
    .map(({ name, milliseconds, share, flops }) => ({ name, milliseconds, share, flops }));
}
