/** Small allocations of whole options: random ones, and their best plan by trying all. Shares no code with the solver. */
import type { AllocationProblem } from '@noosphere/decide';
import type { Random } from './random.js';

/** A problem whose options are taken or left, with scenarios. */
export interface SmallProblem extends Required<Omit<AllocationProblem, 'options' | 'probabilities'>> {
  readonly options: readonly {
    readonly name: string;
    readonly benefit: readonly number[];
    readonly use: Readonly<Record<string, number | readonly number[]>>;
  }[];
}

/** Up to 18 options, one or two resources, in periods or not, rules, and in every third some risk aversion. */
export function randomProblem(random: Random): SmallProblem {
  const count = 6 + random.below(13);
  const scenarios = random.pick([1, 1, 5, 10]);
  const names = Array.from({ length: count }, (_, place) => `o${place}`);
  const whole = (most: number) => 1 + random.below(most);
  const options = names.map((name) => ({
    name,
    benefit: Array.from({ length: scenarios }, () => whole(40) - 5),
    use: { money: whole(30), staff: [whole(9), whole(9)] },
  }));
  const some = (most: number) => Array.from({ length: 2 + random.below(most) }, () => random.pick(names));
  const distinct = (list: readonly string[]) => [...new Set(list)];
  const groups = Array.from({ length: random.below(3) }, (_, place) => {
    const members = distinct(some(5));
    const atLeast = random.below(Math.min(3, members.length + 1));
    const atMost = atLeast + random.below(members.length - atLeast + 1);
    return { name: `g${place}`, options: members, atLeast, atMost };
  });
  return {
    options,
    // Little money now and then: groups that ask for some options cannot be served then.
    limits: { money: whole(random.pick([12, 150])), staff: [whole(40), whole(40)] },
    groups,
    needs: Array.from({ length: random.below(4) }, () => {
      const [option = '', needs = ''] = distinct(some(3));
      return needs ? { option, needs } : undefined;
    }).filter((need) => need !== undefined),
    exclusions: Array.from({ length: random.below(3) }, () => distinct(some(2))),
    riskAversion: scenarios > 1 ? random.pick([0, 0.5, 1]) : 0,
    confidence: 0.8,
  };
}

/** The value of the best allowed plan; `undefined` where none is allowed. */
export function bestByTrying(problem: SmallProblem): number | undefined {
  const amounts = new Float64Array(problem.options.length);
  let best: number | undefined;
  for (let plan = 0; plan < 2 ** amounts.length; plan++) {
    for (let place = 0; place < amounts.length; place++) amounts[place] = (plan >> place) & 1;
    if (!isAllowed(problem, amounts)) continue;
    const value = planValue(problem, amounts);
    if (best === undefined || value > best) best = value;
  }
  return best;
}

export function isAllowed(problem: SmallProblem, amounts: Float64Array): boolean {
  const { options, limits, groups, needs, exclusions } = problem;
  if (amounts.some((amount) => amount !== 0 && amount !== 1)) return false;
  for (const [resource, limit] of Object.entries(limits)) {
    const periods = typeof limit === 'number' ? [limit] : limit;
    for (let period = 0; period < periods.length; period++) {
      let used = 0;
      for (let place = 0; place < options.length; place++) {
        if (amounts[place] === 0) continue;
        const use = options[place]?.use[resource] ?? 0;
        used += typeof use === 'number' ? use : (use[period] ?? 0);
      }
      if (used > (periods[period] ?? 0)) return false;
    }
  }
  const isTaken = (name: string) => amounts[options.findIndex((option) => option.name === name)] === 1;
  const taken = (names: readonly string[]) => names.filter(isTaken).length;
  return (
    groups.every(
      ({ options: members, atLeast = 0, atMost = members.length }) =>
        taken(members) >= atLeast && taken(members) <= atMost,
    ) &&
    needs.every(({ option, needs: other }) => !isTaken(option) || isTaken(other)) &&
    exclusions.every((members) => taken(members) <= 1)
  );
}

/** (1 - λ) mean + λ mean of the worst scenarios; their number is whole here. */
export function planValue(
  { options, riskAversion, confidence }: SmallProblem,
  amounts: Float64Array,
): number {
  const scenarios = options[0]?.benefit.length ?? 0;
  const totals = new Float64Array(scenarios);
  for (let place = 0; place < amounts.length; place++) {
    if (amounts[place] === 0) continue;
    for (let scenario = 0; scenario < scenarios; scenario++)
      totals[scenario] = (totals[scenario] ?? 0) + (options[place]?.benefit[scenario] ?? 0);
  }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (riskAversion === 0) return mean(totals);
  const worst = totals.sort().slice(0, Math.max(1, Math.round((1 - confidence) * scenarios)));
  return (1 - riskAversion) * mean(totals) + riskAversion * mean(worst);
}
