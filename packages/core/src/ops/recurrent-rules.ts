/**
 * Gradients of LSTM, GRU and RNN in one direction. All that does not depend on the incoming gradient is computed for
 * every step at once, in large operators; only the rest runs step by step, in a scan with as few operators as possible;
 * the weights' gradients are one product over all steps afterwards.
 */
import type { Tensor } from '../graph/index.js';
import { sigmoid } from './activations.js';
import { add, mul, sub } from './arithmetic.js';
import { greater } from './comparison.js';
import { type ScanStep, scan } from './control.js';
import { concat, split, zerosLike } from './joining.js';
import { cast, reshapeLike } from './layout.js';
import { lstmFactors, lstmStepBack } from './lstm-factors.js';
import { gemm } from './matrix.js';
import {
  before,
  gateProducts,
  gateRows,
  hiddenSize,
  incoming,
  type Pass,
  type PassGradients,
  productGradients,
  rowsOf,
  separateGradients,
} from './recurrent-pass.js';
import { tanh } from './unary.js';

/** A scan step's result, shortly. */
const step = (state: readonly Tensor[], outputs: readonly Tensor[]): ScanStep => ({ state, outputs });

export interface LstmGates {
  /** Of the gates i, o, f, g [T, N, 4 H]. */
  readonly gates: Tensor;
  readonly firstHidden: Tensor;
  readonly firstCell: Tensor;
}

/** LSTM: a step back through factors that the forward values decide, and dh₋ = gates R. */
export function lstmGateGradients(pass: Pass): LstmGates {
  const { h, r, onLastCell, onEachCell, firstHidden, firstCell, reverse } = pass;
  const rows = gateRows(pass, before(h, firstHidden, reverse));
  const activations = [sigmoid, sigmoid, sigmoid, tanh];
  const [i, o, f, g] = gateProducts(pass, rows, activations) as [Tensor, Tensor, Tensor, Tensor];
  const written = mul(i, g);
  const cells = scan(
    ([c], [ft, wt]) => {
      const stays = mul(ft, c);
      return step([add(stays, wt)], [stays]);
    },
    { state: [firstCell], sequences: [f, written], reverse },
  );
  const kept = cells.outputs[0] as Tensor;
  const squashed = tanh(add(kept, written));
  const { hidden, each } = incoming(pass);
  const back = scan(
    ([dh, dc], [p, ft, qi, qo, qf, qg, ...extra]) => {
      const onCell = extra[each ? 1 : 0];
      const factors = [p, ft, qi, qo, qf, qg] as const;
      const { gates, cellBefore } = lstmStepBack(dh, onCell ? add(dc, onCell) : dc, factors);
      return step([gemm(gates, r, each ? { c: extra[0] as Tensor } : {}), cellBefore], [gates]);
    },
    {
      state: [hidden, onLastCell ?? zerosLike(firstCell)],
      sequences: [
        ...lstmFactors({ i, o, f, g, kept, written, squashed, h }),
        ...(each ? [each] : []),
        ...(onEachCell ? [onEachCell] : []),
      ],
      reverse: !reverse,
    },
  );
  const [onHidden, onCellBefore] = back.state as [Tensor, Tensor];
  return { gates: back.outputs[0] as Tensor, firstHidden: onHidden, firstCell: onCellBefore };
}

/** Σ of what a cell passes straight to the state before it and what the product with R gives back. */
function throughProduct(gates: Tensor, r: Tensor, straight: Tensor, each: Tensor | undefined): Tensor {
  const back = gemm(gates, r, { c: straight });
  return each ? add(back, each) : back;
}

