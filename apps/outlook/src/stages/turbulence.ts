/** Will the next month be turbulent? A 1-D CNN beside a logistic regression and two naive forecasts, and what they say today. */
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import { writeAtomically } from '@noosphere/core';
import {
  logReturns,
  type MethodScores,
  type SeedScores,
  type TurbulenceWarnings,
  turbulenceWarnings,
  type WarningMethod,
} from '@noosphere/decide';
import {
  type Block,
  barChart,
  type Cell,
  type Chart,
  type KeyFigure,
  reliabilityChart,
  rocChart,
} from '@noosphere/report';
import type { Market } from '../markets.js';
import { percent } from '../percent.js';
import type { StageResult } from './stage.js';

const modelFile = 'models/turbulence.onnx';
/** Networks that are trained, with seeds that follow each other. */
const networks = 3;

const titles: Readonly<Record<WarningMethod, string>> = {
  network: '1-D CNN',
  logistic: 'Logistic on volatility',
  persistence: 'Naive: it stays as it is',
  share: 'Naive: share of turbulent days',
};

export interface TurbulenceStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
  /** Of the networks. */
  readonly seeds: readonly number[];
}

export async function turbulenceStage(
  markets: readonly Market[],
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
  folder: RunFolder,
): Promise<TurbulenceStage> {
  // Seeds are 32-bit numbers, the last of which has no next one.
  const seeds = Array.from({ length: networks }, (_, at) => (seed + at) % 2 ** 32);
  const found = await turbulenceWarnings(
    markets.map(({ history: { name, dates, prices } }) => ({
      name,
      returns: logReturns(prices),
      // A return is known on the day after its row.
      dates: dates.slice(1),
    })),
    {
      seeds,
      ...(signal && { signal }),
    },
  );
  await writeAtomically(folder.place(modelFile), [found.onnx], folder.writeOptions);
  const sentence = sentenceOf(found);
  // A series that ended long ago says nothing of today.
  const latest = found.current.filter(({ date }) => date === found.split.lastDay);
  const [highest] = latest.toSorted((a, b) => b.probability - a.probability);
  return {
    seeds,
    summary: [sentence],
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
    lines: [wrap(`  ${sentence}`, 2), ...scoreLines(found.scores), ...warningLines(found)],
    facts: factsOf(found),
    files: { turbulence: modelFile },
    section: { title: 'Will it be turbulent?', blocks: await blocksOf(found, sentence) },
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

function factsOf({ onnx: _, days, scores, ...found }: TurbulenceWarnings): object {
  return {
    ...found,
    baseline: 'logistic regression on log realised volatility over 5, 20 and 60 days; persistence; share',
    interval: '95 %, bootstrap of blocks of 60 days, all series of a day together',
    scores: scores.map(({ roc: _roc, ...others }) => others),
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

function currentChart({ current, horizon }: TurbulenceWarnings): Promise<Chart> {
  const sorted = current.toSorted((a, b) => b.probability - a.probability).slice(0, 40);
  const [first] = sorted;
  return barChart({
    title: `Probability that the next ${horizon} days are turbulent`,
    alt: `The highest is ${first?.name} with ${percent(first?.probability ?? Number.NaN, 0)} % after ${first?.date}; whiskers go from the lowest to the highest of the seeds.`,
    categories: sorted.map(({ name }) => name),
    series: [
      {
        name: '1-D CNN',
        values: sorted.map(({ probability }) => 100 * probability),
        interval: {
          low: sorted.map(({ seedProbabilities }) => 100 * Math.min(...seedProbabilities)),
          high: sorted.map(({ seedProbabilities }) => 100 * Math.max(...seedProbabilities)),
        },
      },
    ],
    valueAxis: { label: 'Probability', unit: '%' },
    reference: { value: 20, label: 'share in training' },
  });
}

/** Points of a curve beyond which a page's drawing gains nothing. */
const mostPoints = 600;

function rocOf(scores: readonly MethodScores[]): Promise<Chart> {
  const drawn = scores.filter(({ method }) => method !== 'share');
  const thinned = (values: readonly number[]) => {
    const step = Math.max(1, Math.ceil(values.length / mostPoints));
    return values.filter((_, at) => at % step === 0 || at === values.length - 1);
  };
  return rocChart({
    title: 'Hits against false alarms',
    alt: `Areas under the curves: ${drawn.map(({ method, auc }) => `${titles[method]} ${auc.toFixed(3)}`).join(', ')}.`,
    curves: drawn.map(({ method, roc }) => ({
      name: titles[method],
      falsePositiveRate: thinned(roc.falsePositiveRate),
      truePositiveRate: thinned(roc.truePositiveRate),
    })),
  });
}

function reliabilityOf(scores: readonly MethodScores[]): Promise<Chart> {
  const drawn = scores.filter(({ method }) => method === 'network' || method === 'logistic');
  const surest = drawn.map(({ method, calibration }) => {
    const said = percent(calibration.meanProbability.at(-1) ?? Number.NaN, 0);
    const came = percent(calibration.positiveShare.at(-1) ?? Number.NaN, 0);
    return `${titles[method]}: ${said} % said, ${came} % came`;
  });
  return reliabilityChart({
    title: 'Do the probabilities mean what they say?',
    alt: `In the tenth of days with the highest warnings: ${surest.join('; ')}.`,
    curves: drawn.map(({ method, calibration }) => ({
      name: titles[method],
      predicted: calibration.meanProbability,
      observed: calibration.positiveShare,
      counts: calibration.weight,
    })),
  });
}
