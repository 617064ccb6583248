/** Daily bars: open, high, low, close, volume. */
import { numberColumn, type TextTable, textColumn } from './table.js';

/** Bars of one security, oldest first; all columns have one length. Prices in US dollars. */
export interface Ohlcv {
  /** Days, as `2000-03-01`. */
  readonly dates: readonly string[];
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Shares traded. */
  readonly volume: Float64Array;
  /** Close after splits and dividends, counted back from the last day: the one to take returns from. */
  readonly adjustedClose: Float64Array;
}

export interface OhlcvNames {
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly adjustedClose: string;
}

/** Bars from a table's columns. */
export function readOhlcv(table: TextTable, names: OhlcvNames): Ohlcv {
  return {
    dates: textColumn(table, names.date),
    open: numberColumn(table, names.open),
    high: numberColumn(table, names.high),
    low: numberColumn(table, names.low),
    close: numberColumn(table, names.close),
    volume: numberColumn(table, names.volume),
    adjustedClose: numberColumn(table, names.adjustedClose),
  };
}

/**
 * Bars without the jumps of splits and dividends: prices times f, volume over f, f = adjusted close / close.
 * Price times volume stays what it was.
 * @example
 * const { series } = await loadStocks();
 * const apple = adjustOhlcv(series.AAPL);
 * console.log(apple.close[0] === series.AAPL.adjustedClose[0]); // → true
 */
export function adjustOhlcv(bars: Ohlcv): Ohlcv {
  const factor = (index: number) =>
    (bars.adjustedClose[index] ?? Number.NaN) / (bars.close[index] ?? Number.NaN);
  const scaled = (prices: Float64Array) => prices.map((price, index) => price * factor(index));
  return {
    dates: bars.dates,
    open: scaled(bars.open),
    high: scaled(bars.high),
    low: scaled(bars.low),
    close: bars.adjustedClose,
    volume: bars.volume.map((shares, index) => shares / factor(index)),
    adjustedClose: bars.adjustedClose,
  };
}
