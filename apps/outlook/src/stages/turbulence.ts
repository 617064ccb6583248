/** Will the next month be turbulent? A 1-D CNN beside a logistic regression and two naive forecasts, and what they say today. */
import { writeAtomically } from '@noosphere/base/files';
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import {
  logReturns,
  type MethodScores,
  type SeedScores,
  type TurbulenceWarnings,
  turbulenceWarnings,
  type WarningMethod,
} from '@noosphere/decide';
import type { Block, Cell, KeyFigure } from '@noosphere/report';
import type { Markets } from '../markets.js';
import { percent } from '../percent.js';
import { currentChart, reliabilityOf, rocOf, titles } from '../turbulence/charts.js';
import {
  type ComparedSet,
  compareSets,
  featureBlocks,
  featureLines,
} from '../turbulence/feature-exhibits.js';
import type { StageResult } from './stage.js';

const modelFile = 'models/turbulence.onnx';
/** Networks that are trained, with seeds that follow each other. */
const networks = 3;

export interface TurbulenceStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
  /** Of the networks. */
  readonly seeds: readonly number[];
}

export async function turbulenceStage(
  { markets, period }: Markets,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
  folder: RunFolder,
): Promise<TurbulenceStage> {
  if (period.name !== 'day')
    throw new ArgumentError(
      'outlook',
      `turbulence is told from daily returns, and these prices are ${period.adjective}; give daily prices`,
    );
  // Seeds are 32-bit numbers, the last of which has no next one.
  const seeds = Array.from({ length: networks }, (_, at) => (seed + at) % 2 ** 32);
  const series = markets.map(({ history: { name, dates, prices } }) => ({
    name,
    returns: logReturns(prices),
    // A return is known on the day after its row.
    dates: dates.slice(1),
  }));
  const options = { seeds, ...(signal && { signal }) };
  const found = await turbulenceWarnings(series, options);
  const { slow, sources } = await compareSets(series, options);
  await writeAtomically(folder.place(modelFile), [found.onnx], folder.writeOptions);
  const sentence = sentenceOf(found);
  // A series that ended long ago says nothing of today.
  const latest = found.current.filter(({ date }) => date === found.split.lastDay);
  const [highest] = latest.toSorted((a, b) => b.probability - a.probability);
  return {
    seeds,
    summary: [plainSentence(found)],
    keyFigures: highest
      ? [
          {
            label: 'Highest warning of a turbulent month',
            value: percent(highest.probability, 0),
            unit: '%',
            note: `${highest.name}, after ${highest.date}`,
          },
        ]
      : [],
    lines: [
      wrap(`  ${sentence}`, 2),
      ...scoreLines(found.scores),
      ...warningLines(found),
      ...featureLines(slow),
    ],
    facts: factsOf(found, slow),
    files: { turbulence: modelFile },
    sources,
    section: {
      title: 'Will it be turbulent?',
      blocks: [...(await blocksOf(found, sentence)), ...featureBlocks(slow)],
    },
  };
}

/** Who wins, first; nobody does who is no better than chance, or than what stays as it is. */
function sentenceOf({ verdict, scores, aucDifference, split, horizon }: TurbulenceWarnings): string {
  const of = (name: WarningMethod) => scores.find(({ method }) => method === name);
  const areaOf = (name: WarningMethod) => (of(name)?.auc ?? Number.NaN).toFixed(3);
  const difference = `difference ${signed(aucDifference.value)}, 95 % interval ${signed(aucDifference.low)} to ${signed(aucDifference.high)}`;
  const learnt = [of('network'), of('logistic')].flatMap((each) => each ?? []);
  const isUseful = learnt.some(
    ({ auc, aucInterval }) => aucInterval.low > 0.5 && auc > (of('persistence')?.auc ?? 0.5),
  );
  const who = {
    network: 'The 1-D CNN warns of turbulent months better than logistic regression',
    logistic: 'Logistic regression on past volatility warns of turbulent months better than the 1-D CNN',
    undecided:
      'The 1-D CNN and logistic regression on past volatility cannot be told apart in warning of turbulent months',
  }[verdict];
  const useless = `Neither the 1-D CNN nor logistic regression warns of turbulent months better than chance and than the naive forecast, which has ${areaOf('persistence')}`;
  return `${isUseful ? who : useless}: areas under the ROC curve ${areaOf('network')} and ${areaOf('logistic')} (${difference}), from ${split.testFrom} to ${split.lastDay}, ${horizon} days ahead.`;
}

