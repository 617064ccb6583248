/** The same problems by heuristics: for comparison, and for what the exact solver cannot take. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import {
  geneticAlgorithm,
  type MinimizeOptions,
  minimize,
  type SearchOutcome,
  type SearchVariable,
} from '../search/index.js';
import { benefitOf, brokenRules, evaluateModel } from './evaluate.js';
import { modelOf } from './model.js';
import type { AllocationPlan, AllocationProblem } from './problem.js';
import { Repair } from './repair.js';

export interface AllocateBySearchOptions
  extends Pick<MinimizeOptions, 'method' | 'maxEvaluations' | 'seed' | 'signal' | 'onProgress'> {
  /**
   * A further term of the value, for what is not linear: bonuses of pairs, lots, discounts. Gets the amounts; the exact solver
   * knows nothing of it. @default none
   */
  readonly bonus?: (amounts: Float64Array) => number;
}

export interface SearchedPlan extends AllocationPlan {
  readonly search: SearchOutcome;
}

/**
 * A good plan by a search method, without proof that there is none better. Each candidate is repaired first: what lacks what it
 * needs is left out, then the least worthwhile until limits are kept; rules that are still broken come before value.
 *
 * @throws ArgumentError for a malformed problem, and where no feasible plan was found.
 * @example
 * const options = [{ name: 'well', benefit: 5, use: { money: 3 } }, { name: 'road', benefit: 4, use: { money: 2 } }];
 * const { chosen, value } = await allocateBySearch({ options, limits: { money: 4 } }, { maxEvaluations: 200 });
 * console.log(chosen, value); // → [ 'well' ] 5
 */
export async function allocateBySearch(
  problem: AllocationProblem,
  options: AllocateBySearchOptions = {},
): Promise<SearchedPlan> {
  const {
    bonus,
    method = geneticAlgorithm(),
    ...limits
  } = knownOptions('allocateBySearch', options, 'bonus method maxEvaluations seed signal onProgress');
  const model = modelOf('allocateBySearch', problem);
  const repair = new Repair(model);
  const bounds = model.names.map((_, place): SearchVariable => {
    const maximum = model.maximum[place] as number;
    if (!model.isWhole[place]) return [0, maximum];
    return maximum === 1 ? { kind: 'binary' } : { kind: 'integer', lower: 0, upper: maximum };
  });
  let violation = 0;
  const objective = (point: Float64Array) => {
    const amounts = repair.apply(point);
    violation = brokenRules(model, amounts).reduce((sum, { by }) => sum + by, 0);
    return -benefitOf(model, amounts).value - (bonus?.(amounts) ?? 0);
  };
  // `minimize` asks for constraints right after the value of the same point.
  const search = await minimize(objective, { ...limits, method, bounds, constraints: () => [violation] });
  if (search.best.violation > 0)
    throw new ArgumentError(
      'allocateBySearch',
      `no feasible plan was found in ${search.evaluations} evaluations; allocate() finds one or says what clashes`,
    );
  const amounts = repair.apply(search.best.point).slice();
  const { broken: _, ...plan } = evaluateModel(model, amounts);
  return { ...plan, value: plan.value + (bonus?.(amounts) ?? 0), search };
}
