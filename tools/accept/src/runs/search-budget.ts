/**
 * Searches against random search: the estimator at equal trials on test functions, successive halving at equal epochs on a
 * network that trains, and all of them against the clock.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asha,
  ashaStopping,
  fullBudget,
  hyperband,
  type Objective,
  randomSampler,
  type SearchSampler,
  type SearchSpace,
  search,
  type TrainState,
  type TrialContext,
  type TrialScheduler,
  tpe,
} from '@noosphere/train';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';
import { branin, hartmann6, nested } from '../search-budget-functions.js';
import { TrainingJob, trainingSpace } from '../search-budget-training.js';

const seeds = 10;
const trialsOnFunctions = 80;
/**
 * With rungs of 9, 27 and 81 epochs successive halving begins about four times the trials of random search, so that on one
 * table it can win four of five times at best. A seed is therefore judged by the geometric mean of the losses on three.
 */
const tables = 3;
const leastEpochs = 9;
const mostEpochs = 81;
/** Random search trains so many configurations to the end; the others have as many epochs. */
const wholeTrainings = 8;
const budgetMs = 2000;
const rungs = { minBudget: leastEpochs, maxBudget: mostEpochs };

/** What one method reached with one seed; lower is better. */
interface Pair {
  readonly seed: number;
  readonly value: number;
  readonly random: number;
}

interface Comparison {
  readonly name: string;
  readonly wins: number;
  readonly pairs: readonly Pair[];
}

interface Timing {
  readonly name: string;
  readonly elapsedMs: number;
  readonly longestStepMs: number;
  readonly trials: number;
  readonly ok: boolean;
}

export const searchBudget: AcceptanceRun = {
  name: 'search-budget',
  metric: `seeds of ${seeds} at which a search beats random search at equal budget, the fewest of all comparisons; 0 if one ends late`,
  bar: { is: '>=', value: 7 },
  run: compareSearches,
};

async function compareSearches({ seed, folder, say }: RunContext): Promise<Measured> {
  const comparisons: Comparison[] = [];
  for (const [name, { space, objective }] of Object.entries({ branin, hartmann6, nested })) {
    say(`tpe on ${name}`);
    // Each function has a space of its own, and an objective of that space.
    comparisons.push(
      await onFunction(`tpe, ${name}`, space, objective as unknown as Objective<object>, seed),
    );
  }
  say('asha with tpe on a network');
  comparisons.push(await onTraining('asha with tpe, network', seed));
  say('the clock');
  const timings = await againstTheClock(seed);
  const report = join(folder, 'search-budget.json');
  writeFileSync(report, JSON.stringify({ comparisons, timings }, null, 1));
  const isInTime = timings.every(({ ok }) => ok);
  return {
    value: isInTime ? Math.min(...comparisons.map(({ wins }) => wins)) : 0,
    artifacts: [report],
    notes: [
      ...comparisons.map(({ name, wins, pairs }) => {
        const [own, random] = [
          median(pairs.map(({ value }) => value)),
          median(pairs.map((pair) => pair.random)),
        ];
        return `${name}: ${wins} of ${seeds}, median ${own.toPrecision(4)}, random search ${random.toPrecision(4)}`;
      }),
      ...timings.map(
        ({ name, elapsedMs, longestStepMs, trials, ok }) =>
          `${name}: ${elapsedMs.toFixed(0)} ms of ${budgetMs}, longest step ${longestStepMs.toFixed(0)} ms, ${trials} trials${ok ? '' : ', LATE'}`,
      ),
    ],
  };
}

/** The lowest value after the same number of trials; random search has seeds of its own, so that no draw is shared. */
async function onFunction(
  name: string,
  space: SearchSpace,
  objective: Objective<object>,
  firstSeed: number,
): Promise<Comparison> {
  const lowest = async (sampler: SearchSampler, seed: number) => {
    const { best } = await search({ space, objective, sampler, seed, maxTrials: trialsOnFunctions });
    return best?.value ?? Number.POSITIVE_INFINITY;
  };
  return compare(name, firstSeed, {
    own: (seed) => lowest(tpe(), seed),
    random: (seed) => lowest(randomSampler(), seed + 1000),
  });
}

/** The test loss of the trial with the lowest validation loss after the same number of epochs, over the tables of a seed. */
async function onTraining(name: string, firstSeed: number): Promise<Comparison> {
  const overTables = async (choose: (job: TrainingJob, seed: number) => Promise<number>, seed: number) => {
    let logs = 0;
    for (let table = 0; table < tables; table++) {
      const job = new TrainingJob(seed * tables + table);
      logs += Math.log(await choose(job, seed * tables + table));
      await job.dispose();
    }
    return Math.exp(logs / tables);
  };
  return compare(name, firstSeed, {
    own: (first) => overTables((job, seed) => testLossOfBest(job, asha(rungs), tpe(), seed), first),
    random: (first) =>
      overTables(
        (job, seed) => testLossOfBest(job, fullBudget(mostEpochs), randomSampler(), seed + 100_000),
        first,
      ),
  });
}

async function testLossOfBest(
  job: TrainingJob,
  scheduler: TrialScheduler,
  sampler: SearchSampler,
  seed: number,
): Promise<number> {
  let left = wholeTrainings * mostEpochs;
  const spent = new AbortController();
  // The trial that asks for an epoch too many is cut; all that ended before count.
  const takeEpoch = () => {
    if (left === 0) spent.abort();
    else left--;
  };
  const { best } = await search({
    space: trainingSpace,
    objective: (config, context: TrialContext<TrainState>) => job.objective(config, context, takeEpoch),
    scheduler,
    sampler,
    seed,
    signal: spent.signal,
  });
  return job.testLosses.get(`${best?.trial} ${best?.budget}`) ?? Number.POSITIVE_INFINITY;
}

async function compare(
  name: string,
  firstSeed: number,
  sides: Readonly<Record<'own' | 'random', (seed: number) => Promise<number>>>,
): Promise<Comparison> {
  const pairs: Pair[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++)
    pairs.push({ seed, value: await sides.own(seed), random: await sides.random(seed) });
  return { name, wins: pairs.filter(({ value, random }) => value < random).length, pairs };
}

/** A search with a time budget ends within 5 % of it, or one step of the objective, whichever is more. */
async function againstTheClock(seed: number): Promise<Timing[]> {
  const schedulers = {
    'random search': fullBudget(mostEpochs),
    asha: asha(rungs),
    'asha, stopping': ashaStopping(rungs),
    hyperband: hyperband(rungs),
  };
  const timings: Timing[] = [];
  for (const [name, scheduler] of Object.entries(schedulers)) {
    const job = new TrainingJob(seed);
    const { elapsedMs, trials } = await search<typeof trainingSpace, TrainState>({
      space: trainingSpace,
      objective: (config, context) => job.objective(config, context),
      scheduler,
      sampler: name === 'random search' ? randomSampler() : tpe(),
      seed,
      budgetMs,
    });
    const { longestStepMs } = job;
    await job.dispose();
    const isInTime =
      elapsedMs >= budgetMs && elapsedMs <= budgetMs + Math.max(0.05 * budgetMs, longestStepMs);
    timings.push({ name, elapsedMs, longestStepMs, trials: trials.length, ok: isInTime });
  }
  return timings;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
