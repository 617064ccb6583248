/** Tables of daily prices in the shared data: a date column, then one column an asset; blanks are gaps. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { required } from './run.js';

export interface PriceTable {
  readonly dates: readonly string[];
  readonly names: readonly string[];
  /** One array an asset; NaN where there is no price. */
  readonly prices: readonly Float64Array[];
}

/** Reads `finance/…` below NOOSPHERE_DATA. */
export function readPrices(path: string): PriceTable {
  const file = join(required('NOOSPHERE_DATA', 'the folder of real data'), 'finance', path);
  const bytes = readFileSync(file);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  const names = header.split(',').slice(1);
  return {
    dates: rows.map(([date = '']) => date),
    names,
    prices: names.map((_, asset) => Float64Array.from(rows, (row) => numberOf(row[asset + 1]))),
  };
}

function numberOf(cell: string | undefined): number {
  return cell === undefined || cell === '' ? Number.NaN : Number(cell);
}

/** p[t] / p[t - 1] - 1; NaN beside a gap. */
export function simpleReturns(prices: Float64Array): Float64Array {
  return prices.slice(1).map((price, row) => price / (prices[row] as number) - 1);
}
