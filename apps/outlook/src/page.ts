/** The page: what a decision maker wants first, then the evidence. */
import { type Report, toSentence } from '@noosphere/footprint';
import { type KeyFigure, page, type RichText } from '@noosphere/report';
import type { Markets } from './markets.js';
import type { OutlookOptions } from './options.js';
import { type StageOutcome, sectionOf } from './stages/stage.js';

export interface PageFacts {
  readonly options: OutlookOptions;
  readonly data: Markets;
  readonly stages: readonly StageOutcome[];
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
  readonly seeds: readonly number[];
  readonly footprint: Report;
}

/** Decisions come before what they rest on. */
const pageOrder = ['allocate', 'risk', 'forecast', 'turbulence', 'decide', 'insight', 'networks', 'quality'];

export function outlookPage({
  options,
  data,
  stages,
  summary,
  keyFigures,
  seeds,
  footprint,
}: PageFacts): string {
  const ends = data.markets.map(({ source }) => source.to ?? '').toSorted();
  const order = (name: string) => pageOrder.indexOf(name);
  return page({
    kicker: 'Noosphere outlook',
    title: 'What to hold, what could go wrong, and how sure that is',
    date: `Data end between ${ends[0]} and ${ends.at(-1)}. A demonstration on past prices, not advice.`,
    summary: summary.length > 0 ? summary : ['What was asked for, from the data below.'],
    keyFigures,
    sections: stages.toSorted((a, b) => order(a.name) - order(b.name)).map(sectionOf),
    sources: [
      ...data.markets.map(({ source }) => source),
      ...stages.flatMap(({ result }) => result?.sources ?? []),
    ],
    method: methodBlocks(options),
    seeds,
    footprint: footprintText(footprint),
  });
}

function methodBlocks({ horizon, base }: OutlookOptions) {
  const items: RichText[] = [
    'Nothing here knows a day later than the last of the data, and no forecast, choice or weight a day later than its own.',
    `Forecasts are log prices of ${horizon} days ahead; a naive row stands in every table, and p values come from Diebold and Mariano's test.`,
    `Risk and allocation count in ${base}, on days that all assets have a price on. Indices are compared with, not held.`,
    'The embedded stocks were picked by people who knew how they fared: what is earned with them says nothing about stocks at large. Crude is its spot price, which cannot be held; foreign cash earns no interest here.',
    'What the models cannot know: news, changes of law, a market that closes, and anything that did not happen in the years they saw.',
  ];
  return [{ kind: 'list' as const, items }];
}

function footprintText(report: Report): RichText {
  const parts = report.windows
    .filter(({ path }) => !path.includes('/'))
    .map(
      ({ path, elapsedSeconds, energyJoules }) =>
        `${path} ${elapsedSeconds.toFixed(1)} s, ${energyJoules.toPrecision(2)} J`,
    );
  return `${toSentence(report)}. By part: ${parts.join('; ')}.`;
}
