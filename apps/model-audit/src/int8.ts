/** What int8 would save: size and latency, and what it costs in accuracy or agreement. */
import { importOnnx } from '@noosphere/core';
import { quantizeOnnx } from '@noosphere/core/quantize';
import { agreement, classesOf, predictAll, relativeDifference } from './accuracy.js';
import { type Examples, type Feeds, sliceExamples } from './inputs.js';
import { type Latency, Measured } from './program.js';

export interface Int8Result {
  /** Static where there are examples to calibrate with, else dynamic. */
  readonly mode: 'static' | 'dynamic';
  readonly bytes: Uint8Array;
  readonly quantizedNodes: number;
  readonly notes: readonly string[];
  readonly latency: Latency;
  /** Share of the examples whose class stays the same. */
  readonly agreement: number | undefined;
  readonly accuracy: { readonly before: number; readonly after: number } | undefined;
  /** Largest difference of the first result over its spread, on the inputs that are measured. */
  readonly relativeDifference: number;
}

/** Examples that calibrate: the first rows, as many as change a range no more. */
const calibrationRows = 256;
const calibrationBatch = 32;

export async function measureInt8(
  bytes: Uint8Array,
  feeds: Feeds,
  examples: Examples | undefined,
  runs: number,
): Promise<Int8Result> {
  const mode = examples ? 'static' : 'dynamic';
  const small = await quantizeOnnx(
    bytes,
    examples ? { mode: 'static', examples: calibrationExamples(bytes, examples) } : { mode: 'dynamic' },
  );
  const [exact, quantized] = [await Measured.load(bytes, feeds), await Measured.load(small.bytes, feeds)];
  try {
    const difference = relativeDifference(await exact.firstOutput(), await quantized.firstOutput());
    const latency = await quantized.latency(runs);
    const judged = examples && (await judge(bytes, small.bytes, examples));
    return {
      mode,
      ...small,
      latency,
      agreement: judged?.agreement,
      accuracy: judged?.accuracy,
      relativeDifference: difference,
    };
  } finally {
    await exact.close();
    await quantized.close();
  }
}

function calibrationExamples(bytes: Uint8Array, examples: Examples): Feeds[] {
  const declared = importOnnx(bytes).inputs[0]?.shape?.[0];
  const together = typeof declared === 'number' ? declared : calibrationBatch;
  const rows = Math.min(examples.rows, calibrationRows);
  const found: Feeds[] = [];
  for (let first = 0; first + together <= rows; first += together)
    found.push(sliceExamples(examples, first, first + together));
  return found.length > 0 ? found : [sliceExamples(examples, 0, rows)];
}

async function judge(before: Uint8Array, after: Uint8Array, examples: Examples) {
  const [exact, quantized] = [await predictAll(before, examples), await predictAll(after, examples)];
  const [first, second] = [classesOf(exact), classesOf(quantized)];
  const { labels } = examples;
  return {
    agreement: agreement(first, second),
    accuracy: labels && { before: agreement(first, labels), after: agreement(second, labels) },
  };
}
