/** What a training run was and gave: `run.json`, enough to do it again and to say what differs. */
import { FormatError } from '@noosphere/core';
import * as v from 'valibot';

/** Raised whenever an older reader would misunderstand a newer file. */
export const runFormatVersion = 1;

const manifestSchema = v.object({
  format: v.literal('noosphere-run'),
  version: v.literal(runFormatVersion),
  name: v.string(),
  started: v.string(),
  elapsedMs: v.number(),
  config: v.record(v.string(), v.unknown()),
  seeds: v.record(v.string(), v.number()),
  /** Checksum of each input of data. */
  data: v.record(v.string(), v.string()),
  metrics: v.record(v.string(), v.number()),
  /** SHA-256 of the final weights, one by one. */
  weights: v.record(v.string(), v.string()),
  environment: v.record(v.string(), v.string()),
});

export type RunManifest = v.InferOutput<typeof manifestSchema>;

/** Reads a manifest; what is wrong with it is named with its place. */
export function parseRun(path: string, text: string): RunManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('runs', path, `is not JSON: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new FormatError('runs', path, `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`);
}

/** One thing in which two runs differ. */
export interface RunDifference {
  /** Where: `seeds.weights`, `environment.node`, `metrics.loss`. */
  readonly what: string;
  readonly first: string;
  readonly second: string;
}

const compared = ['config', 'seeds', 'data', 'environment', 'metrics', 'weights'] as const;

/**
 * All in which two runs differ: causes first (config, seeds, data, environment), then results (metrics, weights).
 * @example
 * const run = { format: 'noosphere-run', version: 1, name: 'a', started: '', elapsedMs: 1, config: {}, data: {}, metrics: {}, weights: {}, environment: {} } as const;
 * console.log(compareRuns({ ...run, seeds: { weights: 1 } }, { ...run, seeds: { weights: 2 } }));
 * // → [ { what: 'seeds.weights', first: '1', second: '2' } ]
 */
export function compareRuns(first: RunManifest, second: RunManifest): RunDifference[] {
  return compared.flatMap((part) => {
    const names = new Set([...Object.keys(first[part]), ...Object.keys(second[part])]);
    return [...names].flatMap((name) => {
      const [a, b] = [first, second].map((run) => JSON.stringify(run[part][name]) ?? 'absent');
      return a === b ? [] : [{ what: `${part}.${name}`, first: a as string, second: b as string }];
    });
  });
}
