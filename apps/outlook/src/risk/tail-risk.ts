/** Tail risk of one holding, and how its forecasts did day by day. */

import { csvText } from '@noosphere/command-line';
import {
  conditionalCoverageTest,
  garchVolatility,
  kupiecTest,
  maximumDrawdown,
  pinballLoss,
  type RollingTailRisk,
  rollingTailRisk,
  type TailMethod,
  tailRisk,
  trafficLight,
} from '@noosphere/decide';
import { type Period, rowsFor } from '../period.js';

/** Share of the periods in which less is lost. */
export const level = 0.95;
/** Rows that each forecast looks back on: four years, or half of what there is. */
export function windowFor(rows: number, period: Period): number {
  return Math.min(Math.max(leastWindow, rowsFor(1000, period)), Math.floor(rows / 2));
}
/** Fewer returns tell nothing of their tail. */
const leastWindow = 100;
/** Trading days between estimates of parameters: a quarter. */
const refitEvery = 63;
/** Below this, a method is rejected. */
const significance = 0.05;

/** Fixed before any test was seen: the first is the one whose risk is stated. */
export const methods = [
  'filtered-garch',
  'filtered-ewma',
  'historical',
  'normal',
] as const satisfies readonly TailMethod[];
export const chosenMethod: TailMethod = methods[0];
export const methodTitles: Readonly<Record<(typeof methods)[number], string>> = {
  'filtered-garch': 'filtered by GARCH',
  'filtered-ewma': 'filtered by EWMA',
  historical: 'historical',
  normal: 'normal',
};

/** A series whose risk is looked at: an asset, or the portfolio of equal parts. */
export interface Holding {
  readonly name: string;
  readonly returns: Float64Array;
}

/** How a method did on one holding. */
export interface MethodTest {
  readonly holding: string;
  readonly method: (typeof methods)[number];
  readonly periods: number;
  readonly exceptions: number;
  readonly kupiec: number;
  readonly christoffersen: number;
  readonly zone: string;
  readonly pinball: number;
  readonly rolling: RollingTailRisk;
}

export function holdingRisk({ name, returns }: Holding, window: number, { perYear }: Period) {
  const recent = returns.subarray(Math.max(0, returns.length - window));
  const { valueAtRisk, expectedShortfall } = tailRisk(recent, { method: chosenMethod, level });
  const { ahead } = garchVolatility(recent, { asymmetric: true, distribution: 't' });
  return {
    name,
    volatility: (ahead(1)[0] ?? Number.NaN) * Math.sqrt(perYear),
    valueAtRisk,
    expectedShortfall,
    deepestFall: maximumDrawdown(returns).depth,
  };
}

export function methodTests({ name, returns }: Holding, window: number, period: Period): MethodTest[] {
  return methods.map((method) => {
    const rolling = rollingTailRisk(returns, {
      method,
      level,
      window,
      refitEvery: rowsFor(refitEvery, period),
    });
    const { from, valueAtRisk, exceeded } = rolling;
    const later = returns.subarray(from);
    return {
      holding: name,
      method,
      periods: later.length,
      exceptions: exceeded.reduce((sum, each) => sum + each, 0),
      kupiec: kupiecTest(exceeded, level).probability,
      christoffersen: conditionalCoverageTest(exceeded, level).probability,
      zone: trafficLight(exceeded, level).zone,
      pinball: pinballLoss(later, valueAtRisk, level),
      rolling,
    };
  });
}

export function methodSummary(method: (typeof methods)[number], tests: readonly MethodTest[]) {
  const own = tests.filter((test) => test.method === method);
  const sum = (of: (test: MethodTest) => number) => own.reduce((total, test) => total + of(test), 0);
  return {
    method,
    count: own.length,
    share: sum(({ exceptions }) => exceptions) / sum(({ periods }) => periods),
    rejected: own.filter(({ kupiec }) => kupiec < significance).length,
    clustered: own.filter(({ christoffersen }) => christoffersen < significance).length,
    lit: own.filter(({ zone }) => zone !== 'green').length,
    pinball: sum(({ pinball }) => pinball) / own.length,
  };
}

/** The forecast value at risk of each day, holding by holding, by the chosen method. */
export function valueAtRiskCsv(tests: readonly MethodTest[], dates: readonly string[]): string {
  const own = tests.filter(({ method }) => method === chosenMethod);
  const { from, valueAtRisk } = own[0]?.rolling ?? { from: 0, valueAtRisk: new Float64Array() };
  return csvText(
    ['date', ...own.map(({ holding }) => holding)],
    // Return k is known on day k + 1.
    Array.from(valueAtRisk, (_, day) => [
      dates[from + day + 1] ?? '',
      ...own.map(({ rolling }) => rolling.valueAtRisk[day] ?? Number.NaN),
    ]),
  );
}
