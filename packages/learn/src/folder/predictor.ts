/** Predictions under concurrent calls: rows that wait together run together. */
import { ArgumentError, type HostTensor, type Program, RuntimeError } from '@noosphere/core';
import type { RowInput } from './manifest.js';
import { percentile } from './percentile.js';
import { type Prediction, type Row, type RowNumbers, readRows, stackNumbers, tensorsToRows } from './rows.js';

/** How long calls of `predict` took, from the call to its result. */
export interface Latency {
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Waiting {
  readonly row: RowNumbers;
  resolve(prediction: Prediction): void;
  reject(error: unknown): void;
}

/** Calls whose times are kept for the percentiles. */
const keptCalls = 10_000;

export class Predictor {
  readonly #program: Program;
  readonly #inputs: Readonly<Record<string, RowInput>>;
  readonly #outputs: readonly string[];
  readonly #largestBatch: number;
  readonly #waiting: Waiting[] = [];
  readonly #timesMs: number[] = [];
  #calls = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    program: Program,
    inputs: Readonly<Record<string, RowInput>>,
    outputs: readonly string[],
    largestBatch: number,
  ) {
    if (!Number.isInteger(largestBatch) || largestBatch < 1)
      throw new ArgumentError('loadModel', `largestBatch must be a whole number from 1, got ${largestBatch}`);
    this.#program = program;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#largestBatch = largestBatch;
  }

  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    if (this.#isClosed) throw new RuntimeError('predict', 'the model was closed; load it again');
    const startedMs = performance.now();
    // Each call answers for its own rows: they are checked before they join those of others.
    const results = readRows(rows, this.#inputs).map(
      (row) => new Promise<Prediction>((resolve, reject) => this.#waiting.push({ row, resolve, reject })),
    );
    this.#running ??= this.#drain();
    const predictions = await Promise.all(results);
    this.#calls++;
    this.#timesMs[this.#calls % keptCalls] = performance.now() - startedMs;
    return predictions;
  }

  get latency(): Latency {
    const times = Object.values(this.#timesMs);
    return { calls: this.#calls, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    await this.#program.dispose();
  }

  /** Runs what waits, batch by batch, until nothing does. */
  async #drain(): Promise<void> {
    // Calls made in the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#runBatch(this.#waiting.splice(0, this.#largestBatch));
    this.#running = undefined;
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const tensors = stackNumbers(
        batch.map(({ row }) => row),
        this.#inputs,
      );
      const results = await this.#program.run(
        this.#program.inputs.map(({ name }) => tensors[name] as HostTensor),
      );
      const outputs = Object.fromEntries(
        this.#outputs.map((name, index) => [name, results[index] as HostTensor]),
      );
      const predictions = tensorsToRows(outputs, batch.length);
      batch.forEach(({ resolve }, index) => {
        resolve(predictions[index] as Prediction);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
