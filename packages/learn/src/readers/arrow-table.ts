/** A table as read from Arrow: plain tensors and texts, without the library's types. */
import type { HostTensor } from '@noosphere/core';

/** A column: numbers as a tensor [rows] or [rows, k], texts as an array in which `null` stands for a missing one. */
export type ArrowColumn = HostTensor | readonly (string | null)[];

export interface ArrowReadOptions {
  /** Only these columns. @default all */
  readonly names?: readonly string[];
  /**
   * What a missing number becomes where the element type has no NaN: an error, or NaN in a column of float64.
   * Missing floats are NaN always.
   * @default 'refuse'
   */
  readonly nulls?: 'refuse' | 'nan';
  /** What errors call the bytes. @default 'bytes' */
  readonly place?: string;
}

export interface ArrowTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ArrowColumn>>;
  /** What the numbers of times and durations count: `timestamp[ms, UTC]`, `date[day]`, … */
  readonly units: Readonly<Record<string, string>>;
}
