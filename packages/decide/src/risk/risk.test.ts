import { describe, expect, test } from 'vitest';
import goldens from '../goldens/risk.json' with { type: 'json' };
import { logReturns, simpleReturns } from '../moments/index.js';
import {
  conditionalCoverageTest,
  conditionalDrawdown,
  correlationBreakdown,
  diversificationRatio,
  drawdowns,
  effectiveBets,
  ewmaVolatility,
  garchVolatility,
  historicalStress,
  independenceTest,
  kupiecTest,
  maximumDrawdown,
  minimumVarianceHedge,
  monteCarloRisk,
  pinballLoss,
  rollingTailRisk,
  simulateReturns,
  stressTest,
  type TailMethod,
  tailRisk,
  trafficLight,
} from './index.js';

// Expected numbers: SciPy and the papers' formulas in NumPy, tools/goldens/risk.py.
const returns = Float64Array.from(goldens.returns);
const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

describe('returns and volatility', () => {
  test('both returns by hand, and prices that cannot be', () => {
    expect(Array.from(simpleReturns([4, 5, 4]))).toEqual([0.25, expect.closeTo(-0.2, 12)]);
    expect(logReturns([1, Math.E])[0]).toBeCloseTo(1, 12);
    expect(() => simpleReturns([1, -2])).toThrow('prices[1] must be positive');
  });

  test('a GARCH does not see the unit of the returns', () => {
    const [plain, percent] = [garchVolatility(returns), garchVolatility(returns.map((value) => 100 * value))];
    expect(relative(percent.alpha, plain.alpha)).toBeLessThan(1e-5);
    expect(relative(percent.omega, 1e4 * plain.omega)).toBeLessThan(1e-4);
    expect(percent.logLikelihood).toBeCloseTo(plain.logLikelihood - 600 * Math.log(100), 6);
    expect(relative(percent.ahead(5)[4] ?? 0, 100 * (plain.ahead(5)[4] ?? 0))).toBeLessThan(1e-5);
  });

  test('exponential weights by hand: σ² = λ σ² + (1 - λ) e²', () => {
    const { volatility, mean, ahead } = ewmaVolatility(returns, { decay: 0.9 });
    const last = 0.9 * (volatility[599] ?? 0) ** 2 + 0.1 * ((returns[599] ?? 0) - mean) ** 2;
    expect(relative(ahead(3)[2] ?? 0, Math.sqrt(last))).toBeLessThan(1e-10);
    expect(() => garchVolatility(new Float64Array(60).fill(0.1))).toThrow('no volatility');
  });
});

