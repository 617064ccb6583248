/** Allocations against optima that are known otherwise: dynamic programming and scipy (tools/goldens/allocation.py), by hand. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { differentialEvolution, geneticAlgorithm, particleSwarm } from '../search/index.js';
import { allocate } from './allocate.js';
import { allocateBySearch } from './allocate-by-search.js';
import { evaluatePlan } from './evaluate.js';
import type { AllocationOption, AllocationProblem } from './problem.js';
import { allocationSensitivity, choiceFrequency } from './sensitivity.js';

interface Goldens {
  readonly limits: { readonly budget: number; readonly staff: number };
  readonly projects: readonly { name: string; benefit: number; budget: number; staff: number }[];
  readonly fifty: { readonly optimum: number; readonly chosen: readonly string[] };
  readonly ruled: Pick<AllocationProblem, 'groups' | 'needs' | 'exclusions'> & { readonly optimum: number };
  readonly divisible: AllocationProblem & { readonly optimum: number; readonly amounts: readonly number[] };
  readonly risky: {
    readonly benefits: readonly (readonly number[])[];
    readonly cost: readonly number[];
    readonly limit: number;
    readonly riskAversion: number;
    readonly confidence: number;
    readonly optimum: number;
    readonly mean: number;
    readonly worst: number;
  };
}

const goldens: Goldens = JSON.parse(
  readFileSync(new URL('../goldens/allocation.json', import.meta.url), 'utf8'),
);
const fifty: AllocationProblem = {
  options: goldens.projects.map(({ name, benefit, budget, staff }) => ({
    name,
    benefit,
    use: { budget, staff },
  })),
  limits: goldens.limits,
};
const risky: AllocationProblem = {
  options: goldens.risky.benefits.map((benefit, place) => ({
    name: `p${place}`,
    benefit,
    use: { money: goldens.risky.cost[place] as number },
  })),
  limits: { money: goldens.risky.limit },
  riskAversion: goldens.risky.riskAversion,
  confidence: goldens.risky.confidence,
};

describe('allocate', () => {
  test('finds the known optimum of 50 projects, and its plan keeps both limits', async () => {
    const plan = await allocate(fifty);
    expect([plan.value, plan.status, plan.gap]).toEqual([goldens.fifty.optimum, 'optimal', 0]);
    expect(evaluatePlan(fifty, plan.amounts).broken).toEqual([]);
    expect(plan.use.map(({ resource, limit }) => [resource, limit])).toEqual(Object.entries(goldens.limits));
  });

  test('keeps groups, dependencies and exclusions', async () => {
    const { groups, needs, exclusions, optimum } = goldens.ruled;
    const problem = { ...fifty, groups, needs, exclusions } as AllocationProblem;
    const plan = await allocate(problem);
    expect(plan.value).toBe(optimum);
    expect(optimum).toBeLessThan(goldens.fifty.optimum);
    expect(evaluatePlan(problem, plan.amounts).broken).toEqual([]);
  });

  test('gives any amounts, minimum amounts, several periods and concave curves', async () => {
    const plan = await allocate(goldens.divisible);
    expect(plan.value).toBeCloseTo(goldens.divisible.optimum, 8);
    for (const [place, amount] of goldens.divisible.amounts.entries())
      expect(plan.amounts[place]).toBeCloseTo(amount, 6);
  });

  test('weighs the worst scenarios', async () => {
    const plan = await allocate(risky);
    expect(plan.value).toBeCloseTo(goldens.risky.optimum, 8);
    expect(plan.benefit).toBeCloseTo(goldens.risky.mean, 8);
    expect(plan.worstBenefit).toBeCloseTo(goldens.risky.worst, 8);
    const bold = await allocate({ ...risky, riskAversion: 0 });
    expect(bold.benefit).toBeGreaterThan(plan.benefit);
    expect(bold.worstBenefit).toBeLessThan(plan.worstBenefit);
  });

  test('takes several whole units of an option, and at least so many', async () => {
    const options: AllocationOption[] = [
      { name: 'bus', benefit: 7, use: { money: 3 }, maximum: 4, minimum: 2 },
      { name: 'tram', benefit: 9, use: { money: 5 } },
    ];
    const amounts = async (money: number) => [...(await allocate({ options, limits: { money } })).amounts];
    expect(await amounts(5)).toEqual([0, 1]);
    expect(await amounts(6)).toEqual([2, 0]);
    expect(await amounts(14)).toEqual([3, 1]);
  });
});

describe('what cannot be', () => {
  const options: AllocationOption[] = [
    { name: 'a', benefit: 5, use: { money: 6 }, required: true },
    { name: 'b', benefit: 5, use: { money: 5 } },
    { name: 'c', benefit: 5, use: { money: 9 } },
  ];

  test('names the limits and rules that clash, no others, and how far each would have to give way', async () => {
    const problem = {
      options,
      limits: { money: 10 },
      groups: [{ name: 'any', options: ['b', 'c'], atLeast: 1 }],
      exclusions: [['b', 'c']],
    };
    await expect(allocate(problem)).rejects.toThrow(
      'These exclude each other: the limit 10 of money; a is required; group any (from 1 to 2 of 2). ' +
        'Way out: raise money from 10 to 11, or drop ‘a is required’, or drop ‘group any (from 1 to 2 of 2)’',
    );
    await expect(allocateBySearch(problem, { maxEvaluations: 300 })).rejects.toThrow(
      'no feasible plan was found',
    );
    const enough = await allocate({ ...problem, limits: { money: 11 } });
    expect(enough.chosen).toEqual(['a', 'b']);
  });

  test('says so where a group asks for more than excluded options allow', async () => {
    const problem = {
      options,
      limits: { money: 100 },
      groups: [{ name: 'both', options: ['b', 'c'], atLeast: 2 }],
      exclusions: [['b', 'c']],
    };
    await expect(allocate(problem)).rejects.toThrow(
      'group both (from 2 to 2 of 2); the exclusion of b, c. Way out: lower atLeast of group both (from 2 to 2 of 2) by 1',
    );
  });

  const one = { name: 'x', benefit: 1, use: { money: 1 } };
  const wrong: readonly (readonly [string, AllocationProblem, string])[] = [
    ['no options', { options: [], limits: {} }, 'there are no options'],
    ['a name twice', { options: [one, one], limits: { money: 1 } }, 'two options are named x'],
    [
      'a resource without a limit',
      { options: [one], limits: { staff: 1 } },
      'x uses money, which has no limit',
    ],
    [
      'periods that differ',
      { options: [{ ...one, use: { money: [1, 2] } }], limits: { money: [1, 2, 3] } },
      'in each of 3 periods',
    ],
    [
      'a benefit that is NaN',
      { options: [{ ...one, benefit: Number.NaN }], limits: { money: 1 } },
      'benefit of x must be finite',
    ],
    [
      'scenarios that differ',
      {
        options: [
          { ...one, benefit: [1, 2] },
          { ...one, name: 'y', benefit: [1] },
        ],
        limits: { money: 1 },
      },
      'equally many scenarios, got 2 and 1',
    ],
    [
      'a convex curve',
      {
        options: [
          {
            ...one,
            maximum: 2,
            benefit: {
              curve: [
                [0, 0],
                [1, 1],
                [2, 3],
              ],
            },
          },
        ],
        limits: { money: 1 },
      },
      'slopes that do not rise',
    ],
    [
      'an unknown option',
      { options: [one], limits: { money: 1 }, needs: [{ option: 'x', needs: 'z' }] },
      'names z, which is not an option',
    ],
    [
      'a need without a minimum',
      {
        options: [one, { ...one, name: 'y', divisible: true }],
        limits: { money: 1 },
        needs: [{ option: 'x', needs: 'y' }],
      },
      'give it a minimum above 0',
    ],
    ['a risk aversion of 2', { options: [one], limits: { money: 1 }, riskAversion: 2 }, 'from 0 to 1, got 2'],
  ];
  test.each(wrong)('refuses %s', async (_what, problem, message) => {
    await expect(allocate(problem)).rejects.toThrow(message);
  });
});

describe('allocateBySearch', () => {
  test.each([geneticAlgorithm(), particleSwarm(), differentialEvolution()])(
    '$name comes near the optimum, and never beyond it',
    async (method) => {
      const plan = await allocateBySearch(fifty, { method, maxEvaluations: 4000, seed: 1 });
      expect(evaluatePlan(fifty, plan.amounts).broken).toEqual([]);
      expect(plan.value).toBeLessThanOrEqual(goldens.fifty.optimum);
      expect(plan.value).toBeGreaterThan(0.9 * goldens.fifty.optimum);
      const divided = await allocateBySearch(goldens.divisible, { method, maxEvaluations: 4000 });
      expect(evaluatePlan(goldens.divisible, divided.amounts).broken).toEqual([]);
      expect(divided.value).toBeLessThan(goldens.divisible.optimum + 1e-6);
      expect(divided.value).toBeGreaterThan(0.97 * goldens.divisible.optimum);
    },
  );

  test('takes a bonus that is not linear', async () => {
    const options = ['a', 'b', 'c'].map((name) => ({ name, benefit: 3, use: { money: 1 } }));
    const bonus = (amounts: Float64Array) => (amounts[0] && amounts[2] ? 10 : 0);
    const plan = await allocateBySearch({ options, limits: { money: 2 } }, { bonus, maxEvaluations: 500 });
    expect([plan.chosen, plan.value]).toEqual([['a', 'c'], 16]);
  });
});

describe('sensitivity', () => {
  test('a dual price is the value of one unit more, where all is divisible', async () => {
    // max 3x + 2y, x + y ≤ 4, x + 3y ≤ 6, x ≤ 3: at (3, 1) with prices 2 and 0.
    const problem: AllocationProblem = {
      options: [
        { name: 'x', benefit: 3, use: { first: 1, second: 1 }, divisible: true, maximum: 3 },
        { name: 'y', benefit: 2, use: { first: 1, second: 3 }, divisible: true, maximum: 10 },
      ],
      limits: { first: 4, second: 6 },
    };
    // At (3, 1) the second limit is met to the unit too; a little more room makes the prices unique.
    const { plan, limits } = await allocationSensitivity(
      { ...problem, limits: { first: 4, second: 6.5 } },
      { step: 0.1 },
    );
    expect(plan.value).toBeCloseTo(11, 9);
    expect(limits.map(({ shadowPrice }) => shadowPrice)).toEqual([2, 0]);
    expect(limits[0]?.valuePerUnit).toBeCloseTo(2, 9);
    expect(limits[1]?.valuePerUnit).toBe(0);
    expect(limits[1]?.unused).toBeCloseTo(0.5, 9);
  });

  test('says from which change of a benefit on a choice is another one', async () => {
    const problem: AllocationProblem = {
      options: [
        { name: 'a', benefit: 10, use: { money: 1 } },
        { name: 'b', benefit: 9.2, use: { money: 1 } },
        { name: 'c', benefit: 1, use: { money: 1 } },
      ],
      limits: { money: 1 },
    };
    const { benefits, limits } = await allocationSensitivity(problem);
    expect(benefits.map(({ changesAt }) => changesAt)).toEqual([-0.1, 0.1, undefined]);
    expect(limits).toEqual([
      {
        resource: 'money',
        period: undefined,
        limit: 1,
        unused: 0,
        valuePerUnit: 9.2,
        shadowPrice: undefined,
        changes: ['b'],
      },
    ]);
  });

  test('counts how often an option is chosen where benefits are not sure', async () => {
    const options = [10, 9, 1].map((benefit, place) => ({ name: `p${place}`, benefit, use: { money: 1 } }));
    const shares = await choiceFrequency({ options, limits: { money: 1 } }, { draws: 100, seed: 3 });
    // P(10 (1 + 0.1 z) > 9 (1 + 0.1 z')) = Φ(1 / √(1 + 0.81)) = 0.771.
    expect(Math.abs((shares[0] as number) - 0.771)).toBeLessThan(3 * Math.sqrt((0.771 * 0.229) / 100));
    expect(shares[2]).toBe(0);
    expect((shares[0] as number) + (shares[1] as number)).toBeCloseTo(1, 12);
  });
});
