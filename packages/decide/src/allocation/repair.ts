/** Makes amounts keep as many limits and rules as leaving out can: what heuristics propose seldom does. */
import type { AllocationModel, Rule } from './model.js';

export class Repair {
  readonly #model: AllocationModel;
  readonly #amounts: Float64Array;
  /** Of each rule, for each option. */
  readonly #weights: readonly Float64Array[];
  /** Options, the least worthwhile first: benefit for the share of limits that it takes. */
  readonly #order: readonly number[];

  constructor(model: AllocationModel) {
    this.#model = model;
    this.#amounts = new Float64Array(model.names.length);
    this.#weights = model.rules.map(({ members, weights }) => {
      const dense = new Float64Array(model.names.length);
      for (const [at, member] of members.entries()) dense[member] = weights[at] as number;
      return dense;
    });
    const worth = model.names.map((_, place) => worthOf(model, place));
    this.#order = Array.from(worth.keys()).sort((a, b) => (worth[a] as number) - (worth[b] as number));
  }

  /** The repaired amounts; their memory is used again. */
  apply(point: Float64Array): Float64Array {
    const [model, amounts] = [this.#model, this.#amounts];
    for (let place = 0; place < amounts.length; place++) {
      const minimum = model.minimum[place] as number;
      const amount = point[place] as number;
      amounts[place] = amount >= minimum ? amount : amount < minimum / 2 ? 0 : minimum;
    }
    // Leaving out for one rule may break another; each round leaves out something, or is the last.
    for (let round = 0; round <= amounts.length; round++) {
      let isKept = true;
      for (let place = 0; place < model.rules.length; place++)
        if (!this.#keep(model.rules[place] as Rule, this.#weights[place] as Float64Array)) isKept = false;
      if (isKept) break;
    }
    return amounts;
  }

  /** Brings the sum of a rule down to its upper bound; whether nothing had to change. */
  #keep(rule: Rule, weights: Float64Array): boolean {
    const amounts = this.#amounts;
    let sum = 0;
    for (let place = 0; place < amounts.length; place++) {
      const amount = amounts[place] as number;
      sum += (weights[place] as number) * (rule.of === 'amounts' ? amount : amount > 0 ? 1 : 0);
    }
    if (!(sum > rule.upper + 1e-9 * Math.max(1, Math.abs(rule.upper)))) return true;
    for (const place of this.#order) {
      const amount = amounts[place] as number;
      const weight = weights[place] as number;
      if (amount <= 0 || weight <= 0) continue;
      const kept = rule.of === 'amounts' ? this.#lowered(place, amount, (sum - rule.upper) / weight) : 0;
      sum -= weight * (rule.of === 'amounts' ? amount - kept : 1);
      amounts[place] = kept;
      if (sum <= rule.upper) break;
    }
    return false;
  }

  /** The amount less what is too much of it, or 0 where that is below its minimum. */
  #lowered(place: number, amount: number, excess: number): number {
    const rest = amount - excess;
    const kept = this.#model.isWhole[place] ? Math.floor(rest + 1e-9) : rest;
    return kept >= (this.#model.minimum[place] as number) ? Math.max(0, kept) : 0;
  }
}

function worthOf(model: AllocationModel, place: number): number {
  const scenarios = model.probabilities.length;
  let benefit = model.curves[place]?.[0]?.slope ?? 0;
  for (let scenario = 0; scenario < scenarios; scenario++)
    benefit +=
      (model.probabilities[scenario] as number) * (model.benefits[place * scenarios + scenario] as number);
  let share = 0;
  for (const { limit, weights, upper } of model.rules)
    if (limit && upper > 0) share += Math.max(0, weights[place] as number) / upper;
  return benefit / Math.max(share, 1e-12);
}
