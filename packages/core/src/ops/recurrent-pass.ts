/** One direction of a recurrent operator, and the steps that its gradient rules share. */
import { scalar, type Tensor } from '../graph/index.js';
import { type Dim, isStatic, staticDim } from '../shape/index.js';
import { add } from './arithmetic.js';
import { concat, slice, split, zerosLike } from './joining.js';
import { expandLike, reshape, reshapeLike, squeeze, transpose, unsqueeze } from './layout.js';
import { gemm } from './matrix.js';
import { sum } from './reduce.js';

/** One direction of a recurrent operator, without the axis of directions. Sequences are in the order of time. */
export interface Pass {
  readonly operation: string;
  /** [T, N, I] */
  readonly x: Tensor;
  /** [G H, I] */
  readonly w: Tensor;
  /** [G H, H] */
  readonly r: Tensor;
  /** [2 G H]: those of W, then those of R. */
  readonly b: Tensor | undefined;
  /** [N, H] */
  readonly firstHidden: Tensor;
  readonly firstCell: Tensor;
  /** Hidden states [T, N, H]. */
  readonly h: Tensor;
  /** Gradient that reaches each hidden state [T, N, H], where any does. */
  readonly onEach: Tensor | undefined;
  /** Gradients that reach the last states [N, H]. */
  readonly onLastHidden: Tensor | undefined;
  readonly onLastCell: Tensor | undefined;
  /** Gradient that reaches the cell at each step, where sequences end at different times. */
  readonly onEachCell: Tensor | undefined;
  /** Runs from the last slice to the first. */
  readonly reverse: boolean;
  /** What the operator keeps of each step [T, N, H], where it does. */
  readonly kept: readonly Tensor[];
  /** What the native operator keeps, side by side: gates and cells [T, N, 5 H] of an LSTM; gates and the state's part of n [T, N, 4 H] of a GRU. */
  readonly reserve: Tensor | undefined;
}

/** Gradients of one direction, in the layout of `Pass`. */
export interface PassGradients {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  readonly b: Tensor | undefined;
  readonly firstHidden: Tensor;
  readonly firstCell?: Tensor;
}

/** The part of a tensor that belongs to a direction, without that axis. */
export function directionOf(tensor: Tensor, axis: number, index: number): Tensor {
  if (tensor.shape[axis] === 1) return squeeze(tensor, axis);
  return squeeze(slice(tensor, { starts: [index], ends: [index + 1], axes: [axis] }), axis);
}

/** The slice that each step of a pass reads from the step before it; `first` for the step it begins with. */
export function before(sequence: Tensor, first: Tensor, reverse: boolean): Tensor {
  const edge = unsqueeze(first, 0);
  if (sequence.shape[0] === 1) return edge;
  const kept = reverse
    ? slice(sequence, { starts: [1], ends: [endOfAxis], axes: [0] })
    : slice(sequence, { starts: [0], ends: [-1], axes: [0] });
  const joined = concat(reverse ? [kept, edge] : [edge, kept], { axis: 0 });
  return isStatic(sequence.shape) ? joined : reshapeLike(joined, sequence);
}

const endOfAxis = 2 ** 31 - 1;

/** The slice a pass ends with. */
export function lastOf(sequence: Tensor, reverse: boolean): Tensor {
  const start = reverse ? 0 : -1;
  return squeeze(slice(sequence, { starts: [start], ends: [reverse ? 1 : endOfAxis], axes: [0] }), 0);
}

/** [T, N, F] as rows [T N, F]. */
export function rowsOf(sequence: Tensor): Tensor {
  return reshape(sequence, [-1, sequence.shape[2] as Dim]);
}

/** What a scan back through time starts with, and what it is given at each step. */
export function incoming(pass: Pass): { hidden: Tensor; each: Tensor | undefined } {
  const { onEach, onLastHidden, firstHidden, reverse } = pass;
  const zero = zerosLike(firstHidden);
  if (!onEach) return { hidden: onLastHidden ?? zero, each: undefined };
  const last = lastOf(onEach, reverse);
  return {
    hidden: onLastHidden ? add(last, onLastHidden) : last,
    each: before(onEach, zero, reverse),
  };
}

/** Inputs, states before each step and ones (for the bias) side by side [T N, I + H + 1]. */
export function gateRows({ x, b }: Pass, hBefore: Tensor): Tensor {
  const one = () => expandLike(scalar(x.dtype, 1), [...x.shape.slice(0, 2), 1], [x]);
  return rowsOf(concat(b ? [x, hBefore, one()] : [x, hBefore], { axis: 2 }));
}

/**
 * The gates of all steps [T, N, H] each, from the rows against the weights laid out alike. One product a gate: their
 * results stand in one piece, where cutting those of one large product apart would copy them.
 */
export function gateProducts(
  pass: Pass,
  rows: Tensor,
  activations: readonly ((x: Tensor) => Tensor)[],
): Tensor[] {
  const { w, r, b, h } = pass;
  const columns = b ? [w, r, unsqueeze(sum(reshape(b, [2, -1]), { axes: 0 }), 1)] : [w, r];
  return split(concat(columns, { axis: 1 }), { axis: 0, parts: activations.length }).map((weights, index) => {
    const product = gemm(rows, weights, { transposeB: true });
    // Right behind the product, where the runtime makes one operator of the two.
    return reshapeLike(activations[index]?.(product) ?? product, h);
  });
}

/** Gradients of input, weights and biases, as the operator has them. */
export interface ProductGradients {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  readonly b: Tensor | undefined;
}

/** Gradients of input, weights and biases from those of all gates [T N, G H]. */
export function productGradients(pass: Pass, rows: Tensor, gates: Tensor): ProductGradients {
  const { x, w, r, b } = pass;
  const sizes = [staticDim('gradient', x.shape[2]), staticDim('gradient', r.shape[1]), ...(b ? [1] : [])];
  // The few columns stand on the left: the runtime's kernel wants the many on the right.
  const product = gemm(rows, gates, { transposeA: true });
  const [dw, dr, db] = split(product, { axis: 0, sizes }) as [Tensor, Tensor, Tensor | undefined];
  const bias = db && reshape(db, [-1]);
  return {
    x: reshapeLike(gemm(gates, w), x),
    w: transpose(dw),
    r: transpose(dr),
    b: bias && concat([bias, bias], { axis: 0 }),
  };
}

/** Gradients of weights and biases where input and state side have gate gradients of their own, each [T N, G H]. */
export function separateGradients(
  pass: Pass,
  hBefore: Tensor,
  onInput: Tensor,
  onState: Tensor,
): ProductGradients {
  return {
    x: reshapeLike(gemm(onInput, pass.w), pass.x),
    w: gemm(onInput, rowsOf(pass.x), { transposeA: true }),
    r: gemm(onState, rowsOf(hBefore), { transposeA: true }),
    b: pass.b && concat([sum(onInput, { axes: 0 }), sum(onState, { axes: 0 })], { axis: 0 }),
  };
}

export function hiddenSize({ operation, r }: Pass): number {
  return staticDim(`gradient of ${operation}`, r.shape[1]);
}
