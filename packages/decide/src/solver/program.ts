/** What the exact solver takes and gives back: linear, integer and convex quadratic programs as typed arrays. */
import { requireFinite, requireNumbers, requireObject } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { isPositiveSemidefinite } from '@noosphere/statistics';

/** Rows of a program in compressed form: row r has the entries starts[r] … starts[r + 1] - 1. */
export interface ProgramRows {
  /** [rows + 1] */
  readonly starts: Int32Array;
  /** Column of each entry. */
  readonly indices: Int32Array;
  /** Coefficient of each entry. */
  readonly values: Float64Array;
  /** [rows]; -Infinity for none. */
  readonly lower: Float64Array;
  /** [rows]; Infinity for none, and equal to `lower` for an equation. */
  readonly upper: Float64Array;
}

/**
 * minimise cᵀx + ½ xᵀQx subject to rowLower ≤ Ax ≤ rowUpper and lower ≤ x ≤ upper, some x whole numbers.
 */
export interface Program {
  /** c, [columns]. */
  readonly objective: Float64Array;
  /** @default false */
  readonly maximize?: boolean;
  /** [columns] @default 0 for each */
  readonly lower?: Float64Array;
  /** [columns] @default Infinity for each */
  readonly upper?: Float64Array;
  /** @default none */
  readonly rows?: ProgramRows;
  /** [columns]; 1 where the value must be whole. @default none */
  readonly integer?: Uint8Array;
  /**
   * Q of the first k columns, [k, k] row by row, symmetric; the others have none. Positive semidefinite (negative where the
   * program maximises). Not together with `integer`.
   * @default none
   */
  readonly quadratic?: Float64Array;
}

export interface SolverOptions {
  /** Stops after this long; whole-number programs then give the best found. @default no limit */
  readonly timeLimitMs?: number;
  /** Whole-number programs end where the best is proved to be within this share of the optimum. @default 0 */
  readonly relativeGap?: number;
}

/** A solution. */
export interface ProgramSolution {
  /** `feasible`: the time was over with a solution that is not proved to be the best. */
  readonly status: 'optimal' | 'feasible';
  /** cᵀx + ½ xᵀQx. */
  readonly objective: number;
  /** x, [columns]. */
  readonly values: Float64Array;
  /** Ax, [rows]. */
  readonly rowValues: Float64Array;
  /** Change of the objective with each row's active bound, [rows]; empty for whole-number programs, which have none. */
  readonly rowPrices: Float64Array;
  /** Change of the objective with each column's active bound, [columns]; empty for whole-number programs. */
  readonly columnPrices: Float64Array;
  /** (best - bound) / |best| of whole-number programs; 0 where the optimum is proved. */
  readonly gap: number;
}

/** Why there is no solution. */
export type ProgramFailure = 'infeasible' | 'unbounded' | 'time limit' | 'failed';

/** Collects rows one after the other. */
export class RowBuilder {
  readonly #starts: number[] = [0];
  readonly #indices: number[] = [];
  readonly #values: number[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];

  /** Number of rows so far. */
  get count(): number {
    return this.#lower.length;
  }

  /** Adds lower ≤ Σ values[i] x[indices[i]] ≤ upper; zeros are left out. */
  add(indices: ArrayLike<number>, values: ArrayLike<number>, lower: number, upper: number): this {
    for (let at = 0; at < indices.length; at++) {
      const value = values[at] as number;
      if (value === 0) continue;
      this.#indices.push(indices[at] as number);
      this.#values.push(value);
    }
    this.#starts.push(this.#indices.length);
    this.#lower.push(lower);
    this.#upper.push(upper);
    return this;
  }

  build(): ProgramRows {
    return {
      starts: Int32Array.from(this.#starts),
      indices: Int32Array.from(this.#indices),
      values: Float64Array.from(this.#values),
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
    };
  }
}

/** Refuses what the solver would misread: lengths that differ, NaN, bounds that cross, whole numbers beside a quadratic. */
export function requireProgram(operation: string, program: Program): void {
  requireObject(operation, 'the program', program, '{ objective, rows }');
  requireNumbers(operation, 'objective', program.objective);
  const columns = program.objective.length;
  if (columns === 0)
    throw new ArgumentError(operation, 'expected at least one column, got an empty objective');
  requireFinite(operation, 'objective', program.objective);
  requireBounds(operation, 'column', columns, program.lower, program.upper);
  if (program.integer !== undefined && program.integer.length !== columns) {
    throw lengthError(operation, 'integer', columns, program.integer.length);
  }
  if (program.rows !== undefined) requireRows(operation, program.rows, columns);
  if (program.quadratic === undefined) return;
  const size = Math.sqrt(program.quadratic.length);
  if (!Number.isInteger(size) || size > columns) {
    throw new ArgumentError(
      operation,
      `quadratic must be [k, k] with k up to the ${columns} columns, got ${program.quadratic.length} numbers`,
    );
  }
  requireFinite(operation, 'quadratic', program.quadratic);
  requireConvex(operation, program.quadratic, size, program.maximize === true);
  if (program.integer?.some((whole) => whole !== 0)) {
    throw new ArgumentError(
      operation,
      'a quadratic objective with whole numbers is beyond this solver; make one of them linear',
    );
  }
}

/** The solver ends obscurely where the objective curves the wrong way. */
function requireConvex(operation: string, quadratic: Float64Array, size: number, maximize: boolean): void {
  const sign = maximize ? -1 : 1;
  const rows = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (__, j) => {
      // Halves of both triangles, as the solver gets them.
      return (sign * ((quadratic[i * size + j] as number) + (quadratic[j * size + i] as number))) / 2;
    }),
  );
  if (isPositiveSemidefinite(rows)) return;
  throw new ArgumentError(
    operation,
    maximize
      ? 'quadratic must be negative semidefinite where the program maximises: it has a positive eigenvalue; check its signs'
      : 'quadratic must be positive semidefinite: it has a negative eigenvalue; check its signs, or correct a covariance with nearestCovariance',
  );
}

function requireRows(operation: string, rows: ProgramRows, columns: number): void {
  const count = rows.starts.length - 1;
  requireBounds(operation, 'row', count, rows.lower, rows.upper);
  requireFinite(operation, 'rows.values', rows.values);
  const entries = rows.starts[count];
  if (entries !== rows.indices.length || entries !== rows.values.length) {
    throw new ArgumentError(
      operation,
      `rows: starts end at ${entries}, got ${rows.indices.length} indices and ${rows.values.length} values`,
    );
  }
  const outside = rows.indices.find((index) => index < 0 || index >= columns);
  if (outside !== undefined) {
    throw new ArgumentError(operation, `rows: column ${outside} is outside 0 … ${columns - 1}`);
  }
}

function requireBounds(
  operation: string,
  name: string,
  count: number,
  lower: Float64Array | undefined,
  upper: Float64Array | undefined,
): void {
  for (const bound of [lower, upper]) {
    if (bound !== undefined && bound.length !== count) {
      throw lengthError(operation, `${name} bounds`, count, bound.length);
    }
  }
  for (let at = 0; at < count; at++) {
    const low = lower?.[at] ?? 0;
    const high = upper?.[at] ?? Number.POSITIVE_INFINITY;
    if (!(low <= high)) {
      throw new ArgumentError(
        operation,
        `${name} ${at}: the lower bound ${low} must not exceed the upper ${high}`,
      );
    }
  }
}

function lengthError(operation: string, name: string, expected: number, got: number): ArgumentError {
  return new ArgumentError(operation, `${name}: expected ${expected} numbers, got ${got}`);
}
