/**
 * LSTM and GRU in one direction, and the steps of their gradients, as the native kernels do them; named so in their own domain,
 * so the registry lists only the standard ones. Only inside CPU programs of the native executor: runtime/native puts them in.
 */
import {
  apply,
  defineOperator,
  type Inputs,
  notDifferentiable,
  type OutputInfo,
  type Tensor,
} from '../graph/index.js';
import type { Precision } from './native-product.js';

type Sizes = readonly [steps: number, batch: number, hidden: number];

interface Attributes {
  readonly sizes: readonly number[];
}

/**
 * @param gates Of a unit.
 * @param sequences Values a unit of the outputs that have steps, by their place; the others are states.
 */
function recurrentRecord(
  name: 'LSTM' | 'LSTMGradient' | 'GRU' | 'GRUGradient',
  gates: number,
  sequences: Readonly<Record<number, number>>,
  count: number,
) {
  return defineOperator({
    name,
    domain: 'noosphere.kernels',
    opset: 1,
    attributes: { sizes: 'ints', reverse: 'int', precision: 'string' },
    infer: ({ attributes: { sizes } }: { attributes: Attributes }): OutputInfo[] => {
      const [steps, batch, hidden] = sizes as Sizes;
      return Array.from({ length: count }, (_, place) => {
        const values = sequences[place];
        const shape = values === undefined ? [batch, hidden] : [steps, batch, values * hidden];
        return { dtype: 'float32' as const, shape };
      });
    },
    gradient: notDifferentiable('the native executor puts it in after differentiation'),
    flops: ({ attributes: { sizes } }: { attributes: Attributes }) => {
      const [steps, batch, hidden] = sizes as Sizes;
      return 2 * steps * batch * gates * hidden * hidden;
    },
    allOutputs: true,
    doc: `${name} of one direction; only inside CPU programs.`,
  });
}

const Lstm = recurrentRecord('LSTM', 4, { 0: 1, 3: 5 }, 4);
const LstmBack = recurrentRecord('LSTMGradient', 4, { 0: 4 }, 3);
const Gru = recurrentRecord('GRU', 3, { 0: 1, 2: 4 }, 3);
const GruBack = recurrentRecord('GRUGradient', 3, { 0: 3, 1: 3 }, 3);

export interface NativePass {
  readonly sizes: Sizes;
  readonly reverse: boolean;
  readonly precision: Precision;
}

const attributesOf = ({ sizes, reverse, precision }: NativePass) => ({
  sizes,
  reverse: reverse ? 1 : 0,
  precision,
});

/** Hidden states [T, N, H], the last [N, H], the last cell, and gates and cells [T, N, 5 H]; from what the gates get from the inputs [T, N, 4 H]. */
export function nativeLstm(
  pass: NativePass,
  inputs: readonly [fromInput: Tensor, r: Tensor, firstHidden: Tensor, firstCell: Tensor],
): Tensor[] {
  return apply(Lstm, inputs, attributesOf(pass));
}

/** Gradients of the gates [T, N, 4 H], the first hidden state and the first cell [N, H]. */
export function nativeLstmGradient(pass: NativePass, inputs: Inputs): Tensor[] {
  return apply(LstmBack, inputs, attributesOf(pass));
}

/** Hidden states [T, N, H], the last [N, H], and gates and the state's part of n [T, N, 4 H]; from what the gates get from the inputs [T, N, 3 H]. */
export function nativeGru(
  pass: NativePass,
  inputs: readonly [fromInput: Tensor, r: Tensor, firstHidden: Tensor, bias: Tensor | undefined],
): Tensor[] {
  return apply(Gru, inputs, attributesOf(pass));
}

/** Gradients of the gates on the input's side and on the state's [T, N, 3 H], and of the first hidden state [N, H]. */
export function nativeGruGradient(pass: NativePass, inputs: Inputs): Tensor[] {
  return apply(GruBack, inputs, attributesOf(pass));
}