/** Areas as what they are: how often a turbulent time has the higher warning of two. */
function plainSentence({ verdict, scores, split, horizon }: TurbulenceWarnings): string {
  const of = (name: WarningMethod) => scores.find(({ method }) => method === name);
  const pairs = (name: WarningMethod) => percent(of(name)?.auc ?? Number.NaN, 0);
  const best = Math.max(of('network')?.aucInterval.low ?? 0, of('logistic')?.aucInterval.low ?? 0);
  const can = best > 0.5 ? 'Better than a coin would' : 'No better than a coin, as far as can be told';
  const who = {
    network: 'the network is the better of the two',
    logistic: 'the regression is the better of the two',
    undecided: 'the two cannot be told apart',
  }[verdict];
  return `Can a turbulent month be seen coming? ${can}: of two days, one before ${horizon} turbulent days and one before calm ones, a small neural network (a 1-D CNN) gives the higher warning to the right one in ${pairs('network')} of 100 cases, a logistic regression on past volatility in ${pairs('logistic')}, from ${split.testFrom} to ${split.lastDay}; ${who}.`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

interface ScoreRow {
  readonly title: string;
  readonly scores: SeedScores | MethodScores;
  readonly isMean: boolean;
}

/** Each method, and each seed of the network below it. */
function rowsOf(scores: readonly MethodScores[]): ScoreRow[] {
  return scores.flatMap((method) => [
    {
      title:
        method.seeds.length > 0
          ? `${titles[method.method]}, mean of ${method.seeds.length}`
          : titles[method.method],
      scores: method,
      isMean: true,
    },
    ...method.seeds.map((own) => ({
      title: `${titles[method.method]}, seed ${own.seed}`,
      scores: own,
      isMean: false,
    })),
  ]);
}

function scoreLines(scores: readonly MethodScores[]): string[] {
  return layOut([
    ['  warning', 'AUC', '95 % interval', 'Brier', 'log loss'],
    ...rowsOf(scores).map(({ title, scores: own, isMean }) => [
      `  ${isMean ? '' : '  '}${title}`,
      own.auc.toFixed(3),
      'aucInterval' in own ? `${own.aucInterval.low.toFixed(3)} to ${own.aucInterval.high.toFixed(3)}` : '',
      own.brier.toFixed(4),
      own.logLoss.toFixed(4),
    ]),
  ]);
}

function warningLines({ current, leftOut, horizon }: TurbulenceWarnings): string[] {
  return [
    ...layOut([
      [`  turbulent in the next ${horizon} days, %`, 'after', '1-D CNN', 'seeds', 'logistic', 'now'],
      ...current.map((each) => [
        `  ${each.name}`,
        each.date,
        percent(each.probability, 0),
        each.seedProbabilities.map((probability) => percent(probability, 0)).join(' '),
        percent(each.logistic, 0),
        each.isTurbulentNow ? 'turbulent' : 'calm',
      ]),
    ]),
    ...leftOut.map(({ name, reason }) => `  ${name} ${reason}`),
  ];
}

function factsOf(
  { onnx: _, model: _model, days, scores, ...found }: TurbulenceWarnings,
  slow: readonly ComparedSet[],
): object {
  return {
    ...found,
    baseline: 'logistic regression on log realised volatility over 5, 20 and 60 days; persistence; share',
    interval: '95 %, bootstrap of blocks of 60 days, all series of a day together',
    scores: scores.map(({ roc: _roc, ...others }) => others),
    slowSeries: slow.map(({ title, found: own }) => ({
      title,
      ...(typeof own === 'string' ? { failure: own } : own),
    })),
    series: days.map(({ name, deviation, threshold }) => ({ name, deviation, threshold })),
  };
}

async function blocksOf(found: TurbulenceWarnings, sentence: string): Promise<Block[]> {
  const { scores, split, current, leftOut, horizon } = found;
  return [
    { kind: 'paragraph', text: sentence },
    { kind: 'chart', chart: await currentChart(found) },
    {
      kind: 'table',
      caption: `Warnings ${horizon} days ahead on ${split.testWindows} test days of all series, ${percent(split.testShare, 1)} % of them turbulent`,
      columns: [
        { header: 'Warning' },
        { header: 'Area under the ROC curve', decimals: 3 },
        { header: '95 % from', decimals: 3 },
        { header: 'to', decimals: 3 },
        { header: 'Brier score', decimals: 4 },
        { header: 'Log loss', unit: 'nats', decimals: 4 },
      ],
      rows: rowsOf(scores).map(({ title, scores: own }): Cell[] => [
        title,
        own.auc,
        'aucInterval' in own ? own.aucInterval.low : null,
        'aucInterval' in own ? own.aucInterval.high : null,
        own.brier,
        own.logLoss,
      ]),
      strongRows: rowsOf(scores).flatMap(({ isMean }, row) => (isMean ? [row] : [])),
      note: `Turbulent: realised volatility of the next ${horizon} days in the top fifth of the training part's, series by series. Training before ${split.validationFrom}, early stopping before ${split.testFrom}, test from then on; ${horizon} days are left out between. Intervals draw blocks of 60 days, all series together. Brier score of the CNN less that of the logistic regression: ${found.brierDifference.value.toFixed(4)} (${found.brierDifference.low.toFixed(4)} to ${found.brierDifference.high.toFixed(4)}).`,
    },
    { kind: 'pair', charts: [await rocOf(scores), await reliabilityOf(scores)] },
    {
      kind: 'table',
      caption: 'What is said on the last day of each series',
      columns: [
        { header: 'Series' },
        { header: 'After' },
        { header: '1-D CNN', unit: '%', decimals: 0 },
        { header: 'Seeds', unit: '%' },
        { header: 'Logistic', unit: '%', decimals: 0 },
        { header: `Last ${horizon} days` },
      ],
      rows: current.map((each): Cell[] => [
        each.name,
        each.date,
        100 * each.probability,
        each.seedProbabilities.map((probability) => percent(probability, 0)).join(', '),
        100 * each.logistic,
        each.isTurbulentNow ? 'turbulent' : 'calm',
      ]),
      ...(leftOut.length > 0 && {
        note: leftOut.map(({ name, reason }) => `${name} ${reason}`).join('; '),
      }),
    },
  ];
}
