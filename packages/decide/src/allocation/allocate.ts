/** The best allocation, exactly: an integer program, solved to the proof. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type ProgramSolution, type SolverOptions, trySolveProgram } from '../solver/index.js';
import { evaluateModel } from './evaluate.js';
import { explainInfeasible } from './infeasible.js';
import { type AllocationModel, modelOf } from './model.js';
import type { AllocationPlan, AllocationProblem } from './problem.js';
import { programOf } from './program-of.js';

export interface ExactPlan extends AllocationPlan {
  /** `feasible`: the time was over, and nothing proves that there is no better one. */
  readonly status: 'optimal' | 'feasible';
  /** (best possible - value) / |value|; 0 where the optimum is proved. */
  readonly gap: number;
}

/**
 * The plan of highest value that keeps all limits and rules. Exact: the value is proved to be the highest, up to 1e-6 of
 * rounding in limits; whole numbers, dependencies and risk over scenarios included (mixed-integer linear program, HiGHS).
 *
 * @throws ArgumentError for a malformed problem, and where no plan is feasible: the error names the limits and rules that clash,
 * none of which could stay if the others do, and how far each would have to give way.
 * @example
 * const plan = await allocate({
 *   options: [
 *     { name: 'well', benefit: 60, use: { money: 50, staff: 2 } },
 *     { name: 'road', benefit: 50, use: { money: 40, staff: 3 } },
 *     { name: 'school', benefit: 55, use: { money: 30, staff: 4 } },
 *   ],
 *   limits: { money: 90, staff: 6 },
 * });
 * console.log(plan.chosen, plan.value, plan.status); // → [ 'well', 'school' ] 115 optimal
 */
export async function allocate(problem: AllocationProblem, options: SolverOptions = {}): Promise<ExactPlan> {
  knownOptions('allocate', options, 'timeLimitMs relativeGap');
  return (await solveModel('allocate', modelOf('allocate', problem), options)).plan;
}

export interface SolvedModel {
  readonly plan: ExactPlan;
  readonly solution: ProgramSolution;
}

/** The exact plan of a model. Throws where there is none. */
export async function solveModel(
  operation: string,
  model: AllocationModel,
  options: SolverOptions = {},
): Promise<SolvedModel> {
  const { program } = programOf(model);
  const solution = await trySolveProgram(program, options, operation);
  if (solution === 'infeasible')
    throw new ArgumentError(operation, await explainInfeasible(operation, model));
  if (typeof solution === 'string')
    throw new ArgumentError(
      operation,
      solution === 'time limit'
        ? 'the time was over before a first plan was found; give it a longer timeLimitMs'
        : `the solver ended as ${solution}; numbers may differ too much in size: choose units nearer to 1`,
    );
  const amounts = Float64Array.from(model.names, (_, place) =>
    cleaned(model, place, solution.values[place] as number),
  );
  const { status, gap } = solution;
  const { broken: _, ...plan } = evaluateModel(model, amounts);
  return { plan: { ...plan, status, gap }, solution };
}

/** Without the solver's rounding: whole where it must be whole, and 0 where all but 0. */
function cleaned(model: AllocationModel, place: number, value: number): number {
  if (model.isWhole[place]) return Math.round(value);
  const maximum = model.maximum[place] as number;
  if (Math.abs(value) < 1e-9 * maximum) return 0;
  return Math.min(maximum, value);
}
