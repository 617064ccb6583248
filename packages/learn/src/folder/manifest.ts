/** What a model folder says about itself: `model.json`. */
import { ArgumentError, type DType, FormatError, isDType, isFloat } from '@noosphere/core';
import * as v from 'valibot';

/** Raised whenever an older reader would misunderstand a newer folder; folders of 1 are read as well. */
export const modelFormatVersion = 2;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const json = v.record(v.string(), v.unknown());
const digest = v.pipe(v.string(), v.regex(/^[\da-f]{64}$/));

/** One input of a model, as its rows must give it. */
export interface RowInput {
  readonly dtype: DType;
  /** Shape of one row's value: [] for a number. A name such as 'time' stands for a size that each row has for itself. */
  readonly shape: readonly (number | string)[];
  readonly description?: string | undefined;
  /** Values outside are refused. */
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** NaN, or null, stands for a value that is missing; floats only. */
  readonly mayBeMissing?: boolean | undefined;
}

const inputEntries = {
  dtype: v.custom<DType>((name) => typeof name === 'string' && isDType(name), 'no element type'),
  shape: v.array(v.union([count, v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/))])),
  description: v.optional(v.string()),
  minimum: v.optional(v.number()),
  maximum: v.optional(v.number()),
  mayBeMissing: v.optional(v.boolean()),
};
// Named, so that the declarations need no name of the core's own.
const inputSchema: v.GenericSchema<unknown, RowInput> = v.object(inputEntries) as never;

const cardSchema = v.object({
  title: v.optional(v.string()),
  description: v.optional(v.string()),
  /** Of the weights, such as 'apache-2.0'. */
  licence: v.optional(v.string()),
  /** What it was trained on. */
  data: v.optional(
    v.array(
      v.object({
        name: v.string(),
        licence: v.optional(v.string()),
        rows: v.optional(count),
        /** SHA-256. */
        checksum: v.optional(v.string()),
      }),
    ),
  ),
  /** What the training took, and how that is known. */
  energyJoules: v.optional(v.object({ value: v.number(), method: v.string() })),
  /** How exact the products of the training were: `precision` of the result of `fit` or `learn`. */
  precision: v.optional(v.picklist(['highest', 'high', 'medium'])),
});

const manifestSchema = v.object({
  format: v.literal('noosphere-model'),
  version: v.picklist([1, modelFormatVersion]),
  kind: v.string(),
  config: json,
  preprocessing: json,
  /** Registered steps in front of the network and behind it, in order. */
  processing: v.optional(v.array(v.object({ name: v.string(), config: json })), []),
  inputs: v.record(v.string(), inputSchema),
  outputs: v.array(v.string()),
  metrics: v.record(v.string(), v.number()),
  seeds: v.record(v.string(), v.number()),
  card: v.optional(cardSchema, {}),
  versions: v.record(v.string(), v.string()),
  created: v.string(),
  /** The initializer of model.onnx that holds each weight; '' for one that the graph does not use. Since version 2. */
  parameters: v.optional(v.record(v.string(), v.string())),
  /** SHA-256 of each other file of the folder but README.md. */
  files: v.record(v.string(), digest),
});

export type RowInputs = Readonly<Record<string, RowInput>>;
/** What people should know of a model; metrics and seeds stand beside it. */
export type ModelCard = v.InferOutput<typeof cardSchema>;
export type ModelManifest = v.InferOutput<typeof manifestSchema>;

/** Reads a manifest; what is wrong with it is named with its place. */
export function parseManifest(operation: string, path: string, text: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(operation, path, `is not JSON: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const version = (json as { version?: unknown } | null)?.version;
  const newer = typeof version === 'number' && version > modelFormatVersion;
  throw new FormatError(
    operation,
    path,
    newer
      ? `has format version ${version}, this release reads up to ${modelFormatVersion}; install a newer @noosphere/learn`
      : `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`,
  );
}

/** Refuses inputs and a card that could not be read back. */
export function requireDescription(inputs: RowInputs, card: ModelCard): void {
  const refuse = (message: string) => {
    throw new ArgumentError('saveModel', message);
  };
  if (Object.keys(inputs).length === 0) refuse('the model needs at least one input');
  const odd = Object.keys(inputs).find((name) => !/^[A-Za-z_][\w.-]*$/.test(name));
  if (odd !== undefined) refuse(`'${odd}' is no name for an input; use letters, digits, '_', '.' and '-'`);
  for (const [name, input] of Object.entries(inputs)) {
    const [issue] = v.safeParse(v.strictObject(inputEntries), input).issues ?? [];
    if (issue) refuse(`the input '${name}': ${v.getDotPath(issue)}: ${issue.message}`);
    if (input.mayBeMissing && !isFloat(input.dtype))
      refuse(`the input '${name}' is ${input.dtype}; only floats may be missing, as NaN`);
    if (input.shape.includes('batch'))
      refuse(`the input '${name}' describes one row; leave 'batch' out of its shape`);
  }
  const [issue] = v.safeParse(v.strictObject(cardSchema.entries), card).issues ?? [];
  if (issue) refuse(`card.${v.getDotPath(issue)}: ${issue.message}`);
}
