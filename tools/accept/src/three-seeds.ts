/** A training that must pass with several seeds: each is measured, and the worst is the value. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bar, Measured, RunContext } from './run.js';

/** What one seed gave. */
export interface SeedResult {
  readonly value: number;
  /** Wall time of the training alone. */
  readonly seconds: number;
  /** The raw predictions or the like, as JSON. */
  readonly raw: unknown;
}

export interface SeedsOptions {
  readonly bar: Bar;
  /** A seed that took longer has failed, whatever its value. */
  readonly limitSeconds: number;
  train(seed: number): Promise<SeedResult>;
}

const seedCount = 3;

/** Trains with three seeds in a row, beginning with the one that was asked for. */
export async function threeSeeds(context: RunContext, options: SeedsOptions): Promise<Measured> {
  const artifacts: string[] = [];
  const values: number[] = [];
  const notes: string[] = [];
  const failing = options.bar.is === '>=' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  for (let seed = context.seed; seed < context.seed + seedCount; seed++) {
    const { value, seconds, raw } = await options.train(seed);
    const late = seconds > options.limitSeconds;
    notes.push(`seed ${seed}: ${value} in ${seconds.toFixed(1)} s of ${options.limitSeconds}`);
    context.say(notes.at(-1) as string);
    values.push(late ? failing : value);
    const path = join(context.folder, `seed-${seed}.json`);
    writeFileSync(path, JSON.stringify({ seed, value, seconds, raw }));
    artifacts.push(path);
  }
  const worst = options.bar.is === '>=' ? Math.min(...values) : Math.max(...values);
  return { value: worst, artifacts, notes };
}
