// Expected rows were read from the published files by hand (zcat, head, tail).
import { expect, test } from 'vitest';
import {
  adjustOhlcv,
  currencies,
  loadCoreCpi,
  loadEuroRates,
  loadSp500,
  loadStocks,
  loadUsMacro,
  loadWti,
  tickers,
} from './index.js';

const ascending = (dates: readonly string[]) =>
  dates.every((date, index) => index === 0 || (dates[index - 1] ?? '') < date);
const gaps = (values: Float64Array) => values.filter((value) => Number.isNaN(value)).length;

test('stocks: rows, spans, known first bar', async () => {
  const { series, firstDate, lastDate } = await loadStocks();
  expect([firstDate, lastDate]).toEqual(['2000-03-01', '2013-03-01']);
  expect(tickers.map((ticker) => series[ticker].dates.length)).toEqual([3270, 3270, 3270, 2148, 196]);
  expect(series.GOOG.dates[0]).toBe('2004-08-19');
  expect(series.FB.dates[0]).toBe('2012-05-18');
  const { open, high, low, close, volume, adjustedClose } = series.AAPL;
  expect([open, high, low, close, volume, adjustedClose].map((column) => column[0])).toEqual([
    118.56, 132.06, 118.5, 130.31, 9616100, 4.186662803811,
  ]);
  for (const ticker of tickers) {
    expect(ascending(series[ticker].dates)).toBe(true);
    const { dates: _, ...columns } = series[ticker];
    for (const column of Object.values(columns)) {
      expect(column.length).toBe(series[ticker].dates.length);
      expect(column.every((value) => value > 0)).toBe(true);
    }
  }
});

test('adjusting takes the split of 2005-02-28 out of Apple, and keeps price times volume', async () => {
  const { AAPL } = (await loadStocks()).series;
  const adjusted = adjustOhlcv(AAPL);
  const day = AAPL.dates.indexOf('2005-02-28');
  const change = ({ close }: { close: Float64Array }) => (close[day] ?? 0) / (close[day - 1] ?? 1);
  expect(change(AAPL)).toBeLessThan(0.51);
  expect(change(adjusted)).toBeGreaterThan(0.95);
  expect((adjusted.open[day] ?? 0) * (adjusted.volume[day] ?? 0)).toBeCloseTo(
    (AAPL.open[day] ?? 0) * (AAPL.volume[day] ?? 0),
    0,
  );
});

test('WTI: ISO dates, known prices, 290 gaps', async () => {
  const { dates, price, firstDate, lastDate } = await loadWti();
  expect([firstDate, lastDate, dates.length]).toEqual(['1986-01-02', '2019-01-03', 8611]);
  expect(ascending(dates)).toBe(true);
  expect(Array.from(price.slice(-3))).toEqual([Number.NaN, 46.31, 46.92]);
  expect(gaps(price)).toBe(290);
});

test('euro rates: oldest first, known rates, gaps of currencies that came or went', async () => {
  const { dates, rates, firstDate, lastDate } = await loadEuroRates();
  expect([firstDate, lastDate, dates.length]).toEqual(['1999-01-04', '2026-10-30', 7126]);
  expect(ascending(dates)).toBe(true);
  expect(currencies.length).toBe(41);
  expect([rates.USD.at(-1), rates.JPY[0], rates.ZAR.at(-2)]).toEqual([1.1172, 133.73, 18.5218]);
  expect([gaps(rates.USD), gaps(rates.CYP), gaps(rates.CNY)]).toEqual([0, 4822, 1599]);
});

test('S&P 500: rows of the npm package', async () => {
  const { bars, firstDate, lastDate } = await loadSp500();
  expect([firstDate, lastDate, bars.dates.length]).toEqual(['2000-01-03', '2020-04-17', 5105]);
  expect(ascending(bars.dates)).toBe(true);
  expect([bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]]).toEqual([
    1469.25, 1478, 1438.359985, 1455.219971, 931800000,
  ]);
});

test('US economy: months and quarters in order, known values, no gaps', async () => {
  const cpi = await loadCoreCpi();
  expect([cpi.firstDate, cpi.lastDate, cpi.months.length]).toEqual(['1957-01-01', '2018-11-01', 743]);
  expect(ascending(cpi.months)).toBe(true);
  expect([cpi.index[0], cpi.index[2], cpi.index.at(-2)]).toEqual([28.5, 28.7, 258.939]);
  const macro = await loadUsMacro();
  expect([macro.firstDate, macro.lastDate, macro.quarters.length]).toEqual(['1959-01-01', '2009-07-01', 203]);
  expect(ascending(macro.quarters)).toBe(true);
  expect([macro.realGdp[0], macro.billRate[1], macro.unemployment.at(-1)]).toEqual([2710.349, 3.08, 9.6]);
  for (const column of [cpi.index, macro.realGdp, macro.billRate, macro.unemployment])
    expect(gaps(column)).toBe(0);
});