describe('tail risk', () => {
  test.each(goldens.parametric)("SciPy's distributions at $level", ({ level, normal, t, cornishFisher }) => {
    const cases: readonly (readonly [TailMethod, readonly number[], number])[] = [
      ['normal', normal, 1e-8],
      ['t', t, 1e-4],
      ['cornish-fisher', cornishFisher, 1e-6],
    ];
    for (const [method, [risk = 0, shortfall = 0], tolerance] of cases) {
      const found = tailRisk(returns, { method, level });
      expect(relative(found.valueAtRisk, risk)).toBeLessThan(tolerance);
      expect(relative(found.expectedShortfall, shortfall)).toBeLessThan(tolerance);
    }
  });

  test('historical by hand: of -10 … 9 at 90 %, the mean of the worst two', () => {
    const hand = Float64Array.from({ length: 20 }, (_, at) => at - 10);
    const { valueAtRisk, expectedShortfall } = tailRisk(hand, { level: 0.9 });
    // Rank 21 · 0.1 = 2.1, counted from the worst.
    expect(valueAtRisk).toBeCloseTo(8.9, 12);
    expect(expectedShortfall).toBeCloseTo(9.5, 12);
  });

  test('of values that are alike, 5 % fall below the value at risk at 95 %, also of few', () => {
    const random = simulateReturns([0], [Float64Array.of(1)], {
      draws: 30 * 20_000,
      seed: 2,
    })[0] as Float64Array;
    let below = 0;
    for (let at = 0; at < random.length; at += 30) {
      const { valueAtRisk } = tailRisk(random.subarray(at, at + 29));
      if (-(random[at + 29] ?? 0) > valueAtRisk) below++;
    }
    // Standard error 0.0015.
    expect(Math.abs(below / 20_000 - 0.05)).toBeLessThan(0.004);
  });

  test('filtered risk is that of the residuals at the next volatility: twice as high after a storm', () => {
    const calm = tailRisk(returns, { method: 'filtered-ewma' });
    const storm = Float64Array.from(returns, (value, at) => (at < 580 ? value : 5 * value));
    expect(tailRisk(storm, { method: 'filtered-ewma' }).valueAtRisk).toBeGreaterThan(2 * calm.valueAtRisk);
    const { mean, standardized, ahead } = garchVolatility(returns, { asymmetric: true });
    const { valueAtRisk } = tailRisk(returns, { method: 'filtered-gjr' });
    const [next = 0] = ahead(1);
    expect(valueAtRisk).toBeCloseTo(next * tailRisk(standardized).valueAtRisk - mean, 12);
  });

  test('Monte Carlo comes near the closed form, and a seed repeats', () => {
    const covariance = [Float64Array.of(4e-4, 1e-4), Float64Array.of(1e-4, 1e-4)];
    const weights = [0.5, 0.5];
    const deviation = Math.sqrt(0.25 * 4e-4 + 0.25 * 1e-4 + 0.5 * 1e-4);
    const normal = monteCarloRisk(weights, [0, 0], covariance, { draws: 200_000, seed: 1 });
    expect(relative(normal.valueAtRisk, 1.6448536 * deviation)).toBeLessThan(0.01);
    // t with 5 degrees of freedom and this variance: quantile 2.0150484 √(3/5).
    const heavy = monteCarloRisk(weights, [0, 0], covariance, { draws: 200_000, seed: 1, distribution: 't' });
    expect(relative(heavy.valueAtRisk, 2.0150484 * Math.sqrt(0.6) * deviation)).toBeLessThan(0.015);
    const draw = () => simulateReturns([0, 0], covariance, { draws: 5, seed: 9 });
    expect(draw()).toEqual(draw());
  });

  test.each<TailMethod>(['historical', 't', 'filtered-ewma', 'filtered-gjr'])(
    '%s, rolling, sees only the past',
    (method) => {
      const options = { method, window: 200, refitEvery: 50 };
      const whole = rollingTailRisk(returns, options);
      const changed = returns.slice();
      changed.fill(0.5, 400);
      const other = rollingTailRisk(changed, options);
      expect(other.valueAtRisk.slice(0, 201)).toEqual(whole.valueAtRisk.slice(0, 201));
      expect(other.valueAtRisk.slice(201)).not.toEqual(whole.valueAtRisk.slice(201));
      expect(whole.exceeded.length).toBe(400);
      for (const [day, flag] of whole.exceeded.entries()) {
        expect(flag === 1).toBe(-(returns[day + 200] ?? 0) > (whole.valueAtRisk[day] ?? 0));
      }
    },
  );

  test('what makes no sense is refused', () => {
    expect(() => tailRisk(returns, { level: 95 })).toThrow('between 0 and 1');
    expect(() => tailRisk(Float64Array.of(1))).toThrow('at least 10');
    expect(() => tailRisk(returns, { method: 'magic' as TailMethod })).toThrow('historical, normal');
    expect(() => rollingTailRisk(returns, { window: 600 })).toThrow('shorter window');
    expect(() => tailRisk(returns.with(3, Number.NaN))).toThrow('returns[3]');
  });
});

describe('tests of forecasts', () => {
  test.each(goldens.coverage)('case %#', ({ exceeded, probability, kupiec, independence, conditional }) => {
    const level = 1 - probability;
    for (const [found, expected] of [
      [kupiecTest(exceeded, level), kupiec],
      [independenceTest(exceeded), independence],
      [conditionalCoverageTest(exceeded, level), conditional],
    ] as const) {
      expect(found.statistic).toBeCloseTo(expected.statistic, 8);
      expect(found.probability).toBeCloseTo(expected.probability, 8);
    }
  });

  test("Basel's table: 250 days at 99 %", () => {
    const light = (exceptions: number) => {
      const { zone, multiplierIncrease } = trafficLight(
        Uint8Array.from({ length: 250 }, (_, day) => (day < exceptions ? 1 : 0)),
      );
      return [zone, multiplierIncrease];
    };
    expect([0, 4].map(light)).toEqual([
      ['green', 0],
      ['green', 0],
    ]);
    expect([5, 6, 7, 8, 9].map((count) => light(count)[1])).toEqual([0.4, 0.5, 0.65, 0.75, 0.85]);
    expect([9, 10, 20].map((count) => light(count)[0])).toEqual(['yellow', 'red', 'red']);
  });

  test('pinball loss by hand, and least at the quantile', () => {
    expect(pinballLoss([-0.03, 0.01], [0.02, 0.02], 0.95)).toBeCloseTo((0.95 * 0.01 + 0.05 * 0.03) / 2, 12);
    const { valueAtRisk } = tailRisk(returns);
    const at = (shift: number) => pinballLoss(returns, new Float64Array(600).fill(valueAtRisk + shift), 0.95);
    expect(at(0)).toBeLessThan(at(0.005));
    expect(at(0)).toBeLessThan(at(-0.005));
    expect(() => kupiecTest([0, 2], 0.95)).toThrow('exceeded[1]');
  });
});

