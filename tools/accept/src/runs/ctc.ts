/**
 * Connectionist temporal classification: loss and gradient next to PyTorch's, then sequences of spoken digits, whose
 * errors on takes that were never trained on are told in the notes.
 */

import { compareWithTorch } from '../ctc-batches.js';
import { recognizeDigits } from '../ctc-digits.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

export const ctc: AcceptanceRun = {
  name: 'ctc',
  metric:
    "largest relative difference of loss and gradient to PyTorch's on 200 random batches (the sequence error on spoken digits is in the notes)",
  bar: { is: '<=', value: 1e-4 },
  run,
};

async function run(context: RunContext): Promise<Measured> {
  const compared = await compareWithTorch(context);
  for (const note of compared.notes) context.say(note);
  const recognized = await recognizeDigits(context);
  return {
    value: compared.largest,
    artifacts: [...compared.artifacts, ...recognized.artifacts],
    notes: [...compared.notes, ...recognized.notes],
  };
}
