/** The one place that knows HiGHS: programs go in, solutions or the reason for none come out. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, RuntimeError } from '@noosphere/core';
import type { Highs, Model, ModelData } from 'highs';
import {
  type Program,
  type ProgramFailure,
  type ProgramSolution,
  requireProgram,
  type SolverOptions,
} from './program.js';

/** WebAssembly is loaded at the first program: it takes some 60 ms. */
let loading: Promise<Highs> | undefined;

function loadHighs(): Promise<Highs> {
  // The types take the module that is imported for a CommonJS one, whose default would lie one deeper.
  type Load = typeof import('highs')['default'];
  loading ??= import('highs').then((module) => (module.default as unknown as Load)());
  return loading;
}

/**
 * Solves a linear, integer or convex quadratic program exactly, with HiGHS.
 *
 * @param program - minimise cᵀx + ½ xᵀQx subject to bounds of rows Ax and of columns x
 * @throws ArgumentError where the program is malformed, infeasible, unbounded, or out of time without a solution.
 *
 * @example
 * // Chairs and tables: 30 and 50 of profit, 40 hours of carpentry, 50 of finishing, only whole pieces.
 * const rows = new RowBuilder()
 *   .add([0, 1], [1, 2], -Infinity, 40)
 *   .add([0, 1], [2, 1], -Infinity, 50)
 *   .build();
 * const { values, objective } = await solveProgram({
 *   objective: Float64Array.of(30, 50),
 *   maximize: true,
 *   rows,
 *   integer: Uint8Array.of(1, 1),
 * });
 * console.log(Array.from(values), objective); // → [ 20, 10 ] 1100
 */
export async function solveProgram(
  program: Program,
  options: SolverOptions = {},
  operation = 'solveProgram',
): Promise<ProgramSolution> {
  knownOptions('solveProgram', options, 'timeLimitMs relativeGap');
  const outcome = await trySolveProgram(program, options, operation);
  if (typeof outcome !== 'string') return outcome;
  throw new ArgumentError(operation, wayOut[outcome]);
}

const wayOut: Readonly<Record<ProgramFailure, string>> = {
  infeasible: 'no values satisfy all constraints; relax one of them',
  unbounded: 'the objective can be improved without end; bound the columns',
  'time limit':
    'the time was over before a first solution; give it a longer timeLimitMs or a smaller program',
  failed:
    'the solver gave up: the numbers may differ too much in size, or the quadratic is not convex; rescale or check them',
};

/** As `solveProgram`, but says why there is no solution instead of throwing; malformed programs throw all the same. */
export async function trySolveProgram(
  program: Program,
  options: SolverOptions = {},
  operation = 'trySolveProgram',
): Promise<ProgramSolution | ProgramFailure> {
  requireProgram(operation, program);
  const { timeLimitMs = Number.POSITIVE_INFINITY, relativeGap = 0 } = options;
  if (!(timeLimitMs > 0))
    throw new ArgumentError(operation, `timeLimitMs must be positive, got ${timeLimitMs}`);
  if (!(relativeGap >= 0))
    throw new ArgumentError(operation, `relativeGap must not be negative, got ${relativeGap}`);
  const highs = await loadHighs();
  const isInteger = program.integer?.some((whole) => whole !== 0) === true;
  let model: Model | undefined;
  try {
    model = highs.createModel(modelOf(highs, program, isInteger));
    model.options.set({ output_flag: false, mip_rel_gap: relativeGap, mip_abs_gap: 1e-9 });
    // Far below what a scaled covariance resolves; the default of 1e-7 would move small weights.
    if (program.quadratic !== undefined) model.options.set('qp_regularization_value', 1e-10);
    if (timeLimitMs < Number.POSITIVE_INFINITY) model.options.set('time_limit', timeLimitMs / 1000);
    model.run();
    return outcomeOf(highs, model, program, isInteger);
  } catch (error) {
    // An abort leaves the WebAssembly instance unusable: the next program gets a new one.
    loading = undefined;
    throw new RuntimeError(operation, `the solver failed on ${sizeOf(program)}`, { cause: error });
  } finally {
    if (loading !== undefined) model?.dispose();
  }
}

