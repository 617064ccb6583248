/** The page: what a decision maker wants first, then the evidence. */
import { type Report, toSentence } from '@noosphere/footprint';
import { type KeyFigure, page, type RichText } from '@noosphere/report';
import { asQuoted, baseOf, type Markets, type Quote } from './markets.js';
import type { OutlookOptions } from './options.js';
import { periodsText } from './period.js';
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
    date: `Data end ${ends[0] === ends.at(-1) ? `on ${ends[0]}` : `between ${ends[0]} and ${ends.at(-1)}`}. A demonstration on past prices, not advice.`,
    summary: summary.length > 0 ? summary : ['What was asked for, from the data below.'],
    keyFigures,
    sections: stages.toSorted((a, b) => order(a.name) - order(b.name)).map(sectionOf),
    sources: [
      ...data.markets.map(({ source }) => source),
      ...stages.flatMap(({ result }) => result?.sources ?? []),
    ],
    method: methodBlocks(options, data),
    seeds,
    footprint: footprintText(footprint),
  });
}

function methodBlocks(
  { horizon, base, stages }: OutlookOptions,
  { markets, period, rates, isEmbedded }: Markets,
) {
  const { name } = period;
  const has = (role: Quote['role']) => markets.some(({ quote }) => quote.role === role);
  const names = new Set(markets.map(({ history }) => history.name));
  const embedded = [
    ...(['AAPL', 'IBM', 'MSFT', 'GOOG'].some((ticker) => names.has(ticker))
      ? [
          'The stocks were picked by people who knew how they fared: what is earned with them says nothing about stocks at large.',
        ]
      : []),
    ...(names.has('WTI') ? ['Crude is its spot price, which cannot be held.'] : []),
    ...(has('euro rate') ? ['Foreign cash earns no interest here.'] : []),
  ];
  const currency = baseOf(base, { rates });
  const counts = stages.some((stage) => ['risk', 'allocate', 'decide'].includes(stage));
  const items: RichText[] = [
    `Nothing here knows a ${name} later than the last of the data, and no forecast, choice or weight a ${name} later than its own.`,
    ...(stages.includes('forecast')
      ? [
          `Forecasts are log prices of ${periodsText(horizon, period)} ahead; a naive row stands in every table, and p values come from Diebold and Mariano's test.`,
        ]
      : []),
    ...(counts
      ? [
          `Risk and allocation count in ${currency === asQuoted ? 'the currency of the prices' : currency}, on ${name}s that all assets have a price on.${has('index') ? ' Indices are compared with, not held.' : ''}`,
        ]
      : []),
    ...(isEmbedded && embedded.length > 0 ? [embedded.join(' ')] : []),
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
