import { expect, it } from 'vitest';
import { progress } from './progress.js';

const plan = { steps: 4, epochs: 1, stepsPerEpoch: 4, doneSteps: 0 };
const stepOf = (step: number) => ({ step, loss: 1 / step, metrics: {}, learningRate: 0.001 });

function linesOf(run: (callback: ReturnType<typeof progress>) => void, everyMs = 0): string[] {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text.trimEnd()) };
  run(progress({ stream, everyMs, label: 'digits' }));
  return lines;
}

it('shows a validation with the steps that follow, and the one behind the last step', () => {
  const lines = linesOf((callback) => {
    callback.onStart?.(plan);
    for (let step = 1; step <= 4; step++) {
      callback.onStep?.(stepOf(step));
      if (step % 2 === 0) callback.onValidation?.({ step, metrics: { loss: step / 8 }, isBest: true });
    }
    callback.onEnd?.('finished');
  });
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^digits {3}25 % {2}step 1\/4 .* left {2}loss 1\.000$/);
  expect(lines[2]).toContain('validation loss 0.2500');
  expect(lines[4]).toContain('step 4/4');
  expect(lines[4]).toContain('validation loss 0.5000');
});

it('says why a fit ended early, with the validation that ended it', () => {
  const lines = linesOf((callback) => {
    callback.onStart?.(plan);
    callback.onStep?.(stepOf(1));
    callback.onStep?.(stepOf(2));
    callback.onValidation?.({ step: 2, metrics: { loss: 0.25 }, isBest: false });
    callback.onEnd?.('early stopping');
  }, 1e6);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/step 2\/4 .*validation loss 0\.2500 {2}\(early stopping\)$/);
});

it('says why a fit ended before its first step', () => {
  const lines = linesOf((callback) => {
    callback.onStart?.(plan);
    callback.onEnd?.('aborted');
  });
  expect(lines).toEqual(['digits  (aborted)']);
});
