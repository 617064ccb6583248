/** Programs whose limits have names: so that an error can say which of them clash, and a ratio can be made a program of its own. */
import { ArgumentError } from '@noosphere/core';
import {
  type Program,
  type ProgramSolution,
  RowBuilder,
  solveProgram,
  trySolveProgram,
} from '../../solver/index.js';

export interface LabelledColumn {
  lower: number;
  upper: number;
  /** What an error calls these bounds; without, they are no limit of the user's. */
  label: string | undefined;
}

export interface LabelledRow {
  readonly label: string | undefined;
  readonly indices: readonly number[];
  readonly values: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

export interface LabelledProgram {
  readonly columns: LabelledColumn[];
  readonly rows: LabelledRow[];
}

/** Adds a column and gives its index. */
export function column(program: LabelledProgram, lower: number, upper: number, label?: string): number {
  return program.columns.push({ lower, upper, label }) - 1;
}

export function row(
  program: LabelledProgram,
  label: string | undefined,
  indices: readonly number[],
  values: readonly number[],
  lower: number,
  upper: number,
): void {
  program.rows.push({ label, indices, values, lower, upper });
}

/** A copy that further columns and rows may be added to. */
export function extended(program: LabelledProgram): LabelledProgram {
  return { columns: [...program.columns], rows: [...program.rows] };
}

/**
 * The same region seen from a ratio: every column multiplied by a factor κ ≥ 0, which is the last column. Limits a ≤ x ≤ b
 * become aκ ≤ y ≤ bκ. Charnes & Cooper 1962.
 */
export function homogeneous(program: LabelledProgram): LabelledProgram {
  const scaled: LabelledProgram = { columns: [], rows: [] };
  for (const { lower, upper } of program.columns) {
    column(scaled, lower === 0 ? 0 : Number.NEGATIVE_INFINITY, upper === 0 ? 0 : Number.POSITIVE_INFINITY);
  }
  const factor = column(scaled, 0, Number.POSITIVE_INFINITY);
  const limit = ({ label, indices, values, lower, upper }: LabelledRow) => {
    const against = (bound: number, least: number, most: number) =>
      row(scaled, label, [...indices, factor], [...values, -bound], least, most);
    if (lower === upper) against(lower, 0, 0);
    else {
      if (lower > Number.NEGATIVE_INFINITY) against(lower, 0, Number.POSITIVE_INFINITY);
      if (upper < Number.POSITIVE_INFINITY) against(upper, Number.NEGATIVE_INFINITY, 0);
    }
  };
  for (const one of program.rows) limit(one);
  for (const [at, { label, lower, upper }] of program.columns.entries()) {
    const side = (low: number, high: number) =>
      limit({ label, indices: [at], values: [1], lower: low, upper: high });
    if (lower !== 0 && lower > Number.NEGATIVE_INFINITY) side(lower, Number.POSITIVE_INFINITY);
    if (upper !== 0 && upper < Number.POSITIVE_INFINITY) side(Number.NEGATIVE_INFINITY, upper);
  }
  return scaled;
}

export interface Objective {
  /** One number a column; missing ones are 0. */
  readonly linear?: readonly number[];
  /** Of the first columns, [k, k] row by row. */
  readonly quadratic?: Float64Array;
  /** @default false */
  readonly maximize?: boolean;
}

/** Solves, or says which limits clash. */
export async function solveLabelled(
  operation: string,
  program: LabelledProgram,
  objective: Objective,
): Promise<ProgramSolution> {
  const size = linearSize(objective);
  const plain = plainProgram(program, {
    ...objective,
    ...(objective.linear && { linear: objective.linear.map((value) => value / size) }),
  });
  const outcome = await trySolveProgram(plain, {}, operation);
  if (typeof outcome !== 'string') return { ...outcome, objective: outcome.objective * size };
  if (outcome === 'infeasible') throw await clashError(operation, program);
  // Throws: the way out of the other failures needs no names.
  return solveProgram(plain, {}, operation);
}

/** What a linear objective is divided by: the solver's tolerances are made for numbers of the size of one, not for daily returns. */
function linearSize({ linear, quadratic }: Objective): number {
  if (linear === undefined || quadratic !== undefined) return 1;
  return linear.reduce((most: number, value: number) => Math.max(most, Math.abs(value)), 0) || 1;
}

function plainProgram({ columns, rows }: LabelledProgram, objective: Objective): Program {
  const { linear, quadratic, maximize = false } = objective;
  const builder = new RowBuilder();
  for (const { indices, values, lower, upper } of rows) builder.add(indices, values, lower, upper);
  return {
    objective: Float64Array.from(columns, (_, at) => linear?.[at] ?? 0),
    maximize,
    lower: Float64Array.from(columns, ({ lower }) => lower),
    upper: Float64Array.from(columns, ({ upper }) => upper),
    rows: builder.build(),
    ...(quadratic === undefined ? {} : { quadratic }),
  };
}

/** The error that names a smallest set of limits that cannot hold together. */
async function clashError(operation: string, program: LabelledProgram): Promise<ArgumentError> {
  const clashing = await clashingLimits(program);
  const shown = clashing.slice(0, 6).join('; ');
  const more = clashing.length > 6 ? `; and ${clashing.length - 6} more like it` : '';
  return new ArgumentError(
    operation,
    `these limits cannot hold together: ${shown}${more}; relax one of them`,
  );
}

/** Leaves out one limit after the other: what cannot be left out without making the rest feasible is in the clash. */
async function clashingLimits(program: LabelledProgram): Promise<string[]> {
  const labels = new Set<string>();
  for (const { label } of [...program.rows, ...program.columns]) if (label !== undefined) labels.add(label);
  const kept = new Set(labels);
  for (const label of [...labels].reverse()) {
    kept.delete(label);
    const outcome = await trySolveProgram(plainProgram(withOnly(program, kept), {}));
    if (outcome !== 'infeasible') kept.add(label);
  }
  return [...labels].filter((label) => kept.has(label));
}

function withOnly({ columns, rows }: LabelledProgram, kept: ReadonlySet<string>): LabelledProgram {
  return {
    columns: columns.map((one) => {
      if (one.label === undefined || kept.has(one.label)) return one;
      return { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY, label: undefined };
    }),
    rows: rows.filter(({ label }) => label === undefined || kept.has(label)),
  };
}
