/** Ensemble selection: members are picked greedily, with repetition. Caruana et al. 2004. */

export interface GreedyPick {
  /** Place of the member among the forecasts. */
  readonly chosen: number;
  /** Error of the mean of all picks so far. */
  readonly error: number;
}

/** Error of a forecast that is given by place. */
type ErrorOf = (forecastAt: (place: number) => number) => number;

/** So many picks, each the member that makes the mean of all picked best; of equals the first. */
export function greedyPicks(
  forecasts: readonly ArrayLike<number>[],
  errorOf: ErrorOf,
  count: number,
): GreedyPick[] {
  const sum = new Float64Array(forecasts[0]?.length ?? 0);
  return Array.from({ length: count }, (_, index) => {
    const errors = forecasts.map((forecast) =>
      errorOf((place) => ((sum[place] as number) + (forecast[place] as number)) / (index + 1)),
    );
    const chosen = errors.reduce(
      (first, error, member) => (error < (errors[first] as number) ? member : first),
      0,
    );
    const forecast = forecasts[chosen] ?? [];
    for (let place = 0; place < sum.length; place++)
      sum[place] = (sum[place] as number) + (forecast[place] as number);
    return { chosen, error: errors[chosen] as number };
  });
}

/** How often each member stands among the picks. */
export function countPicks(picks: readonly GreedyPick[], members: number): number[] {
  const counts = new Array<number>(members).fill(0);
  for (const { chosen } of picks) counts[chosen] = (counts[chosen] as number) + 1;
  return counts;
}
