/** What changes a decision: limits and benefits that are a little different, and benefits that are not sure. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '@noosphere/train';
import type { SolverOptions } from '../solver/index.js';
import { type ExactPlan, solveModel } from './allocate.js';
import { type AllocationModel, modelOf } from './model.js';
import type { AllocationProblem } from './problem.js';
import { programOf } from './program-of.js';

export interface LimitSensitivity {
  readonly resource: string;
  readonly period: number | undefined;
  readonly limit: number;
  readonly unused: number;
  /** Value that one `step` more brings, for each unit of it: by solving again. 0 where nothing changes. */
  readonly valuePerUnit: number;
  /** The dual price of the limit: for problems without whole numbers; `undefined` for others, which have none. */
  readonly shadowPrice: number | undefined;
  /** Options whose choice changes with one step more. */
  readonly changes: readonly string[];
}

export interface BenefitSensitivity {
  readonly option: string;
  readonly isChosen: boolean;
  /** The least relative change of its benefit, of those tried, that changes whether it is chosen; `undefined` where none does. */
  readonly changesAt: number | undefined;
}

export interface SensitivityOptions extends SolverOptions {
  /** Units of a limit to add. @default 1 */
  readonly step?: number;
  /** Relative changes of a benefit to try. @default [-0.2, -0.1, -0.05, 0.05, 0.1, 0.2] */
  readonly changes?: readonly number[];
}

export interface AllocationSensitivity {
  readonly plan: ExactPlan;
  readonly limits: readonly LimitSensitivity[];
  readonly benefits: readonly BenefitSensitivity[];
}

/**
 * Which limits bind, what one unit more of each is worth, and how far each benefit may be wrong before the decision changes.
 * Solves the problem once for each limit, and for each option once per change until one changes its choice.
 *
 * @example
 * const options = [{ name: 'well', benefit: 5, use: { money: 3 } }, { name: 'road', benefit: 3, use: { money: 2 } }];
 * const { limits, benefits } = await allocationSensitivity({ options, limits: { money: 4 } });
 * console.log(limits[0]?.valuePerUnit, limits[0]?.changes); // → 3 [ 'road' ]
 * console.log(benefits.map(({ changesAt }) => changesAt)); // → [ undefined, undefined ]
 */
export async function allocationSensitivity(
  problem: AllocationProblem,
  options: SensitivityOptions = {},
): Promise<AllocationSensitivity> {
  const {
    step = 1,
    changes = [-0.2, -0.1, -0.05, 0.05, 0.1, 0.2],
    ...solver
  } = knownOptions('allocationSensitivity', options, 'step changes timeLimitMs relativeGap');
  if (!(step > 0)) throw new ArgumentError('allocationSensitivity', `step must be above 0, got ${step}`);
  if (changes.some((each) => !Number.isFinite(each)))
    throw new ArgumentError('allocationSensitivity', `changes must be finite, got [${changes}]`);
  const model = modelOf('allocationSensitivity', problem);
  const solve = (changed: AllocationModel) => solveModel('allocationSensitivity', changed, solver);
  const { plan, solution } = await solve(model);
  const { ruleRows } = programOf(model);
  const limits: LimitSensitivity[] = [];
  for (const [place, rule] of model.rules.entries()) {
    if (!rule.limit) continue;
    const rules = model.rules.with(place, { ...rule, upper: rule.upper + step });
    const more = (await solve({ ...model, rules })).plan;
    const used = plan.use.find(
      ({ resource, period }) => resource === rule.limit?.resource && period === rule.limit.period,
    );
    limits.push({
      ...rule.limit,
      limit: rule.upper,
      unused: rule.upper - (used?.used ?? 0),
      valuePerUnit: withoutRounding(more.value - plan.value, plan.value) / step,
      shadowPrice: solution.rowPrices[ruleRows[place] as number],
      changes: differences(plan, more, model.names),
    });
  }
  const benefits: BenefitSensitivity[] = [];
  // Small changes come first.
  const tried = changes.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  for (const [place, option] of model.names.entries()) {
    const isChosen = (plan.amounts[place] as number) > 0;
    let changesAt: number | undefined;
    for (const change of tried) {
      // Of what brings something for sure, more never drops it where it is chosen, and less never adds it.
      if (isPlain(model, place) && isChosen === change > 0) continue;
      const other = (await solve(withBenefit(model, place, 1 + change))).plan;
      if ((other.amounts[place] as number) > 0 === isChosen) continue;
      changesAt = change;
      break;
    }
    benefits.push({ option, isChosen, changesAt });
  }
  return { plan, limits, benefits };
}

