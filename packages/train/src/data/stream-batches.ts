/** Batches of rows that come one after the other: files too large for memory, databases, generators. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Random } from '../random.js';
import { type BatchOptions, type BatchSource, countBatches, epochRandom } from './batch-source.js';

/** Rows in their order, once through. */
export type RowStream<Row> = AsyncIterable<Row> | Iterable<Row>;

export interface StreamBatchesOptions<Row, Batch extends object> extends BatchOptions {
  /** Begins an epoch: gives its rows, the same ones in the same order whenever it is asked for that epoch. */
  readonly open: (epoch: number) => RowStream<Row>;
  /** How many rows an epoch has; a stream may be longer, the rest is not read. `countRows` counts them. */
  readonly rowsPerEpoch: number;
  /** How many rows are held to draw from when shuffling: more mixes better and takes more memory. @default 1024 */
  readonly shuffleBuffer?: number;
  /** Makes a batch of rows, such as `stackRows`. */
  readonly collate: (rows: Row[]) => Batch | Promise<Batch>;
}

/**
 * Batches of a stream of rows, mixed by a buffer of bounded size.
 *
 * The order depends on the stream, the seed and the epoch alone. A batch further ahead is reached by reading up to it, an
 * earlier one by beginning again: a resumed run sees the batches that an uninterrupted one would, after reading what it
 * skips. Throws where a stream ends before `rowsPerEpoch`.
 * @example
 * async function* lines() {
 *   for (let row = 0; row < 5; row++) yield { x: row, y: [row, -row] };
 * }
 * const source = streamBatches({ open: lines, rowsPerEpoch: 5, batchSize: 2, shuffle: false, collate: stackRows });
 * const { x, y } = await source.batch(0, 1);
 * console.log(source.batchesPerEpoch, await x?.array(), y?.shape); // → 3 [ 2, 3 ] [ 2, 2 ]
 */
export function streamBatches<Row, Batch extends object>(
  options: StreamBatchesOptions<Row, Batch>,
): BatchSource<Batch> & { close(): Promise<void> } {
  knownOptions(
    'streamBatches',
    options,
    'open rowsPerEpoch shuffleBuffer collate batchSize shuffle seed dropLast',
  );
  return new StreamBatches(options);
}

class StreamBatches<Row, Batch extends object> implements BatchSource<Batch> {
  readonly batchesPerEpoch: number;
  readonly #options: StreamBatchesOptions<Row, Batch>;
  readonly #rows: number;
  #open: { readonly epoch: number; readonly rows: AsyncGenerator<Row>; next: number } | undefined;
  #latest: { readonly epoch: number; readonly index: number; readonly batch: Batch } | undefined;
  /** Requests wait for each other: they share one place in the stream. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: StreamBatchesOptions<Row, Batch>) {
    const { rowsPerEpoch, shuffleBuffer = 1024 } = options;
    for (const [name, value] of Object.entries({ rowsPerEpoch, shuffleBuffer })) {
      if (!Number.isInteger(value) || value < 1)
        throw new ArgumentError('streamBatches', `${name} must be a whole number from 1, got ${value}`);
    }
    this.batchesPerEpoch = countBatches('streamBatches', rowsPerEpoch, options);
    this.#rows = rowsPerEpoch;
    this.#options = options;
  }

  batch(epoch: number, index: number): Promise<Batch> {
    const answer = this.#queue.then(() => this.#find(epoch, index));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#open?.rows.return(undefined);
    this.#open = undefined;
  }

  async #find(epoch: number, index: number): Promise<Batch> {
    if (this.#latest?.epoch === epoch && this.#latest.index === index) return this.#latest.batch;
    if (this.#open && (this.#open.epoch !== epoch || this.#open.next > index)) {
      await this.#open.rows.return(undefined);
      this.#open = undefined;
    }
    this.#open ??= { epoch, rows: this.#shuffled(epoch), next: 0 };
    try {
      while (this.#open.next < index) {
        await this.#take(this.#open);
      }
      const batch = await this.#options.collate(await this.#take(this.#open));
      this.#latest = { epoch, index, batch };
      return batch;
    } catch (error) {
      // Where the stream stands is not known any more.
      this.#open = undefined;
      throw error;
    }
  }

  /** The rows of the next batch. */
  async #take(open: { readonly rows: AsyncGenerator<Row>; next: number }): Promise<Row[]> {
    const rows: Row[] = [];
    const size = Math.min(this.#options.batchSize, this.#rows - open.next * this.#options.batchSize);
    while (rows.length < size) {
      const { done, value } = await open.rows.next();
      if (done) throw new ArgumentError('streamBatches', 'the stream was closed while a batch was read');
      rows.push(value);
    }
    open.next++;
    return rows;
  }

  #shuffled(epoch: number): AsyncGenerator<Row> {
    const { shuffle = true, shuffleBuffer = 1024, seed = 0, open } = this.#options;
    const rows = counted(open(epoch), this.#rows, epoch);
    return shuffle ? mixed(rows, shuffleBuffer, epochRandom(seed, epoch)) : rows;
  }
}

/** So many rows of a stream; an error where it has fewer. */
async function* counted<Row>(stream: RowStream<Row>, rows: number, epoch: number): AsyncGenerator<Row> {
  let count = 0;
  for await (const row of stream) {
    yield row;
    if (++count === rows) return;
  }
  throw new ArgumentError(
    'streamBatches',
    `the stream of epoch ${epoch} ended after ${count} rows, expected ${rows}; set rowsPerEpoch to what countRows gives`,
  );
}

/** Draws from a buffer that is filled up from the stream. */
async function* mixed<Row>(rows: AsyncIterable<Row>, size: number, random: Random): AsyncGenerator<Row> {
  const held: Row[] = [];
  for await (const row of rows) {
    held.push(row);
    if (held.length > size) yield drawFrom(held, random);
  }
  while (held.length > 0) yield drawFrom(held, random);
}

function drawFrom<Row>(held: Row[], random: Random): Row {
  const place = Math.floor(random.uniform() * held.length);
  const drawn = held[place] as Row;
  const last = held.pop() as Row;
  if (place < held.length) held[place] = last;
  return drawn;
}

/**
 * Counts the rows of a stream by reading it once.
 * @example
 * console.log(await countRows(['a', 'b', 'c'])); // → 3
 */
export async function countRows(stream: RowStream<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
}
