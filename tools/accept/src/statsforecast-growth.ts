/** Models beside statsforecast's on series of many lengths and seasons, one core: how much faster, and how time grows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { autoEts, autoTheta, dynamicOptimizedTheta, type LocalModel, mfles, mstl } from '@noosphere/forecast';
import { Random } from '@noosphere/train';
import { runPython } from './python.js';

const lengths = [30, 300, 3000] as const;
const seasons = [1, 4, 7, 12, 24, 52, 168] as const;

const models: Readonly<Record<string, (season: number) => LocalModel>> = {
  MFLES: (season) => mfles(season > 1 ? { seasons: [season] } : {}),
  DynamicOptimizedTheta: (season) => dynamicOptimizedTheta({ season }),
  AutoTheta: (season) => autoTheta({ season }),
  MSTL: (season) => mstl({ seasons: [season], trend: autoEts({ model: 'ZZN' }) }),
  AutoETS: (season) => autoEts({ season }),
};

interface Case {
  readonly model: string;
  readonly season: number;
  readonly length: number;
  readonly y: readonly number[];
}

export interface Growth {
  /** Smallest of statsforecast's seconds / ours over the models, each over all lengths and seasons. */
  readonly leastRatio: number;
  /** Largest of (ours at 3,000 / ours at 300) / (theirs at 3,000 / theirs at 300). */
  readonly mostGrowth: number;
  readonly notes: readonly string[];
  readonly artifact: string;
}

export async function measureGrowth(folder: string, seed: number): Promise<Growth> {
  const cases = casesOf(new Random(seed));
  const file = join(folder, 'growth.json');
  writeFileSync(file, JSON.stringify(cases));
  const theirs: readonly number[] = JSON.parse(await runPython('statsforecast_growth.py', [file]));
  // Theirs is compiled beforehand; ours is once it has run some times.
  for (const [name, make] of Object.entries(models)) {
    const short = cases.filter(({ model, length }) => model === name && length < 3000);
    for (const { season, y } of short) secondsOf(make(season), y);
  }
  const ours = cases.map(({ model, season, y }) =>
    secondsOf((models[model] as (season: number) => LocalModel)(season), y),
  );
  const rows = cases.map((each, index) => ({
    ...each,
    ours: ours[index] as number,
    theirs: theirs[index] as number,
  }));
  writeFileSync(file, JSON.stringify(rows.map(({ y: _, ...row }) => row)));
  const of = (model: string) => rows.filter((row) => row.model === model);
  const growths = Object.keys(models).flatMap((model) =>
    seasons.flatMap((season) => {
      const [short, long] = [300, 3000].map((length) =>
        of(model).find((row) => row.season === season && row.length === length),
      );
      return short && long
        ? [{ model, season, growth: long.ours / short.ours / (long.theirs / short.theirs) }]
        : [];
    }),
  );
  const notes = Object.keys(models).map((model) => {
    const ratios = of(model).map((row) => ({ ...row, ratio: row.theirs / row.ours }));
    const least = ratios.reduce((a, b) => (b.ratio < a.ratio ? b : a));
    const most = growths
      .filter((each) => each.model === model)
      .reduce((a, b) => (b.growth > a.growth ? b : a));
    return (
      `${model}, ${ratios.length} series of ${lengths.join(', ')} rows and seasons ${seasons.join(', ')}: ` +
      `${(secondsIn(of(model), 'theirs') / secondsIn(of(model), 'ours')).toFixed(1)}x in all, least ${least.ratio.toFixed(2)}x at ${least.length} rows and season ${least.season}; ` +
      `time from 300 to 3,000 rows grows ${most.growth.toFixed(2)} times as theirs at most (season ${most.season})`
    );
  });
  return {
    leastRatio: Math.min(
      ...Object.keys(models).map((model) => secondsIn(of(model), 'theirs') / secondsIn(of(model), 'ours')),
    ),
    mostGrowth: Math.max(...growths.map(({ growth }) => growth)),
    notes,
    artifact: file,
  };
}

function secondsIn(
  rows: readonly { readonly ours: number; readonly theirs: number }[],
  side: 'ours' | 'theirs',
) {
  return rows.reduce((total, row) => total + row[side], 0);
}

/** A level that wanders, a season, noise: above zero. Two seasons are needed, and MSTL needs one. */
function casesOf(random: Random): Case[] {
  return Object.keys(models).flatMap((model) =>
    seasons.flatMap((season) =>
      lengths.flatMap((length) => {
        if (length < 2 * season + 5 || (model === 'MSTL' && season === 1)) return [];
        let level = 100;
        const y = Array.from({ length }, (_, t) => {
          level *= 1 + 0.01 * random.normal();
          return level * (1 + 0.2 * Math.sin((2 * Math.PI * t) / season)) + random.normal();
        });
        return [{ model, season, length, y }];
      }),
    ),
  );
}

/** The least of three fits and forecasts, of one that takes over a second. */
function secondsOf(model: LocalModel, y: readonly number[]): number {
  const values = Float64Array.from(y);
  const once = () => {
    const begun = performance.now();
    model.fit(values).forecast(12);
    return (performance.now() - begun) / 1000;
  };
  const times = [once()];
  while ((times[0] as number) < 1 && times.length < 3) times.push(once());
  return Math.min(...times);
}
