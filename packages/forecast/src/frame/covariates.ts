/** Names of covariates, given once, checked by the compiler where they are literals and by the reader where they are not. */
import type { SeriesFrame } from './frame.js';

export interface CovariateNames {
  /** Known up to the last row only. @default none */
  readonly past?: readonly string[];
  /** Known for the horizon as well. @default none */
  readonly future?: readonly string[];
  /** One value a series. @default none */
  readonly static?: readonly string[];
}

type ColumnsOf<Names extends readonly string[] | undefined> = Readonly<
  Record<Names extends readonly string[] ? Names[number] : never, Float64Array>
>;

/** A frame whose covariates the compiler knows by name, and how it was read. */
export interface LoadedFrame<Names extends CovariateNames = CovariateNames> extends SeriesFrame {
  readonly past: ColumnsOf<Names['past']>;
  readonly future: ColumnsOf<Names['future']>;
  readonly static: ColumnsOf<Names['static']>;
  /** Why the frequency is what it is: as asked, or how it was inferred. */
  readonly frequencyReason: string;
  /** Whether rows had to be brought into the order of time. */
  readonly wasSorted: boolean;
  /** Columns of the table that are none of the frame's: forgotten covariates, or notes. */
  readonly unusedColumns: readonly string[];
}

/** The roles and names in one list: the order in which values of a row are given. */
export function listCovariates({ past = [], future = [], static: fixed = [] }: CovariateNames) {
  return [
    ...past.map((name) => ({ role: 'past' as const, name })),
    ...future.map((name) => ({ role: 'future' as const, name })),
    ...fixed.map((name) => ({ role: 'static' as const, name })),
  ];
}
