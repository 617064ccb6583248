/** Rows reached by number, and what is made of them before a model sees them. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import {
  type BatchOptions,
  type BatchSource,
  type Keys,
  Random,
  rowBatches,
  type SplitOptions,
  splitRows,
  stratifiedSplit,
} from '@noosphere/train';

/** Reads one row. `random` is drawn from the epoch and the row's number alone: the same in every run, and after a resume. */
type ReadRow<Row> = (index: number, epoch: number) => Row | Promise<Row>;

export interface DatasetSplit<Row> {
  readonly train: Dataset<Row>;
  readonly validation: Dataset<Row>;
  readonly test: Dataset<Row>;
}

/**
 * Rows by number: in memory, or read when they are due. Nothing is read before a batch asks for it.
 * @example
 * const squares = Dataset.of([1, 2, 3, 4]).map((x) => ({ x, y: x * x }));
 * console.log(squares.length, await squares.row(2)); // → 4 { x: 3, y: 9 }
 * const noisy = squares.map(({ x, y }, random) => ({ x: x + random.normal(), y }), { seed: 1 });
 * console.log((await noisy.row(2, 0)).x === (await noisy.row(2, 0)).x, (await noisy.row(2, 0)).x === (await noisy.row(2, 1)).x); // → true false
 */
export class Dataset<Row> {
  readonly length: number;
  readonly #read: ReadRow<Row>;

  constructor(length: number, read: ReadRow<Row>) {
    requireWhole('Dataset', 'length', length, 0);
    this.length = length;
    this.#read = read;
  }

  /** The rows of a list. */
  static of<Row>(rows: readonly Row[]): Dataset<Row> {
    return new Dataset(rows.length, (index) => rows[index] as Row);
  }

  /** A row as an epoch sees it. */
  async row(index: number, epoch = 0): Promise<Row> {
    requireWhole('Dataset.row', 'index', index, 0, this.length - 1);
    return this.#read(index, epoch);
  }

  /** All rows in order, one after the other, as an epoch sees them. */
  async *rows(epoch = 0): AsyncGenerator<Row> {
    for (let index = 0; index < this.length; index++) yield await this.#read(index, epoch);
  }

  /** What `change` makes of each row, when it is due; `random` is a stream of its own for each epoch and row. @param options.seed @default 0 */
  map<Out>(
    change: (row: Row, random: Random) => Out | Promise<Out>,
    options: { readonly seed?: number } = {},
  ): Dataset<Out> {
    const { seed = 0 } = knownOptions('map', options, 'seed');
    return new Dataset(this.length, async (index, epoch) =>
      change(await this.#read(index, epoch), rowRandom(seed, epoch, index)),
    );
  }

  /** The rows that `keep` says yes to; each is read once for it. */
  async filter(keep: (row: Row) => boolean): Promise<Dataset<Row>> {
    const kept: number[] = [];
    for (let index = 0; index < this.length; index++) if (keep(await this.#read(index, 0))) kept.push(index);
    return this.take(kept);
  }

  /** Rows by number, in this order. */
  take(rows: ArrayLike<number>): Dataset<Row> {
    return new Dataset(rows.length, (index, epoch) => this.#read(rows[index] as number, epoch));
  }

  /** Parts drawn at random; with `labels`, one a row, each part has the shares of the whole. */
  split(given: SplitOptions & { readonly labels?: Keys } = {}): DatasetSplit<Row> {
    const { labels, ...options } = knownOptions('split', given, 'test validation seed labels');
    const parts = labels === undefined ? splitRows(this.length, options) : stratifiedSplit(labels, options);
    return {
      train: this.take(parts.train),
      validation: this.take(parts.validation),
      test: this.take(parts.test),
    };
  }

  /** Batches of rows for a fit, drawn anew for each epoch; `prefetched` makes them ahead. @param collate Makes a batch of rows, such as `stackRows`. */
  batches<Batch extends object>(
    collate: (rows: readonly Row[]) => Batch | Promise<Batch>,
    options: BatchOptions,
  ): BatchSource<Batch> {
    knownOptions('batches', options, 'batchSize shuffle seed dropLast');
    const read = async (rows: Uint32Array, epoch: number) =>
      collate(await Promise.all(Array.from(rows, (row) => this.#read(row, epoch))));
    if (this.length === 0) throw new ArgumentError('Dataset.batches', 'there are no rows; give at least one');
    return rowBatches({ ...options, rows: this.length, collate: read });
  }
}

/** A stream for one row of one epoch, by mixing the three numbers into 32 bits: two rows share one with a chance of 2^-32. */
function rowRandom(seed: number, epoch: number, row: number): Random {
  const mixed = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0;
  return new Random((mixed ^ Math.imul(row + 1, 0xc2b2ae35)) >>> 0);
}
