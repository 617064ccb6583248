/** Every loss against PyTorch in float64: values and gradients. The cases are data in `goldens/`. */
import { logSoftmax, type Tensor } from '@noosphere/core';
import { describe, test } from 'vitest';
import { checkCase, type GoldenCall, type GoldenCase, readCases } from '../../test/golden-cases.js';
import * as losses from './index.js';

const functions: Readonly<Record<string, unknown>> = {
  ...losses,
  // PyTorch's gradient of ctc_loss is that behind its log_softmax.
  ctcOfLogits: (logits: Tensor, ...rest: [Tensor, losses.CtcLengths, losses.CtcOptions]) =>
    losses.ctcLoss(logSoftmax(logits), ...rest),
};

const call =
  (golden: GoldenCase): GoldenCall =>
  (values) => {
    const loss = functions[golden.function ?? ''];
    if (typeof loss !== 'function') throw new Error(`there is no loss ${golden.function}`);
    return { '': loss(...values) };
  };

for (const file of ['losses', 'ctc']) {
  describe(file, () => {
    for (const golden of readCases(new URL(`goldens/${file}.json`, import.meta.url)))
      test(golden.name, () => checkCase(golden, call(golden)));
  });
}
