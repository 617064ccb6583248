/** Which components an exponential smoothing model has, and its name: ETS(M,Ad,M). */
import { ArgumentError } from '@noosphere/core';

/** N none, A additive, M multiplicative. */
export type Component = 'N' | 'A' | 'M';

export interface EtsComponents {
  readonly error: 'A' | 'M';
  readonly trend: Component;
  readonly season: Component;
  /** The trend dies away, by the factor φ a step. */
  readonly damped: boolean;
}

/** What is asked for; Z leaves the choice open. */
export interface EtsRequest {
  readonly error: 'A' | 'M' | 'Z';
  readonly trend: Component | 'Z';
  readonly season: Component | 'Z';
  readonly damped: boolean | undefined;
  readonly multiplicativeTrend: boolean;
}

/** ETS(error, trend, season) with d behind a damped trend. */
export function etsName({ error, trend, season, damped }: EtsComponents): string {
  return `ETS(${error},${trend}${damped ? 'd' : ''},${season})`;
}

/** Every combination there is. */
const combinations: readonly EtsComponents[] = (['A', 'M'] as const).flatMap((error) =>
  (['N', 'A', 'M'] as const).flatMap((trend) =>
    (['N', 'A', 'M'] as const).flatMap((season) =>
      (trend === 'N' ? [false] : [false, true]).map((damped) => ({ error, trend, season, damped })),
    ),
  ),
);

/** The components of a name that `etsName` gave. */
export function parseEtsName(operation: string, name: string): EtsComponents {
  const found = combinations.find((components) => etsName(components) === name);
  if (!found) throw new ArgumentError(operation, `expects a model such as ETS(M,Ad,M), got '${name}'`);
  return found;
}

/** Parameters that are estimated: α, β, γ, φ and the initial states, one season being given by the others. */
export function countEtsParameters({ trend, season, damped }: EtsComponents, period: number): number {
  const hasTrend = trend === 'N' ? 0 : 1;
  return 2 + 2 * hasTrend + (season === 'N' ? 0 : period) + (damped ? 1 : 0);
}

/** Reads three letters, e.g. `MAZ`. */
export function parseEtsModel(
  operation: string,
  model: string,
  damped: boolean | undefined,
  multiplicativeTrend: boolean,
): EtsRequest {
  const parts = /^([AMZ])([NAMZ])([NAMZ])$/.exec(model);
  if (!parts) {
    throw new ArgumentError(
      operation,
      `expects a model of three letters, error A, M or Z, trend and season N, A, M or Z, got '${model}'; Z leaves the choice open`,
    );
  }
  const [, error, trend, season] = parts as unknown as [string, 'A' | 'M' | 'Z', Component, Component];
  if (damped && trend === 'N') {
    throw new ArgumentError(operation, `'${model}' has no trend that could be damped; leave out damped`);
  }
  const request = { error, trend, season, damped, multiplicativeTrend: multiplicativeTrend || trend === 'M' };
  if (candidatesOf(request, { isPositive: true, hasSeason: true }).length === 0) {
    throw new ArgumentError(
      operation,
      `'${model}' is left out because its forecasts have no finite variance; an additive error goes with additive parts, and MMA does not exist`,
    );
  }
  return request;
}

/**
 * The models of a request that a series admits, in the order of statsforecast: those whose errors may divide by zero are
 * left out (A with M; MMA), as are errors and seasons that multiply where a value is zero or less.
 */
export function candidatesOf(
  request: EtsRequest,
  { isPositive, hasSeason }: { readonly isPositive: boolean; readonly hasSeason: boolean },
): EtsComponents[] {
  const trends: readonly Component[] = request.multiplicativeTrend ? ['N', 'A', 'M'] : ['N', 'A'];
  const candidates: EtsComponents[] = [];
  for (const error of pick(request.error, ['A', 'M'] as const)) {
    for (const trend of pick(request.trend, trends)) {
      for (const season of hasSeason ? pick(request.season, ['N', 'A', 'M'] as const) : ['N' as const]) {
        for (const damped of request.damped === undefined ? [true, false] : [request.damped]) {
          if (damped && trend === 'N') continue;
          if (error === 'A' && (trend === 'M' || season === 'M')) continue;
          if (error === 'M' && trend === 'M' && season === 'A') continue;
          if (!isPositive && (error === 'M' || season === 'M' || trend === 'M')) continue;
          candidates.push({ error, trend, season, damped });
        }
      }
    }
  }
  return candidates;
}

function pick<T extends string>(asked: T | 'Z', all: readonly T[]): readonly T[] {
  return asked === 'Z' ? all : [asked];
}