export interface ChoiceFrequencyOptions extends SolverOptions {
  /** Standard deviation of each benefit, as a share of it; drawn normal, independent of each other. @default 0.1 */
  readonly deviation?: number;
  /** @default 100 */
  readonly draws?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * How often each option is chosen where benefits are not what was believed: shares of draws, in the order of the problem.
 * Options near 1 or 0 are safe decisions; those between hang on the numbers.
 *
 * @example
 * const options = [{ name: 'well', benefit: 5, use: { money: 3 } }, { name: 'road', benefit: 1, use: { money: 2 } }];
 * console.log(await choiceFrequency({ options, limits: { money: 4 } }, { draws: 20 })); // → Float64Array(2) [ 1, 0 ]
 */
export async function choiceFrequency(
  problem: AllocationProblem,
  options: ChoiceFrequencyOptions = {},
): Promise<Float64Array> {
  const {
    deviation = 0.1,
    draws = 100,
    seed = 0,
    ...solver
  } = knownOptions('choiceFrequency', options, 'deviation draws seed timeLimitMs relativeGap');
  if (!(deviation >= 0) || !Number.isSafeInteger(draws) || draws < 1)
    throw new ArgumentError(
      'choiceFrequency',
      `deviation must be 0 or above and draws a whole number from 1, got ${deviation} and ${draws}`,
    );
  const model = modelOf('choiceFrequency', problem);
  const random = new Random(seed);
  const frequency = new Float64Array(model.names.length);
  for (let draw = 0; draw < draws; draw++) {
    let drawn = model;
    for (let place = 0; place < frequency.length; place++)
      drawn = withBenefit(drawn, place, 1 + deviation * random.normal());
    const { amounts } = (await solveModel('choiceFrequency', drawn, solver)).plan;
    for (let place = 0; place < frequency.length; place++)
      if ((amounts[place] as number) > 0) frequency[place] = (frequency[place] as number) + 1 / draws;
  }
  return frequency.map((share) => Math.round(share * draws) / draws);
}

function withBenefit(model: AllocationModel, place: number, factor: number): AllocationModel {
  const scenarios = model.probabilities.length;
  const benefits = model.benefits.slice();
  for (let at = place * scenarios; at < (place + 1) * scenarios; at++)
    benefits[at] = (benefits[at] as number) * factor;
  const curves = model.curves.with(
    place,
    // A negative factor would turn a concave curve around.
    model.curves[place]?.map(({ width, slope }) => ({ width, slope: slope * Math.max(0, factor) })),
  );
  return { ...model, benefits, curves };
}

function isPlain(model: AllocationModel, place: number): boolean {
  const scenarios = model.probabilities.length;
  const own = model.benefits.subarray(place * scenarios, (place + 1) * scenarios);
  const isPositive =
    own.every((benefit) => benefit >= 0) && !model.curves[place]?.some(({ slope }) => slope < 0);
  return isPositive && model.riskAversion === 0;
}

function differences(plan: ExactPlan, other: ExactPlan, names: readonly string[]): string[] {
  return names.filter(
    (_, place) => (plan.amounts[place] as number) > 0 !== (other.amounts[place] as number) > 0,
  );
}

function withoutRounding(difference: number, value: number): number {
  return Math.abs(difference) <= 1e-9 * Math.max(1, Math.abs(value)) ? 0 : difference;
}
