import { normalQuantile } from '@noosphere/base';
import { describe, expect, test } from 'vitest';
import { recording } from '../../test/trees.js';
import { calibrate, estimateWork } from '../tracker/calibrate.js';
import { type Progress, predictRun } from './predict-run.js';
import { predictStop } from './predict-stop.js';

/** A small generator (mulberry32) and normal draws from it. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Steps of 10 ms with noise that lasts, a slow first step, and hiccups. */
function training(seed: number, steps: number): Progress[] {
  const normal = normals(seed);
  let [elapsed, load] = [0, 0];
  const progress: Progress[] = [{ step: 0, elapsedSeconds: 0, energyJoules: 0 }];
  for (let step = 1; step <= steps; step++) {
    load = 0.98 * load + 0.02 * normal();
    elapsed += Math.max(0.004, 0.01 * (1 + load + 0.1 * normal())) + (step === 1 ? 0.5 : 0);
    progress.push({ step, elapsedSeconds: elapsed, energyJoules: 20 * elapsed });
  }
  return progress;
}

describe('the end of a run', () => {
  test('constant steps are told exactly, the warm-up left out', () => {
    const progress = [
      { step: 0, elapsedSeconds: 0, energyJoules: 0 },
      ...[1, 2, 3, 4, 5].map((step) => ({ step, elapsedSeconds: 3 + step, energyJoules: 10 * (3 + step) })),
    ];
    const { elapsedSeconds, energyJoules, carbonKilograms } = predictRun(progress, { totalSteps: 105 });
    expect(elapsedSeconds.value).toBeCloseTo(108);
    expect(energyJoules.value).toBeCloseTo(1080);
    expect(carbonKilograms).toBeNull();
  });

  test('150 runs at four moments: the median is within 3 %, the interval of 90 % holds 85 % at least', () => {
    const errors: number[] = [];
    let covered = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const whole = training(seed, 2000);
      const truth = whole.at(-1)?.elapsedSeconds ?? 0;
      for (const share of [0.02, 0.1, 0.3, 0.6]) {
        const seen = whole.slice(0, Math.ceil(share * whole.length));
        const { value, range } = predictRun(seen, { totalSteps: 2000 }).elapsedSeconds;
        errors.push(Math.abs(value - truth) / truth);
        if (truth >= range[0] && truth <= range[1]) covered++;
      }
    }
    errors.sort((a, b) => a - b);
    expect(errors[errors.length / 2]).toBeLessThan(0.03);
    expect(covered / errors.length).toBeGreaterThan(0.85);
  });

  test('a run that may stop early has its low end there', () => {
    const progress = [0, 10, 20, 30].map((step) => ({ step, elapsedSeconds: step, energyJoules: step }));
    const stopSteps = { value: 80, range: [50, 100] as const };
    const { elapsedSeconds } = predictRun(progress, { totalSteps: 100, stopSteps });
    expect(elapsedSeconds.value).toBeCloseTo(80);
    expect(elapsedSeconds.range[0]).toBeLessThan(50);
    expect(elapsedSeconds.range[0]).toBeGreaterThan(40);
    expect(elapsedSeconds.range[1]).toBeGreaterThan(100);
  });

  test('refused: too few moments, steps that fall, a total behind', () => {
    const at = (step: number) => ({ step, elapsedSeconds: step, energyJoules: 0 });
    expect(() => predictRun([at(1), at(2)], { totalSteps: 9 })).toThrow('at least three moments');
    expect(() => predictRun([at(1), at(3), at(2)], { totalSteps: 9 })).toThrow('rising steps');
    expect(() => predictRun([at(1), at(2), at(3)], { totalSteps: 2 })).toThrow('totalSteps of 3 or more');
  });

  test('quantiles of the normal distribution are the tables’', () => {
    expect([0.5, 0.95, 0.975, 0.999, 0.01].map(normalQuantile)).toEqual([
      expect.closeTo(0, 8),
      expect.closeTo(1.644853627, 6),
      expect.closeTo(1.959963985, 6),
      expect.closeTo(3.090232306, 6),
      expect.closeTo(-2.326347874, 6),
    ]);
  });
});

describe('early stopping', () => {
  test('with patience 1 the end is the first miss: a geometric distribution by hand', () => {
    // Two epochs, one improvement: chance (1 + 1) / (2 + 2) = 1/2. Ends after 3, 4 or at 5: 1/2, 1/4, 1/4.
    const { value, range } = predictStop({ scores: [2, 1], patience: 1, maxEpochs: 5 });
    expect(value).toBeCloseTo(3 / 2 + 4 / 4 + 5 / 4);
    expect(range).toEqual([3, 5]);
  });

  test('one epoch before the end of its patience it ends soon; after it, it has ended', () => {
    const scores = [0.5, 0.9, 0.8, 0.7];
    expect(predictStop({ scores, patience: 3, maxEpochs: 50, better: 'higher' }).range[0]).toBe(5);
    expect(predictStop({ scores, patience: 2, maxEpochs: 50, better: 'higher' })).toEqual({
      value: 4,
      range: [4, 4],
    });
  });
});

describe('calibration', () => {
  test('times any work; rates follow', async () => {
    let calls = 0;
    const calibration = await calibrate(
      async () => {
        calls++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { flops: 5e6, bytes: 1e6 };
      },
      { seconds: 0.05, host: recording('virtual-machine') },
    );
    expect(calibration.calls).toBe(calls - 1);
    expect(calibration.secondsPerCall).toBeGreaterThan(0.004);
    expect(calibration.flopsPerSecond / calibration.bytesPerSecond).toBeCloseTo(5);
  });

  test('time is the slower of arithmetic and memory', () => {
    const rates = { flopsPerSecond: 1e9, bytesPerSecond: 1e9, powerWatts: 10 };
    expect(estimateWork({ flops: 2e9, bytes: 1e9 }, rates).elapsedSeconds.value).toBe(2);
    expect(estimateWork({ flops: 1e9, bytes: 4e9 }, rates).energyJoules).toEqual({
      value: 40,
      range: [20, 240],
    });
    expect(() => estimateWork({ flops: -1, bytes: 0 }, rates)).toThrow('expected counts from 0');
  });
});
