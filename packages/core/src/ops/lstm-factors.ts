/** What a step of an LSTM's gradient multiplies with: all of it is known once the forward pass is done. */
import type { Tensor } from '../graph/index.js';
import { add, mul, sub } from './arithmetic.js';
import { concat } from './joining.js';

/** Values of the forward pass, of one step or of all. */
interface LstmValues {
  /** The gates. */
  readonly i: Tensor;
  readonly o: Tensor;
  readonly f: Tensor;
  readonly g: Tensor;
  /** f c₋ and i g, whose sum is the cell. */
  readonly kept: Tensor;
  readonly written: Tensor;
  /** tanh c */
  readonly squashed: Tensor;
  /** o tanh c */
  readonly h: Tensor;
}

/** dc/dh, dc₋/dc, and what the gradients of the gates i, o, f and g are of dc or dh. */
export type LstmFactors = readonly [p: Tensor, f: Tensor, qi: Tensor, qo: Tensor, qf: Tensor, qg: Tensor];

/** p = o (1 - tanh² c); of the gates σ' is s (1 - s) and tanh' is 1 - g². */
export function lstmFactors({ i, o, f, g, kept, written, squashed, h }: LstmValues): LstmFactors {
  return [
    sub(o, mul(h, squashed)),
    f,
    mul(written, sub(1, i)),
    mul(h, sub(1, o)),
    mul(kept, sub(1, f)),
    sub(i, mul(written, g)),
  ];
}

/**
 * One step back: the gates' gradients in ONNX's order i, o, f, g [N, 4 H], and what reaches the cell before.
 * @param onCell What reaches the cell from the step behind, and from outside.
 */
export function lstmStepBack(
  dh: Tensor,
  onCell: Tensor,
  [p, f, qi, qo, qf, qg]: LstmFactors,
): { gates: Tensor; cellBefore: Tensor } {
  const dc = add(mul(dh, p), onCell);
  return {
    gates: concat([mul(dc, qi), mul(dh, qo), mul(dc, qf), mul(dc, qg)], { axis: 1 }),
    cellBefore: mul(dc, f),
  };
}
