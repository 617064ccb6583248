/** A page with every block and every chart. */
import { page } from '@noosphere/report';
import { type GalleryChart, gallery, type Naming } from './gallery.js';

export interface GalleryPage {
  readonly html: string;
  readonly charts: readonly GalleryChart[];
}

export async function galleryPage(seed: number, name: Naming = (friendly) => friendly): Promise<GalleryPage> {
  const charts = await gallery(seed, name);
  const [fan, lines, correlations, scatter, returns, ...rest] = charts.map(({ chart }) => chart);
  if (!fan || !lines || !correlations || !scatter || !returns) throw new Error('the gallery is not whole');
  const trend = (slope: number) =>
    Array.from({ length: 60 }, (_, day) => slope * day + 5 * Math.sin(day / 4));
  const html = page({
    kicker: name('Noosphere gallery'),
    title: name('Every chart and every block of a report'),
    date: 'Drawn numbers; as of 22 November 2026',
    summary: [
      [
        name('Crude is expected to stay where it is'),
        ': the forecast for the next 40 days is flat, and the naive model does ',
        { strong: name('no worse') },
        ' than the others',
        { footnote: name('By MASE over five origins of a rolling backtest.') },
        '.',
      ],
      name('This page exists to be looked at: its numbers are drawn.'),
    ],
    keyFigures: [
      { label: name('Forecast in 40 days'), value: 52.3, unit: name('USD'), note: '95 %: 41.8 to 65.4' },
      { label: 'Value at risk, 95 %, one day', value: '1.65 %', note: 'filtered; not rejected by Kupiec' },
      { label: 'Chosen portfolio', value: 'Risk parity', note: name('8.2 % volatility a year') },
      { label: 'Energy of this report', value: 412, unit: 'J', note: 'modelled, 280 to 560 J' },
    ],
    sections: [
      {
        title: name('Forecast'),
        blocks: [
          {
            kind: 'paragraph',
            text: [
              name('The last price is repeated. '),
              { link: name('Why'), href: 'https://otexts.com/fpp3/' },
              ' it is hard to beat.',
            ],
          },
          { kind: 'chart', chart: fan },
          { kind: 'chart', chart: lines },
          {
            kind: 'callout',
            tone: 'warning',
            title: name('What the models cannot know'),
            text: name('Wars, embargoes and pandemics are not in the data from which they learned.'),
          },
        ],
      },
      {
        title: name('Evidence'),
        blocks: [
          { kind: 'pair', charts: [correlations, scatter] },
          { kind: 'chart', chart: returns },
          {
            kind: 'table',
            caption: name('Errors by model, five origins'),
            columns: [
              { header: 'Model' },
              { header: 'MASE', decimals: 3 },
              { header: 'RMSE', unit: name('USD'), decimals: 2 },
              { header: 'Coverage', unit: '% of 95', decimals: 1 },
              { header: 'Last 60 days' },
              { header: 'Time', unit: 's' },
              { header: 'Energy', unit: 'J' },
              { header: 'Remark' },
            ],
            rows: [
              [name('Naive'), 1, 2.31, 94.2, { sparkline: trend(0.1) }, 0.01, 0.4, 'the last value'],
              [name('AutoARIMA'), 1.024, 2.36, 93.1, { sparkline: trend(-0.1) }, 2.4, 61, name('(0, 1, 1)')],
              [
                name('Ensemble'),
                0.991,
                2.29,
                95.4,
                { sparkline: trend(0.3), alt: name('rises') },
                12.1,
                310,
                'median of the others',
              ],
              [
                name('N-HiTS'),
                1.11,
                2.52,
                null,
                { sparkline: [1, Number.NaN, 3] },
                60.2,
                1540,
                [{ emphasis: 'three seeds' }],
              ],
            ],
            strongRows: [2],
            note: name('MASE: mean absolute error over that of the naive model in the training part.'),
          },
          { kind: 'heading', text: name('More charts') },
          ...rest.map((chart) => ({ kind: 'chart' as const, chart })),
          { kind: 'list', items: [name('One thing'), [name('another, '), { code: name('in code') }]] },
          {
            kind: 'details',
            summary: name('Settings'),
            blocks: [{ kind: 'paragraph', text: name('Closed on a screen, open on paper.') }],
          },
          { kind: 'figures', figures: [{ label: name('One more'), value: -271.8 }] },
        ],
      },
    ],
    sources: [
      { name: name('Drawn numbers'), licence: 'none needed', from: '2012-01-01', to: '2013-03-15' },
      {
        name: name('Example'),
        href: 'https://example.org/data',
        licence: name('CC BY 4.0'),
        to: '2019-01-03',
        note: name('not read'),
      },
    ],
    method: [{ kind: 'paragraph', text: name('Random walks with normal steps.') }],
    seeds: [seed],
    footprint: 'see the line of the acceptance run',
  });
  return { html, charts };
}