/** The parts of GRU gates in ONNX's order z, r, n, shaped like the hidden states. */
function gruGates(product: Tensor, h: Tensor, size: number): [Tensor, Tensor, Tensor] {
  return split(product, { axis: 1, sizes: [size, size, size] }).map((part) => reshapeLike(part, h)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
}

/** A bias [2 G H] as [G H] of the input side and of the state side. */
function biasParts(b: Tensor | undefined): [Tensor | undefined, Tensor | undefined] {
  if (!b) return [undefined, undefined];
  return split(b, { axis: 0, parts: 2 }) as [Tensor, Tensor];
}

/** Products of all steps with the input's weights and with the state's. */
function separateProducts(pass: Pass, hBefore: Tensor): { fromInput: Tensor; fromState: Tensor } {
  const [inputBias, stateBias] = biasParts(pass.b);
  return {
    fromInput: gemm(rowsOf(pass.x), pass.w, { c: inputBias, transposeB: true }),
    fromState: gemm(rowsOf(hBefore), pass.r, { c: stateBias, transposeB: true }),
  };
}

export interface GruGates {
  /** Of the gates z, r, n on the input's side and on the state's [T, N, 3 H]. */
  readonly inputGates: Tensor;
  readonly stateGates: Tensor;
  readonly firstHidden: Tensor;
}

/**
 * GRU with the product before the reset, PyTorch's: n = tanh(W x + r s), s = R h₋ + b. Every gate's gradient is dh times
 * a factor known beforehand: a step is gates = (dh, dh, dh) Q and dh₋ = gates R + dh z.
 */
export function gruGateGradients(pass: Pass): GruGates {
  const { h, r: weights, firstHidden, reverse } = pass;
  const size = hiddenSize(pass);
  const hBefore = before(h, firstHidden, reverse);
  const { fromInput, fromState } = separateProducts(pass, hBefore);
  const [xz, xr, xn] = gruGates(fromInput, h, size);
  const [sz, sr, s] = gruGates(fromState, h, size);
  const z = sigmoid(add(xz, sz));
  const r = sigmoid(add(xr, sr));
  const n = tanh(add(xn, mul(r, s)));
  const onCandidate = mul(sub(1, z), sub(1, mul(n, n)));
  const onUpdate = mul(mul(sub(hBefore, n), z), sub(1, z));
  const onState = mul(onCandidate, r);
  const onReset = mul(mul(onState, s), sub(1, r));
  const q = concat([onUpdate, onReset, onState], { axis: 2 });
  const { hidden, each } = incoming(pass);
  const back = scan(
    ([dh], [qt, zt, ...extra]) => {
      const gates = mul(concat([dh, dh, dh], { axis: 1 }), qt);
      return step([throughProduct(gates, weights, mul(dh, zt), extra[0])], [gates, dh]);
    },
    { state: [hidden], sequences: [q, z, ...(each ? [each] : [])], reverse: !reverse },
  );
  const [stateGates, dh] = back.outputs as [Tensor, Tensor];
  const [dz, dr] = split(stateGates, { axis: 2, sizes: [size, size, size] }) as [Tensor, Tensor];
  const inputGates = concat([dz, dr, mul(dh, onCandidate)], { axis: 2 });
  return { inputGates, stateGates, firstHidden: back.state[0] as Tensor };
}

/** GRU with the reset before the product: n = tanh(W x + R (r h₋) + b), whose gradient passes R twice in a step. */
export function gruPassResetFirst(pass: Pass): PassGradients {
  const { h, r: weights, firstHidden, reverse } = pass;
  const size = hiddenSize(pass);
  const hBefore = before(h, firstHidden, reverse);
  const [gateWeights, candidateWeights] = split(weights, { axis: 0, sizes: [2 * size, size] }) as [
    Tensor,
    Tensor,
  ];
  const [inputBias, stateBias] = biasParts(pass.b);
  const [gateBias, candidateBias] = stateBias
    ? split(stateBias, { axis: 0, sizes: [2 * size, size] })
    : [undefined, undefined];
  const [xz, xr, xn] = gruGates(gemm(rowsOf(pass.x), pass.w, { c: inputBias, transposeB: true }), h, size);
  const [sz, sr] = split(gemm(rowsOf(hBefore), gateWeights, { c: gateBias, transposeB: true }), {
    axis: 1,
    parts: 2,
  }).map((part) => reshapeLike(part, h)) as [Tensor, Tensor];
  const z = sigmoid(add(xz, sz));
  const r = sigmoid(add(xr, sr));
  const hReset = mul(r, hBefore);
  const sn = gemm(rowsOf(hReset), candidateWeights, { c: candidateBias, transposeB: true });
  const n = tanh(add(xn, reshapeLike(sn, h)));
  const onCandidate = mul(sub(1, z), sub(1, mul(n, n)));
  const onUpdate = mul(mul(sub(hBefore, n), z), sub(1, z));
  const onReset = mul(hReset, sub(1, r));
  const { hidden, each } = incoming(pass);
  const back = scan(
    ([dh], [nt, ut, rt, zt, gt, ...extra]) => {
      const dn = mul(dh, nt);
      const onHidden = gemm(dn, candidateWeights);
      const gates = concat([mul(dh, ut), mul(onHidden, rt)], { axis: 1 });
      const straight = add(mul(dh, zt), mul(onHidden, gt));
      return step([throughProduct(gates, gateWeights, straight, extra[0])], [gates, dn]);
    },
    {
      state: [hidden],
      sequences: [onCandidate, onUpdate, onReset, z, r, ...(each ? [each] : [])],
      reverse: !reverse,
    },
  );
  const [gates, dn] = back.outputs.map(rowsOf) as [Tensor, Tensor];
  const all = concat([gates, dn], { axis: 1 });
  const { x, w, b } = separateGradients(pass, hBefore, all, all);
  const r2 = concat(
    [gemm(gates, rowsOf(hBefore), { transposeA: true }), gemm(dn, rowsOf(hReset), { transposeA: true })],
    { axis: 0 },
  );
  return { x, w, r: r2, b, firstHidden: back.state[0] };
}

/** RNN: the gate's gradient is dh f', and dh₋ = gates R. */
export function rnnPass(pass: Pass, activation: string): PassGradients {
  const { h, r, firstHidden, reverse } = pass;
  const slope = slopeOf(activation, h);
  const { hidden, each } = incoming(pass);
  const back = scan(
    ([dh], [slopes, ...extra]) => {
      const gate = mul(dh, slopes);
      return step([extra[0] ? gemm(gate, r, { c: extra[0] }) : gemm(gate, r)], [gate]);
    },
    { state: [hidden], sequences: [slope, ...(each ? [each] : [])], reverse: !reverse },
  );
  const rows = gateRows(pass, before(h, firstHidden, reverse));
  return {
    ...productGradients(pass, rows, rowsOf(back.outputs[0] as Tensor)),
    firstHidden: back.state[0],
  };
}

/** f' from f's value. */
function slopeOf(activation: string, h: Tensor): Tensor {
  if (activation === 'Relu') return cast(greater(h, 0), h.dtype);
  return activation === 'Sigmoid' ? mul(h, sub(1, h)) : sub(1, mul(h, h));
}
