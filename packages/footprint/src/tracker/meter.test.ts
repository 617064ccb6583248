import { expect, test } from 'vitest';
import { energy, recording, uptime } from '../../test/trees.js';
import { footprintMeter } from './meter.js';

/** A second a frame at 50 W. */
function machine(count: number) {
  return recording(
    'intel-laptop',
    Array.from({ length: count }, (_, index) => ({
      atMs: 1000 * (index + 1),
      files: { ...energy('intel-rapl:0', 9e9 + 50e6 * (index + 1)), ...uptime(1001 + index) },
    })),
  );
}

const plan = { steps: 9, epochs: 3, stepsPerEpoch: 3, doneSteps: 0 };

test('epochs and phases are windows that add up; validation is apart', async () => {
  const host = machine(12);
  const meter = footprintMeter({ host, manual: true, memoryWattsPerGigabyte: 0 });
  meter.start(plan);
  for (let step = 1; step <= 9; step++) {
    host.next();
    meter.callback.onStep({ step });
    if (step % 3 !== 0) continue;
    host.next();
    meter.callback.onValidation({ step });
  }
  meter.callback.onEnd();
  await meter.stop();
  const { report } = meter;
  expect(report?.energyJoules).toBeCloseTo(600);
  expect(report?.windows.map(({ path, energyJoules }) => [path, Math.round(energyJoules)])).toEqual(
    [1, 2, 3].flatMap((epoch) => [
      [`epoch ${epoch}`, 200],
      [`epoch ${epoch}/train`, 150],
      [`epoch ${epoch}/validation`, 50],
    ]),
  );
  expect(meter.read()).toMatchObject({ elapsedSeconds: 12, energyJoules: expect.closeTo(600) });
});

test('without validation, stopped in the middle of an epoch, resumed before', async () => {
  const host = machine(8);
  const meter = footprintMeter({ host, manual: true, memoryWattsPerGigabyte: 0 });
  meter.start({ ...plan, doneSteps: 3 });
  for (let step = 4; step <= 8; step++) {
    host.next();
    meter.callback.onStep({ step });
  }
  await meter.stop();
  expect(meter.report?.windows.map(({ path, energyJoules }) => [path, Math.round(energyJoules)])).toEqual([
    ['epoch 2', 150],
    ['epoch 2/train', 150],
    ['epoch 3', 100],
    ['epoch 3/train', 100],
  ]);
});

test('a budget stops, and the whole is predicted on the way', () => {
  const host = machine(9);
  const meter = footprintMeter({
    host,
    manual: true,
    memoryWattsPerGigabyte: 0,
    budget: { energyJoules: 200 },
  });
  expect(meter.predict()).toBeUndefined();
  meter.start(plan);
  let step = 0;
  while (!meter.isExhausted()) {
    host.next();
    meter.callback.onStep({ step: ++step });
  }
  // Samples are taken at the ends of epochs: 150 J after 3 s, 300 J after 6 s.
  expect(step).toBe(6);
  const prediction = meter.predict();
  expect(prediction?.elapsedSeconds.value).toBeCloseTo(9);
  expect(prediction?.energyJoules.value).toBeCloseTo(450);
  const stopping = meter.predict({ scores: [2, 1], patience: 1, better: 'lower' });
  expect(stopping?.steps.value).toBeCloseTo(9);
});

test('steps of one epoch each', async () => {
  const host = machine(3);
  const meter = footprintMeter({ host, manual: true });
  meter.start({ steps: 3, epochs: 3, stepsPerEpoch: 1, doneSteps: 0 });
  for (const step of [1, 2, 3]) {
    host.next();
    meter.callback.onStep({ step });
  }
  await meter.stop();
  expect(meter.report?.windows.map(({ path }) => path)).toEqual([
    'epoch 1',
    'epoch 1/train',
    'epoch 2',
    'epoch 2/train',
    'epoch 3',
    'epoch 3/train',
  ]);
});

test('epochs of a few milliseconds are booked together, and take no samples of their own', async () => {
  const frames = Array.from({ length: 100 }, (_, index) => ({ atMs: 20 * (index + 1), files: {} }));
  const host = recording('intel-laptop', frames);
  const meter = footprintMeter({ host, manual: true });
  meter.start({ steps: 100, epochs: 100, stepsPerEpoch: 1, doneSteps: 0 });
  for (let step = 1; step <= 100; step++) {
    host.next();
    meter.callback.onStep({ step });
    meter.callback.onValidation({ step });
  }
  await meter.stop();
  const windows = meter.report?.windows ?? [];
  expect(windows.map(({ path }) => path).slice(0, 2)).toEqual(['epochs 1 to 25', 'epochs 26 to 50']);
  expect(windows.reduce((sum, { elapsedSeconds }) => sum + elapsedSeconds, 0)).toBeCloseTo(2);
});
