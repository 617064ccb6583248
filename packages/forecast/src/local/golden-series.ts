/** Series of the goldens, for tests. */
import series from '../goldens/local-series.json' with { type: 'json' };

export function seriesNamed(name: string): { readonly y: Float64Array; readonly season: number } {
  const found = series[name as keyof typeof series];
  if (!found) throw new Error(`no golden series '${name}'`);
  return { y: Float64Array.from(found.y), season: found.season };
}
