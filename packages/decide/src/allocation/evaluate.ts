/** What a plan brings and which rules it breaks: plain sums, the same for the exact solver's plans and for heuristics'. */
import { ArgumentError } from '@noosphere/core';
import { type AllocationModel, modelOf, type Rule } from './model.js';
import type { AllocationPlan, AllocationProblem, ResourceUse } from './problem.js';

export interface BrokenRule {
  /** The rule in words. */
  readonly rule: string;
  /** By how much. */
  readonly by: number;
}

export interface EvaluatedPlan extends AllocationPlan {
  /** Rules that the amounts break by more than rounding; empty for a feasible plan. */
  readonly broken: readonly BrokenRule[];
}

type PlanBenefit = Pick<AllocationPlan, 'value' | 'benefit' | 'worstBenefit'>;

/** Of a rule's largest term: what rounding may break it by. */
const tolerance = 1e-6;

/**
 * Evaluates amounts of a problem's options: value, use of resources, broken rules.
 *
 * @param amounts - units of each option, in the order of the problem
 * @throws ArgumentError for a problem that is malformed, and amounts that are not finite or not as many as options.
 * @example
 * const options = [{ name: 'well', benefit: 5, use: { money: 3 } }, { name: 'road', benefit: 4, use: { money: 2 } }];
 * const { value, broken } = evaluatePlan({ options, limits: { money: 4 } }, [1, 1]);
 * console.log(value, broken); // → 9 [ { rule: 'the limit 4 of money', by: 1 } ]
 */
export function evaluatePlan(problem: AllocationProblem, amounts: ArrayLike<number>): EvaluatedPlan {
  const model = modelOf('evaluatePlan', problem);
  const values = Float64Array.from(amounts);
  if (values.length !== model.names.length || values.some((value) => !Number.isFinite(value)))
    throw new ArgumentError(
      'evaluatePlan',
      `expects ${model.names.length} finite amounts, got [${Array.from(values).join(', ')}]`,
    );
  return evaluateModel(model, values);
}

export function evaluateModel(model: AllocationModel, amounts: Float64Array): EvaluatedPlan {
  const { value, benefit, worstBenefit } = benefitOf(model, amounts);
  return {
    amounts,
    chosen: model.names.filter((_, place) => (amounts[place] as number) > 0),
    value,
    benefit,
    worstBenefit,
    use: model.rules.flatMap((rule): ResourceUse[] =>
      rule.limit ? [{ ...rule.limit, used: activity(rule, amounts), limit: rule.upper }] : [],
    ),
    broken: brokenRules(model, amounts),
  };
}

/** What is maximised, and the means that it is made of. */
export function benefitOf(model: AllocationModel, amounts: Float64Array): PlanBenefit {
  const scenarios = model.probabilities.length;
  const totals = new Float64Array(scenarios).fill(curveBenefit(model, amounts));
  for (let place = 0; place < amounts.length; place++) {
    for (let scenario = 0; scenario < scenarios; scenario++)
      totals[scenario] =
        (totals[scenario] as number) +
        (amounts[place] as number) * (model.benefits[place * scenarios + scenario] as number);
  }
  const benefit = totals.reduce((sum, total, s) => sum + total * (model.probabilities[s] as number), 0);
  const worstBenefit =
    scenarios === 1 ? benefit : worstMean(totals, model.probabilities, 1 - model.confidence);
  const value = (1 - model.riskAversion) * benefit + model.riskAversion * worstBenefit;
  return { value, benefit, worstBenefit };
}

function curveBenefit({ curves }: AllocationModel, amounts: Float64Array): number {
  let sum = 0;
  for (const [place, segments] of curves.entries()) {
    let left = amounts[place] as number;
    for (const { width, slope } of segments ?? []) {
      const part = Math.min(width, Math.max(0, left));
      sum += slope * part;
      left -= part;
    }
  }
  return sum;
}

/** Mean of the lowest totals that have `share` of the probability together. */
function worstMean(totals: Float64Array, probabilities: Float64Array, share: number): number {
  const order = Array.from(totals.keys()).sort((a, b) => (totals[a] as number) - (totals[b] as number));
  let [left, sum] = [share, 0];
  for (const scenario of order) {
    const part = Math.min(left, probabilities[scenario] as number);
    sum += part * (totals[scenario] as number);
    left -= part;
  }
  // Probabilities may sum to a little less than 1.
  return sum / (share - left);
}

export function activity({ of, members, weights }: Rule, amounts: Float64Array): number {
  let sum = 0;
  for (const [place, member] of members.entries()) {
    const amount = amounts[member] as number;
    sum += (weights[place] as number) * (of === 'amounts' ? amount : amount > 0 ? 1 : 0);
  }
  return sum;
}

export function brokenRules(model: AllocationModel, amounts: Float64Array): BrokenRule[] {
  const broken: BrokenRule[] = [];
  // Heuristics ask this of each candidate: sentences are made only where something is broken.
  const note = (rule: () => string, by: number, size: number) => {
    if (by > tolerance * Math.max(1, size)) broken.push({ rule: rule(), by });
  };
  for (const [place, name] of model.names.entries()) {
    const amount = amounts[place] as number;
    const [minimum, maximum] = [model.minimum[place] as number, model.maximum[place] as number];
    if (amount !== 0) {
      note(
        () => `${name}: from ${minimum} to ${maximum}`,
        Math.max(minimum - amount, amount - maximum),
        maximum,
      );
      if (amount < 0) note(() => `${name}: not below 0`, -amount, 1);
    }
    if (model.isWhole[place]) note(() => `${name}: whole`, Math.abs(amount - Math.round(amount)), 1);
  }
  for (const rule of model.rules) {
    const sum = activity(rule, amounts);
    const size = Math.abs(Number.isFinite(rule.upper) ? rule.upper : rule.lower);
    note(() => rule.label, Math.max(rule.lower - sum, sum - rule.upper), size);
  }
  return broken;
}
