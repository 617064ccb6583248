/** Windows of returns over their training deviation, for training and for the test. */
import { labelOf, lookback, realised, type SeriesDays } from './days.js';
import type { LabelledWindows } from './train-classifier.js';

/** Numbers that stand behind a window: what else is known on its last day, F of them. */
export type KnownBeside = (series: SeriesDays, day: number) => readonly number[];
const nothing: KnownBeside = () => [];

/** Windows [N, 60 + F] of returns / σ that end on each of the days, and what is known beside. */
function windowsOf(
  days: readonly { readonly series: SeriesDays; readonly day: number }[],
  beside: KnownBeside,
): Float32Array {
  const [first] = days;
  const width = lookback + (first ? beside(first.series, first.day).length : 0);
  const windows = new Float32Array(days.length * width);
  for (const [row, { series, day }] of days.entries()) {
    const { returns, deviation } = series;
    for (let place = 0; place < lookback; place++)
      windows[row * width + place] = (returns[day - lookback + 1 + place] ?? Number.NaN) / deviation;
    windows.set(beside(series, day), row * width + lookback);
  }
  return windows;
}

/** Labelled windows of a part, every k-th day of it where there are more than `most`. */
export function labelledWindows(
  all: readonly SeriesDays[],
  part: 'training' | 'validation',
  horizon: number,
  most: number,
  beside = nothing,
): LabelledWindows {
  const count = all.reduce((sum, series) => sum + series[part].length, 0);
  const stride = Math.max(1, Math.ceil(count / most));
  const days = all.flatMap((series) =>
    series[part].filter((_, at) => at % stride === 0).map((day) => ({ series, day })),
  );
  return {
    windows: windowsOf(days, beside),
    labels: Float32Array.from(days, ({ series, day }) => labelOf(series, day, horizon) ?? Number.NaN),
  };
}

/** Every test day of every series, series by series. */
export interface TestDays {
  readonly rows: readonly {
    readonly series: SeriesDays;
    readonly day: number;
    readonly label: 0 | 1 | undefined;
  }[];
  readonly windows: Float32Array;
}

export function testDays(all: readonly SeriesDays[], horizon: number, beside = nothing): TestDays {
  const rows = all.flatMap((series) =>
    series.test.map((day) => ({ series, day, label: labelOf(series, day, horizon) })),
  );
  return { rows, windows: windowsOf(rows, beside) };
}

/** Whether the days up to one were turbulent. */
export function isTurbulent({ returns, threshold }: SeriesDays, day: number, horizon: number): boolean {
  return realised(returns, day + 1 - horizon, day + 1) > threshold;
}

/** Share of training days that turbulence followed: of all, after calm and after turbulent days. One day of each kind is added. */
export function trainingShares(all: readonly SeriesDays[], horizon: number) {
  // By state of the day, then by what followed.
  const tally = [
    [1, 1],
    [1, 1],
  ];
  for (const series of all)
    for (const day of series.training) {
      const state = tally[Number(isTurbulent(series, day, horizon))];
      const label = labelOf(series, day, horizon) ?? 0;
      if (state) state[label] = (state[label] ?? 0) + 1;
    }
  const shareOf = ([calm = 0, turbulent = 0]: readonly number[]) => turbulent / (calm + turbulent);
  const [calm = [], turbulent = []] = tally;
  return {
    afterCalm: shareOf(calm),
    afterTurbulent: shareOf(turbulent),
    overall: shareOf([0, 1].map((label) => (calm[label] ?? 0) + (turbulent[label] ?? 0))),
  };
}
