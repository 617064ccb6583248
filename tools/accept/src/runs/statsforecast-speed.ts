/**
 * Five models next to statsforecast's on hourly series of M4: the same series, candidates and number of cores (one), in one
 * run, each after a warm-up, medians of the repeats.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  autoEts,
  autoTheta,
  dynamicOptimizedTheta,
  type FittedLocalModel,
  type LocalModel,
  mfles,
  mstl,
} from '@noosphere/forecast';
import { horizon, type M4Series, m4Folder, readM4Hourly, scoreAll, season } from '../m4-hourly.js';
import { runPython } from '../python.js';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';
import { measureGrowth } from '../statsforecast-growth.js';

interface Contest {
  /** Name of the model in the Python script. */
  readonly name: string;
  readonly model: LocalModel;
  /** Series that are drawn; theirs takes about a second for each in AutoETS. */
  readonly count: number;
  /** What a choice is decided by, among the estimates. */
  readonly criterion?: 'aicc' | 'error';
}

const seasons = [24, 168];
const contests: readonly Contest[] = [
  { name: 'MFLES', model: mfles({ seasons }), count: 414 },
  { name: 'DynamicOptimizedTheta', model: dynamicOptimizedTheta({ season }), count: 414 },
  { name: 'AutoTheta', model: autoTheta({ season }), count: 120, criterion: 'error' },
  { name: 'MSTL', model: mstl({ seasons, trend: autoEts({ model: 'ZZN' }) }), count: 120 },
  { name: 'AutoETS', model: autoEts({ season }), count: 60, criterion: 'aicc' },
];
const repeats = 3;

/** What the Python script prints. */
interface Theirs {
  readonly version: string;
  readonly seconds: readonly number[];
  readonly forecasts: readonly (readonly number[])[];
  readonly choices: readonly { readonly model: string; readonly aicc: number }[] | null;
}

export const statsforecastSpeed: AcceptanceRun = {
  name: 'statsforecast-speed',
  metric:
    "smallest of the ratios statsforecast's seconds / ours, over AutoTheta, DOT, AutoETS, MSTL and MFLES, on M4 Hourly (medians of 3) and on made series of 30 to 3,000 rows and seasons 1 to 168, 1 core each",
  bar: { is: '>=', value: 1 },
  run,
};

async function run({ folder, seed, count, say }: RunContext): Promise<Measured> {
  const all = readM4Hourly();
  const notes: string[] = [];
  const artifacts: string[] = [];
  const ratios: number[] = [];
  for (const contest of contests) {
    const series = draw(all, Math.min(count ?? contest.count, contest.count), seed);
    const given = join(folder, `${contest.name}-series.json`);
    writeFileSync(given, JSON.stringify(series.map(({ id }) => id)));
    const train = join(m4Folder(), 'Hourly-train.csv');
    const printed = await runPython('statsforecast_speed.py', [contest.name, train, given, String(repeats)]);
    const theirs: Theirs = JSON.parse(printed);
    const ours = measure(contest.model, series);
    const [their, our] = [median(theirs.seconds), median(ours.seconds)];
    ratios.push(their / our);
    notes.push(describe(contest, series, theirs, ours, their, our));
    say(notes.at(-1) ?? '');
    const report = join(folder, `${contest.name}.json`);
    const { seconds, forecasts, fits } = ours;
    const mine = {
      seconds,
      forecasts: forecasts.map((row) => Array.from(row)),
      estimates: fits.map((fit) => fit.estimates),
    };
    writeFileSync(report, JSON.stringify({ ours: mine, theirs }));
    artifacts.push(given, report);
  }
  const growth = await measureGrowth(folder, seed);
  for (const note of growth.notes) say(note);
  notes.push(...growth.notes);
  artifacts.push(growth.artifact);
  return { value: Math.min(...ratios, growth.leastRatio), artifacts, notes };
}

/** A random sample, in the order of the file. */
function draw(all: readonly M4Series[], count: number, seed: number): readonly M4Series[] {
  const random = new Random(seed);
  const places = Array.from(all.keys());
  for (let place = places.length - 1; place > 0; place--) {
    const other = random.below(place + 1);
    [places[place], places[other]] = [places[other] ?? 0, places[place] ?? 0];
  }
  const chosen = new Set(places.slice(0, count));
  return all.filter((_, place) => chosen.has(place));
}

interface Ours {
  readonly seconds: readonly number[];
  readonly forecasts: readonly Float64Array[];
  readonly fits: readonly FittedLocalModel[];
}

function measure(model: LocalModel, series: readonly M4Series[]): Ours {
  const once = () => {
    const begun = performance.now();
    const fits = series.map(({ train }) => model.fit(train));
    const forecasts = fits.map((fit) => fit.forecast(horizon).mean);
    return { seconds: (performance.now() - begun) / 1000, forecasts, fits };
  };
  for (const { train } of series.slice(0, 1)) model.fit(train).forecast(horizon);
  const rounds = Array.from({ length: repeats }, once);
  const { forecasts = [], fits = [] } = rounds[0] ?? {};
  return { seconds: rounds.map(({ seconds }) => seconds), forecasts, fits };
}

function describe(
  { name, criterion }: Contest,
  series: readonly M4Series[],
  theirs: Theirs,
  ours: Ours,
  their: number,
  our: number,
): string {
  const [a, b] = [scoreAll(series, ours.forecasts), scoreAll(series, theirs.forecasts)];
  const times = `${our.toFixed(2)} s, statsforecast ${theirs.version} ${their.toFixed(2)} s: ${(their / our).toFixed(1)}x`;
  const scores = `sMAPE/MASE ${a.smape.toFixed(3)}/${a.mase.toFixed(3)} and ${b.smape.toFixed(3)}/${b.mase.toFixed(3)}`;
  return `${name}, ${series.length} series: ${times}; ${scores}${criterion ? choicesOf(ours, theirs, criterion) : ''}`;
}

/** How many choices are equal, and whether others are better by what decides. */
function choicesOf({ fits }: Ours, { choices }: Theirs, criterion: 'aicc' | 'error'): string {
  let [equal, better, noWorse] = [0, 0, 0];
  for (const [index, { estimates }] of fits.entries()) {
    const other = choices?.[index];
    if (!other) continue;
    const slack = 1e-6 * Math.max(1, Math.abs(other.aicc));
    const difference = Number(estimates[criterion]) - other.aicc;
    if (estimates.model === other.model) equal++;
    else if (difference <= slack) better++;
    if (difference <= slack) noWorse++;
  }
  const name = criterion === 'aicc' ? 'AICc' : 'error';
  return `; ${equal} equal choices, ${better} others with a better ${name}, ${noWorse} with an ${name} at least as good`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