describe('drawdown, stress, hedges, diversification', () => {
  test('drawdowns by hand', () => {
    const path = Float64Array.of(0.25, -0.2, -0.5, 1, 2);
    expect(Array.from(drawdowns(path), (depth) => Number(depth.toFixed(10)))).toEqual([0, 0.2, 0.6, 0.2, 0]);
    expect(maximumDrawdown(path)).toEqual({
      depth: expect.closeTo(0.6, 10),
      peak: 0,
      trough: 2,
      recovery: 4,
    });
    expect(conditionalDrawdown(path, 0.6)).toBeCloseTo((0.6 + 0.2) / 2, 10);
    expect(maximumDrawdown(Float64Array.of(0.1)).recovery).toBeUndefined();
    expect(maximumDrawdown(Float64Array.of(-0.5)).peak).toBe(-1);
  });

  test('stress: shocks and the worst times that were', () => {
    const [worst, best] = stressTest(
      [0.6, 0.4],
      [
        { name: 'mild', shocks: [-0.1, 0] },
        { name: 'hard', shocks: [-0.5, -0.1], probability: 0.02 },
      ],
    );
    expect(worst).toMatchObject({
      name: 'hard',
      portfolioReturn: expect.closeTo(-0.34, 12),
      probability: 0.02,
    });
    expect(best?.name).toBe('mild');
    const table = [Float64Array.of(-0.1, -0.1, 0.5, -0.3), Float64Array.of(0, 0, 0, 0)];
    const times = historicalStress([0.5, 0.5], table, { window: 2, count: 3 });
    expect(times.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(times[0]?.portfolioReturn).toBeCloseTo(-0.095, 12);
    expect(() => stressTest([1], [{ name: 'x', shocks: [1, 2] }])).toThrow("shocks of 'x'");
  });

  test("hedge ratios, errors and R² of NumPy's least squares", () => {
    const { hedge, single } = goldens;
    const asset = Float64Array.from(hedge.asset);
    const hedges = hedge.hedges.map((column) => Float64Array.from(column));
    const found = minimumVarianceHedge(asset, hedges);
    for (const [at, ratio] of hedge.ratios.entries()) {
      expect(found.ratios[at]).toBeCloseTo(ratio, 10);
      expect(found.standardErrors[at]).toBeCloseTo(hedge.errors[at] ?? 0, 10);
    }
    expect(found.intercept).toBeCloseTo(hedge.intercept, 12);
    expect(found.effectiveness).toBeCloseTo(hedge.determination, 10);
    expect(minimumVarianceHedge(asset, hedges.slice(0, 1)).ratios[0]).toBeCloseTo(single, 10);
    const twice = [hedges[0], hedges[0]] as Float64Array[];
    expect(() => minimumVarianceHedge(asset, twice)).toThrow('leave it out');
  });

  test('diversification: equal and uncorrelated, and one factor', () => {
    const apart = [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0), Float64Array.of(0, 0, 1)];
    const thirds = [1 / 3, 1 / 3, 1 / 3];
    expect(diversificationRatio(thirds, apart)).toBeCloseTo(Math.sqrt(3), 10);
    expect(effectiveBets(thirds, apart)).toBeCloseTo(3, 10);
    const together = apart.map(() => Float64Array.of(1, 1, 1));
    expect(diversificationRatio(thirds, together)).toBeCloseTo(1, 10);
    expect(effectiveBets(thirds, together)).toBeCloseTo(1, 6);
  });

  test('a crisis of volatility alone is no breakdown, one of the relation is', () => {
    const noise = simulateReturns([0, 0], [Float64Array.of(1, 0), Float64Array.of(0, 1)], {
      draws: 2000,
      seed: 4,
    });
    const [common, own] = noise as [Float64Array, Float64Array];
    const crisis = Uint8Array.from(common, (_, row) => (row >= 1500 ? 1 : 0));
    const first = common.map((value, row) => value * (row >= 1500 ? 4 : 1));
    const same = correlationBreakdown(
      first,
      first.map((value, row) => 0.5 * value + (own[row] ?? 0)),
      { crisis },
    );
    expect(same.crisis).toBeGreaterThan(same.calm + 0.3);
    expect(same.probability).toBeGreaterThan(0.05);
    const changed = first.map((value, row) => (row >= 1500 ? 2 : 0.2) * value + (own[row] ?? 0));
    expect(correlationBreakdown(first, changed, { crisis }).probability).toBeLessThan(1e-6);
  });
});
