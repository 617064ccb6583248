/**
 * The exact allocation against optima known otherwise: 50 projects by dynamic programming (tools/goldens/allocation.py), and a
 * hundred random problems of up to 18 options by trying all plans; heuristics beside it, which must not report what is better or
 * not feasible.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AllocationProblem,
  allocate,
  allocateBySearch,
  differentialEvolution,
  geneticAlgorithm,
  particleSwarm,
} from '@noosphere/decide';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';
import {
  bestByTrying,
  isAllowed,
  planValue,
  randomProblem,
  type SmallProblem,
} from '../small-allocations.js';

const methods = [geneticAlgorithm(), particleSwarm(), differentialEvolution()];
const defaultCount = 100;

export const allocationExact: AcceptanceRun = {
  name: 'allocation-exact',
  metric:
    'wrong answers: 50 projects and 100 random problems (up to 18 options, infeasible ones among them), the exact plan against dynamic programming and all plans; GA, PSO and DE that report better than the optimum, or a plan that is not feasible',
  bar: { is: '<=', value: 0 },
  run,
};

interface Answer {
  readonly problem: number | 'fifty';
  readonly optimum: number | null;
  readonly exact: number | null;
  readonly heuristics: readonly (number | null)[];
  readonly wrong: readonly string[];
}

async function run({ folder, seed, count = defaultCount, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const answers: Answer[] = [await answerOf('fifty', fifty(), fiftyOptimum(), 10_000)];
  say('50 projects done');
  for (let number = 0; number < count; number++) {
    const problem = randomProblem(random);
    answers.push(await answerOf(number, problem, bestByTrying(problem), 2000));
  }
  const wrong = answers.flatMap(({ problem, wrong }) => wrong.map((each) => `problem ${problem}: ${each}`));
  const report = join(folder, 'allocation-exact.json');
  writeFileSync(report, JSON.stringify(answers, null, 1));
  return { value: wrong.length, artifacts: [report], notes: [...notesOf(answers), ...wrong.slice(0, 20)] };
}

async function answerOf(
  number: Answer['problem'],
  problem: SmallProblem,
  optimum: number | undefined,
  maxEvaluations: number,
): Promise<Answer> {
  const wrong: string[] = [];
  const check = (name: string, amounts: Float64Array | undefined, value: number | undefined) => {
    if (
      amounts &&
      (!isAllowed(problem, amounts) || !isNear(planValue(problem, amounts), value ?? Number.NaN))
    )
      wrong.push(`${name} gives a plan that is not feasible, or not of its value`);
  };
  const exact = await planOf(() => allocate(problem));
  check('the exact solver', exact?.amounts, exact?.value);
  if (optimum === undefined ? exact !== undefined : !isNear(exact?.value ?? Number.NaN, optimum))
    wrong.push(`the exact solver gives ${exact?.value}, the optimum is ${optimum ?? 'none'}`);
  const heuristics: (number | null)[] = [];
  for (const method of methods) {
    const plan = await planOf(() => allocateBySearch(problem, { method, maxEvaluations, seed: 1 }));
    check(method.name, plan?.amounts, plan?.value);
    const isBeyond =
      plan && (optimum === undefined || (plan.value > optimum && !isNear(plan.value, optimum)));
    if (isBeyond) wrong.push(`${method.name} gives ${plan.value}, the optimum is ${optimum ?? 'none'}`);
    heuristics.push(plan?.value ?? null);
  }
  return { problem: number, optimum: optimum ?? null, exact: exact?.value ?? null, heuristics, wrong };
}

/** A plan; none where the problem is said to have none. */
async function planOf<Plan>(find: () => Promise<Plan>): Promise<Plan | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Error && /no plan is feasible|no feasible plan was found/.test(error.message))
      return undefined;
    throw error;
  }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
}

function notesOf(answers: readonly Answer[]): string[] {
  const solved = answers.filter(({ optimum }) => optimum !== null);
  const first = answers[0];
  const shares = methods.map(({ name }, place) => {
    const found = solved.filter(({ optimum, heuristics }) =>
      isNear(heuristics[place] ?? Number.NaN, optimum ?? Number.NaN),
    );
    const value = first?.heuristics[place];
    return `${name} finds the optimum of ${found.length} of ${solved.length}; of the 50 projects ${value}`;
  });
  return [
    `50 projects: ${first?.exact}, by dynamic programming ${first?.optimum}`,
    `${answers.length - solved.length} of ${answers.length} problems have no feasible plan`,
    ...shares,
  ];
}

interface Goldens {
  readonly limits: AllocationProblem['limits'];
  readonly projects: readonly { name: string; benefit: number; budget: number; staff: number }[];
  readonly fifty: { readonly optimum: number };
}

function goldens(): Goldens {
  const path = new URL('../../../../packages/decide/src/goldens/allocation.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}

function fifty(): SmallProblem {
  const { limits, projects } = goldens();
  const options = projects.map(({ name, benefit, budget, staff }) => ({
    name,
    benefit: [benefit],
    use: { budget, staff },
  }));
  return { options, limits, groups: [], needs: [], exclusions: [], riskAversion: 0, confidence: 0.8 };
}

function fiftyOptimum(): number {
  return goldens().fifty.optimum;
}
