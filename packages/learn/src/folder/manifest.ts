/** What a model folder says about itself: `model.json`. */
import { ArgumentError, FormatError } from '@noosphere/core';
import * as v from 'valibot';

/** Raised whenever an older reader would misunderstand a newer folder. */
export const modelFormatVersion = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const inputSchema = v.object({
  dtype: v.picklist(['float32', 'int32', 'bool']),
  /** Shape of one row's value: [] for a number. */
  shape: v.array(count),
  description: v.optional(v.string()),
  /** Values outside are refused. */
  minimum: v.optional(v.number()),
  maximum: v.optional(v.number()),
});

const manifestSchema = v.object({
  format: v.literal('noosphere-model'),
  version: v.literal(modelFormatVersion),
  kind: v.string(),
  config: v.record(v.string(), v.unknown()),
  preprocessing: v.record(v.string(), v.unknown()),
  inputs: v.record(v.string(), inputSchema),
  outputs: v.array(v.string()),
  metrics: v.record(v.string(), v.number()),
  seeds: v.record(v.string(), v.number()),
  versions: v.record(v.string(), v.string()),
  created: v.string(),
  /** SHA-256 of each other file of the folder. */
  files: v.record(v.string(), v.string()),
});

/** One input of a model, as its rows must give it. */
export type RowInput = v.InferOutput<typeof inputSchema>;
export type ModelManifest = v.InferOutput<typeof manifestSchema>;

/** Reads a manifest; what is wrong with it is named with its place. */
export function parseManifest(path: string, text: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('loadModel', path, `is not JSON: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const version = (json as { version?: unknown } | null)?.version;
  const newer = typeof version === 'number' && version > modelFormatVersion;
  throw new FormatError(
    'loadModel',
    path,
    newer
      ? `has format version ${version}, this release reads up to ${modelFormatVersion}; install a newer @noosphere/train`
      : `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`,
  );
}

/** Refuses names that could not be files or graph values. */
export function requireNames(names: readonly string[]): void {
  const odd = names.find((name) => !/^[A-Za-z_][\w.-]*$/.test(name));
  if (odd !== undefined)
    throw new ArgumentError(
      'saveModel',
      `'${odd}' is no name for an input; use letters, digits, '_', '.' and '-'`,
    );
  if (names.length === 0) throw new ArgumentError('saveModel', 'the model needs at least one input');
}
