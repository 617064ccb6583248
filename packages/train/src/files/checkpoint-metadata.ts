/** What a checkpoint says of itself in its header, and whether it belongs to a run. */
import { ArgumentError, FormatError } from '@noosphere/core';
import * as v from 'valibot';

/** How a run goes through its data: a resumed run must do it the same way. */
export interface RunPace {
  readonly batchesPerEpoch: number;
  /** Batches of one step. */
  readonly accumulate: number;
  /** Steps of the whole run. */
  readonly steps: number;
}

/** A checkpoint's format: raised whenever an older reader would misunderstand a newer file. */
export const formatVersion = 1;

const metadataSchema = v.object({
  format: v.literal('noosphere-checkpoint'),
  version: v.literal(formatVersion),
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  // Absent in files of before schedules that listen to validation.
  learningRateScale: v.optional(v.number(), 1),
  // Absent in files of before it was compared.
  pace: v.optional(v.object({ batchesPerEpoch: v.number(), accumulate: v.number() })),
  best: v.optional(v.object({ step: v.number(), value: v.number() })),
  validations: v.array(
    v.object({ step: v.number(), metrics: v.record(v.string(), v.number()), isBest: v.boolean() }),
  ),
});

export type Metadata = v.InferOutput<typeof metadataSchema>;

/** Steps count the batches behind a run: with others it would go on in another place of the data, and not to the same bits. */
export function requireSamePace(path: string, { step, pace }: Metadata, wanted: RunPace): void {
  const differences = pace
    ? (['batchesPerEpoch', 'accumulate'] as const).flatMap((name) =>
        pace[name] === wanted[name] ? [] : [`${name} was ${pace[name]} and is ${wanted[name]}`],
      )
    : [];
  if (differences.length > 0)
    throw new ArgumentError(
      'checkpoint',
      `${path} is of a run over other batches an epoch: ${differences.join(', ')}; give the same batches, or another folder`,
    );
  if (step > wanted.steps)
    throw new ArgumentError(
      'checkpoint',
      `${path} is at step ${step}, this run has ${wanted.steps} steps; raise epochs, or choose another folder`,
    );
}

/** Reads the text of a header; what is wrong with it is named with its place. */
export function parseMetadata(path: string, text: string | undefined): Metadata {
  if (text === undefined) {
    throw new FormatError(
      'checkpoint',
      path,
      'is a safetensors file, but no checkpoint; load weights with openSafetensors',
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('checkpoint', path, `its metadata is not JSON: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(metadataSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new FormatError(
    'checkpoint',
    path,
    `${v.getDotPath(issue) ?? 'metadata'}: ${issue.message}; it was written by another version, or is damaged`,
  );
}
