/** What int8 would save: size and latency, and what it costs in accuracy or agreement. */
import { type ImportedModel, importOnnx } from '@noosphere/core';
import { quantizeOnnx } from '@noosphere/core/quantize';
import { agreement, classesOf, type Predicted, predictAll, relativeDifference } from './accuracy.js';
import { type Energy, energyOfInferences } from './energy.js';
import { type Examples, type Feeds, sliceExamples } from './inputs.js';
import type { AuditOptions } from './options.js';
import { type Latency, Measured } from './program.js';

export interface Int8Result {
  /** Static where there are examples to calibrate with, else dynamic. */
  readonly mode: 'static' | 'dynamic';
  readonly fileBytes: number;
  readonly quantizedNodes: number;
  readonly notes: readonly string[];
  readonly latency: Latency;
  /** Of 1,000 inferences. */
  readonly energy: Energy;
  /** Share of the examples whose class stays the same. */
  readonly agreement: number | undefined;
  /** Share of the examples whose class is their label's, with int8. */
  readonly accuracy: number | undefined;
  /** Largest difference of the first result over its spread: on all examples, else on the drawn inputs. */
  readonly relativeDifference: number;
}

/** The model as it is: what int8 is compared with. */
export interface Original {
  readonly bytes: Uint8Array;
  readonly model: ImportedModel;
  readonly measured: Measured;
  readonly predicted: Predicted | undefined;
}

/** Examples that calibrate: the first rows, as many as change a range no more. */
const calibrationRows = 256;
const calibrationBatch = 32;

export async function measureInt8(
  original: Original,
  feeds: Feeds,
  examples: Examples | undefined,
  options: AuditOptions,
): Promise<Int8Result> {
  const small = await quantizeOnnx(
    original.bytes,
    examples
      ? { mode: 'static', examples: calibrationExamples(original.model, examples) }
      : { mode: 'dynamic' },
  );
  const model = importOnnx(small.bytes);
  const quantized = await Measured.load(model, feeds);
  try {
    const after = examples && (await predictAll(model, examples));
    const classes = after && classesOf(after);
    const latency = await quantized.latency(options.runs);
    const before = original.predicted && classesOf(original.predicted);
    return {
      mode: examples ? 'static' : 'dynamic',
      fileBytes: small.bytes.length,
      quantizedNodes: small.quantizedNodes,
      notes: small.notes,
      latency,
      energy: await energyOfInferences(quantized, latency, options),
      agreement: before && classes && agreement(before, classes),
      accuracy: classes && examples?.labels && agreement(classes, examples.labels),
      relativeDifference: relativeDifference(
        original.predicted?.values ?? (await original.measured.firstOutput()),
        after?.values ?? (await quantized.firstOutput()),
      ),
    };
  } finally {
    await quantized.close();
  }
}

function calibrationExamples(model: ImportedModel, examples: Examples): Feeds[] {
  const declared = model.inputs[0]?.shape?.[0];
  const together = typeof declared === 'number' ? declared : calibrationBatch;
  const rows = Math.min(examples.rows, calibrationRows);
  const found: Feeds[] = [];
  for (let first = 0; first + together <= rows; first += together)
    found.push(sliceExamples(examples, first, first + together));
  return found.length > 0 ? found : [sliceExamples(examples, 0, rows)];
}
