/** Predictions under concurrent calls: rows of one shape that wait together run together. */
import { requireWhole } from '@noosphere/base';
import { type HostTensor, type Program, RuntimeError } from '@noosphere/core';
import type { ModelManifest } from './manifest.js';
import { percentile } from './percentile.js';
import type { Processing } from './processing.js';
import { type Prediction, type Row, type RowTensors, readRow, stackRows, tensorsToRows } from './rows.js';

/** How long calls of `predict` took, from the call to its result. */
export interface Latency {
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Waiting {
  readonly row: RowTensors;
  /** Rows run together where these are equal. */
  readonly shapes: string;
  resolve(prediction: Prediction): void;
  reject(error: unknown): void;
}

/** Calls whose times are kept for the percentiles. */
const keptCalls = 10_000;

export class Predictor {
  readonly #program: Program;
  readonly #manifest: ModelManifest;
  readonly #processing: Processing;
  readonly #largestBatch: number;
  readonly #timesMs: number[] = [];
  #waiting: Waiting[] = [];
  #calls = 0;
  #running: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(program: Program, manifest: ModelManifest, processing: Processing, largestBatch: number) {
    requireWhole('loadModel', 'largestBatch', largestBatch);
    this.#program = program;
    this.#manifest = manifest;
    this.#processing = processing;
    this.#largestBatch = largestBatch;
  }

  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    this.#requireOpen();
    const startedMs = performance.now();
    const { before, after } = this.#processing;
    const given = before ? await Promise.all(rows.map((row) => before(row))) : rows;
    this.#requireOpen();
    // Each call answers for its own rows: they are checked before they join those of others.
    const read = given.map((row, index) => readRow(row, index, this.#manifest.inputs));
    const results = read.map(
      (row) =>
        new Promise<Prediction>((resolve, reject) => {
          this.#waiting.push({ row, shapes: row.map(({ shape }) => shape).join(';'), resolve, reject });
        }),
    );
    this.#running ??= this.#drain();
    const found = await Promise.all(results);
    const predictions = after ? await Promise.all(found.map((prediction) => after(prediction))) : found;
    this.#calls++;
    this.#timesMs[this.#calls % keptCalls] = performance.now() - startedMs;
    return predictions;
  }

  get latency(): Latency {
    const times = Object.values(this.#timesMs);
    return { calls: this.#calls, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
  }

  async close(): Promise<void> {
    this.#closed ??= Promise.resolve(this.#running).then(() => this.#program.dispose());
    await this.#closed;
  }

  #requireOpen(): void {
    if (this.#closed) throw new RuntimeError('predict', 'the model was closed; load it again');
  }

  /** Runs what waits, batch by batch, until nothing does. */
  async #drain(): Promise<void> {
    // Calls made in the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const [{ shapes } = { shapes: '' }] = this.#waiting;
      const batch: Waiting[] = [];
      this.#waiting = this.#waiting.filter((each) => {
        const joins = each.shapes === shapes && batch.length < this.#largestBatch;
        if (joins) batch.push(each);
        return !joins;
      });
      await this.#runBatch(batch);
    }
    this.#running = undefined;
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#program.run(stackRows(batch.map(({ row }) => row)));
      const outputs = this.#manifest.outputs.map((name, index) => [name, results[index] as HostTensor]);
      const predictions = tensorsToRows(Object.fromEntries(outputs), batch.length);
      batch.forEach(({ resolve }, index) => {
        resolve(predictions[index] as Prediction);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