function modelOf(highs: Highs, program: Program, isInteger: boolean): ModelData {
  const { objective, rows } = program;
  const columns = objective.length;
  const rowCount = rows?.lower.length ?? 0;
  const { minimize, maximize } = highs.constants.objectiveSense;
  return {
    numCols: columns,
    numRows: rowCount,
    sense: program.maximize ? maximize : minimize,
    colCost: objective,
    colLower: program.lower ?? new Float64Array(columns),
    colUpper: program.upper ?? new Float64Array(columns).fill(Number.POSITIVE_INFINITY),
    rowLower: rows?.lower ?? new Float64Array(0),
    rowUpper: rows?.upper ?? new Float64Array(0),
    matrix: {
      format: 'csr',
      numRows: rowCount,
      numCols: columns,
      starts: rows?.starts ?? new Int32Array(1),
      indices: rows?.indices ?? new Int32Array(0),
      values: rows?.values ?? new Float64Array(0),
    },
    ...(isInteger && program.integer !== undefined ? { integrality: Int32Array.from(program.integer) } : {}),
    ...(program.quadratic === undefined ? {} : { hessian: hessianOf(program.quadratic, columns) }),
  };
}

/** The lower triangle, column by column. */
function hessianOf(quadratic: Float64Array, columns: number) {
  const size = Math.sqrt(quadratic.length);
  const starts = new Int32Array(columns + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let column = 0; column < columns; column++) {
    starts[column] = values.length;
    for (let row = column; row < size; row++) {
      // Halves of both triangles: what is almost symmetric becomes so.
      const value =
        ((quadratic[row * size + column] as number) + (quadratic[column * size + row] as number)) / 2;
      if (value === 0) continue;
      indices.push(row);
      values.push(value);
    }
  }
  starts[columns] = values.length;
  return {
    format: 'triangular' as const,
    dimension: columns,
    starts,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}

function outcomeOf(
  highs: Highs,
  model: Model,
  program: Program,
  isInteger: boolean,
): ProgramSolution | ProgramFailure {
  const { modelStatus, solutionStatus } = highs.constants;
  const status = model.getModelStatus();
  if (status === modelStatus.infeasible) return 'infeasible';
  if (status === modelStatus.unbounded) return 'unbounded';
  // Presolve could not tell which.
  if (status === modelStatus.unboundedOrInfeasible) {
    return isFeasible(highs, model, program.objective.length) ? 'unbounded' : 'infeasible';
  }
  const isOptimal = status === modelStatus.optimal || status === modelStatus.empty;
  const isLate = status === modelStatus.timeLimit;
  const isFound = model.info.get('primal_solution_status') === solutionStatus.feasible;
  if (!isOptimal && !isLate) return 'failed';
  if (isLate && !isFound) return 'time limit';
  const { colValue, rowValue, colDual, rowDual } = model.getSolution();
  const none = new Float64Array(0);
  return {
    status: isOptimal ? 'optimal' : 'feasible',
    objective: model.getObjectiveValue(),
    values: withoutMinusZero(colValue),
    rowValues: withoutMinusZero(rowValue),
    rowPrices: isInteger ? none : withoutMinusZero(rowDual),
    columnPrices: isInteger ? none : withoutMinusZero(colDual),
    gap: isInteger ? Number(model.info.get('mip_gap')) : 0,
  };
}

function withoutMinusZero(values: Float64Array): Float64Array {
  return values.map((value) => value + 0);
}

/** Solves again without an objective. */
function isFeasible(highs: Highs, model: Model, columns: number): boolean {
  for (let column = 0; column < columns; column++) model.changeColCost(column, 0);
  model.run();
  return model.getModelStatus() === highs.constants.modelStatus.optimal;
}

function sizeOf(program: Program): string {
  return `${program.objective.length} columns and ${program.rows?.lower.length ?? 0} rows`;
}
