/** Slower series are features, not assets: months and quarters of the US economy, each from the day on which it was public. */
import { type CoreCpi, loadCoreCpi, loadUsMacro, type UsMacro } from '@noosphere/datasets';
import type { PublishedFeature } from '@noosphere/decide';
import type { Source } from '@noosphere/report';

/**
 * Days from the end of a month or quarter until its value counts. Prices are published after two weeks or so, and product for the
 * first time after four; its third estimate, which comes after three months, is nearer to what the data hold. Bills are quoted daily.
 */
export const delayDays = { prices: 42, bills: 1, product: 90 } as const;

/** Features that are compared together: those of more series are public for fewer years. */
export interface FeatureSet {
  readonly title: string;
  readonly features: readonly PublishedFeature[];
}

/** Fixed before any result was seen. */
export async function featureSets(): Promise<{
  readonly sets: readonly FeatureSet[];
  readonly sources: readonly Source[];
}> {
  const [cpi, macro] = await Promise.all([loadCoreCpi(), loadUsMacro()]);
  const inflation = inflationOf(cpi);
  return {
    sets: [
      { title: 'core inflation', features: [inflation] },
      { title: 'core inflation, bill rate, growth', features: [inflation, billsOf(macro), growthOf(macro)] },
    ],
    sources: [cpi, macro].map(({ name, source, licence, firstDate, lastDate }) => ({
      name: `${name}: ${source}`,
      licence,
      from: firstDate,
      to: lastDate,
    })),
  };
}

/** Change over a year in per cent: 100 log(x[t] / x[t - year]). */
function yearlyChange(values: Float64Array, year: number): Float64Array {
  return values.slice(year).map((value, at) => 100 * Math.log(value / (values[at] ?? Number.NaN)));
}

function inflationOf({ months, index }: CoreCpi): PublishedFeature {
  return published('core inflation', months.slice(12), yearlyChange(index, 12), {
    months: 1,
    delay: delayDays.prices,
  });
}

function billsOf({ quarters, billRate }: UsMacro): PublishedFeature {
  return published('bill rate', quarters, billRate, { months: 3, delay: delayDays.bills });
}

function growthOf({ quarters, realGdp }: UsMacro): PublishedFeature {
  return published('growth', quarters.slice(4), yearlyChange(realGdp, 4), {
    months: 3,
    delay: delayDays.product,
  });
}

/** @param starts First day of each month or quarter. */
function published(
  name: string,
  starts: readonly string[],
  values: Float64Array,
  { months, delay }: { readonly months: number; readonly delay: number },
): PublishedFeature {
  const publicFrom = starts.map((start) => dayAfter(start, months, delay));
  // The last value counts until the next one would have come.
  return { name, publicFrom, values, until: dayAfter(starts.at(-1) ?? '', 2 * months, delay - 1) };
}

/** So many months and days after the first of a month. */
export function dayAfter(start: string, months: number, days: number): string {
  const [year = 0, month = 1] = start.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1 + days)).toISOString().slice(0, 10);
}
