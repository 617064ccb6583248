/** Rolling value at risk of real series at 95 %: is the number of exceptions right, and does filtering help? */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currencies, loadEuroRates, loadSp500, loadStocks, loadWti, tickers } from '@noosphere/datasets';
import {
  conditionalCoverageTest,
  independenceTest,
  kupiecTest,
  pinballLoss,
  rollingTailRisk,
  simpleReturns,
  type TailMethod,
} from '@noosphere/decide';
import { readPrices } from '../price-tables.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** The method that is measured was chosen before it was run: the textbook's filtered historical simulation. */
const best: TailMethod = 'filtered-garch';
const compared: readonly TailMethod[] = ['historical', 'filtered-ewma', best];
const [level, window, refitEvery, fewestForecasts] = [0.95, 1000, 63, 500];
/** A price that stands still on more days than this is managed: its quantiles say nothing. */
const mostStill = 0.05;

export const varBacktest: AcceptanceRun = {
  name: 'var-backtest',
  metric: `share of the embedded series on which Kupiec's test rejects ${best} at 5 % (95 % value at risk, ${window} days, parameters every ${refitEvery} days); counts as 1 where its mean pinball loss is not below that of historical`,
  bar: { is: '<=', value: 0.1 },
  run,
};

interface Series {
  readonly name: string;
  /** Carried by the package datasets: what the bar is about. The others are a second opinion. */
  readonly isEmbedded: boolean;
  readonly returns: Float64Array;
}

async function run({ folder, say }: RunContext): Promise<Measured> {
  const { series, left } = usable([...sharedSeries(), ...(await embeddedSeries())]);
  const all = series.map(({ name, isEmbedded, returns }) => {
    const forecasts = Object.fromEntries(compared.map((method) => [method, measured(returns, method)]));
    const own = forecasts[best];
    say(`${name}: ${own?.exceptions} of ${own?.days}, Kupiec ${own?.kupiec.toFixed(3)}`);
    return { name, isEmbedded, forecasts };
  });
  const artifact = join(folder, 'var-backtest.json');
  writeFileSync(artifact, JSON.stringify({ level, window, refitEvery, left, rows: all }, null, 2));
  const embedded = summaryOf(all.filter(({ isEmbedded }) => isEmbedded));
  const isLower = embedded.loss(best) < embedded.loss('historical');
  return {
    value: isLower ? embedded.share(best, 'kupiec') : 1,
    artifacts: [artifact],
    notes: [
      `left out: ${left.join(', ') || 'none'}`,
      ...embedded.notes.map((note) => `embedded, ${note}`),
      ...summaryOf(all).notes.map((note) => `with the shared stocks and index, ${note}`),
      ...(isLower ? [] : [`the pinball loss of ${best} is not below that of historical`]),
    ],
  };
}

type Row = { readonly forecasts: Readonly<Record<string, Measurement>> };

function summaryOf(rows: readonly Row[]) {
  const of = (method: TailMethod) => rows.map(({ forecasts }) => forecasts[method] as Measurement);
  const share = (method: TailMethod, test: 'kupiec' | 'independence' | 'conditional') =>
    of(method).filter((row) => row[test] < 0.05).length / rows.length;
  const loss = (method: TailMethod) =>
    of(method).reduce((sum, { scaledPinball }) => sum + scaledPinball, 0) / rows.length;
  const notes = compared.map(
    (method) =>
      `${rows.length} series, ${method}: rejected by Kupiec on ${percent(share(method, 'kupiec'))}, independence ${percent(share(method, 'independence'))}, both ${percent(share(method, 'conditional'))}; pinball loss ${loss(method).toFixed(5)} of the series' deviation`,
  );
  return { share, loss, notes };
}

interface Measurement {
  readonly days: number;
  readonly exceptions: number;
  /** P values. */
  readonly kupiec: number;
  readonly independence: number;
  readonly conditional: number;
  /** Pinball loss over the deviation of the returns: series of every volatility count the same. */
  readonly scaledPinball: number;
}

function measured(returns: Float64Array, method: TailMethod): Measurement {
  const { from, valueAtRisk, exceeded } = rollingTailRisk(returns, { method, level, window, refitEvery });
  const seen = returns.subarray(from);
  const { exceptions, probability } = kupiecTest(exceeded, level);
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  const deviation = Math.sqrt(seen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / seen.length);
  return {
    days: seen.length,
    exceptions,
    kupiec: probability,
    independence: independenceTest(exceeded).probability,
    conditional: conditionalCoverageTest(exceeded, level).probability,
    scaledPinball: pinballLoss(seen, valueAtRisk, level) / deviation,
  };
}

/** The stocks and the index of the shared data. */
function sharedSeries(): Series[] {
  return ['stocks/sp500_20_stocks.csv.gz', 'stocks/sp500_index.csv.gz'].flatMap((path) => {
    const { names, prices } = readPrices(path);
    return names.map((name, asset) => ({
      name: `${name} 1990-2022`,
      isEmbedded: false,
      returns: returnsOf(prices[asset] ?? []),
    }));
  });
}

/** All that the package datasets carries. */
async function embeddedSeries(): Promise<Series[]> {
  const [stocks, sp500, wti, euro] = await Promise.all([
    loadStocks(),
    loadSp500(),
    loadWti(),
    loadEuroRates(),
  ]);
  const series = [
    ...tickers.map((ticker) => ({
      name: `${ticker} 2000-2013`,
      returns: returnsOf(stocks.series[ticker].adjustedClose),
    })),
    { name: 'S&P 500 2000-2020', returns: returnsOf(sp500.bars.close) },
    { name: 'WTI 1986-2019', returns: returnsOf(wti.price) },
    ...currencies.map((currency) => ({ name: `EUR/${currency}`, returns: returnsOf(euro.rates[currency]) })),
  ];
  return series.map((each) => ({ ...each, isEmbedded: true }));
}

/** Days without a price are left out: the return then spans them. */
function returnsOf(prices: ArrayLike<number>): Float64Array {
  const known = Array.from(prices).filter((price) => price > 0);
  return known.length < 2 ? new Float64Array(0) : simpleReturns(known);
}

function usable(all: readonly Series[]): { series: Series[]; left: string[] } {
  const left: string[] = [];
  const series = all.filter(({ name, returns }) => {
    const still = returns.filter((value) => value === 0).length / returns.length;
    const isShort = returns.length < window + fewestForecasts;
    if (isShort || still > mostStill) left.push(`${name} (${isShort ? 'short' : 'managed'})`);
    return !isShort && still <= mostStill;
  });
  return { series, left };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
