/**
 * The part of a recurrent gradient that runs step by step, as one operator: the native kernels have it, everywhere else its
 * formula, a scan, stands in. Gradients of weights and inputs are products of what it gives.
 */
import { apply, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, isStatic } from '../shape/index.js';
import { gradientOf } from './composite.js';
import { countOf } from './like.js';
import {
  before,
  gateRows,
  type Pass,
  type PassGradients,
  productGradients,
  rowsOf,
  separateGradients,
} from './recurrent-pass.js';
import { type GruGates, gruGateGradients, type LstmGates, lstmGateGradients } from './recurrent-rules.js';

const reading = [
  'x',
  'w',
  'r',
  'b',
  'firstHidden',
  'firstCell',
  'h',
  'onEach',
  'onLastHidden',
  'onLastCell',
] as const;

/** Inputs of the operators, in this order, and behind them what the forward pass kept. */
const inputsOf = (pass: Pass): Inputs => [...reading.map((name) => pass[name]), pass.reserve];

function passOf(operation: string, inputs: Inputs, reverse: number): Pass {
  const named = Object.fromEntries(reading.map((name, index) => [name, inputs[index]]));
  return {
    ...named,
    operation,
    onEachCell: undefined,
    reverse: reverse !== 0,
    kept: [],
    reserve: undefined,
  } as never as Pass;
}

/** Sizes [T, N, H] of a pass from the operators' inputs. */
function sizesOf(inputs: Inputs): [Dim, Dim, Dim] {
  return inputs[reading.indexOf('h')]?.shape as [Dim, Dim, Dim];
}

/** One product with R a step. */
const flops = ({ inputs }: { inputs: Inputs }): number => {
  const [time, batch] = sizesOf(inputs);
  return 2 * Number(time) * Number(batch) * countOf(inputs[reading.indexOf('r')]);
};

const lstmFormula = (inputs: Inputs, { reverse }: { readonly reverse: number }): Tensor[] => {
  const { gates, firstHidden, firstCell } = lstmGateGradients(passOf('LSTM', inputs, reverse));
  return [gates, firstHidden, firstCell];
};

export const LSTMGradient = defineOperator({
  name: 'LSTMGradient',
  domain: 'noosphere',
  opset: 1,
  attributes: { reverse: 'int' },
  infer: ({ inputs }) => {
    const [time, batch, hidden] = sizesOf(inputs);
    const state = { dtype: 'float32', shape: [batch, hidden] } as const;
    return [{ dtype: 'float32', shape: [time, batch, 4 * Number(hidden)] }, state, state];
  },
  gradient: gradientOf(lstmFormula),
  formula: lstmFormula,
  flops,
  doc: "Gradients of an LSTM's gates, first hidden state and first cell, back through time; only inside gradients.",
});

const gruFormula = (inputs: Inputs, { reverse }: { readonly reverse: number }): Tensor[] => {
  const { inputGates, stateGates, firstHidden } = gruGateGradients(passOf('GRU', inputs, reverse));
  return [inputGates, stateGates, firstHidden];
};

export const GRUGradient = defineOperator({
  name: 'GRUGradient',
  domain: 'noosphere',
  opset: 1,
  attributes: { reverse: 'int' },
  infer: ({ inputs }) => {
    const [time, batch, hidden] = sizesOf(inputs);
    const gates = { dtype: 'float32', shape: [time, batch, 3 * Number(hidden)] } as const;
    return [gates, gates, { dtype: 'float32', shape: [batch, hidden] }];
  },
  gradient: gradientOf(gruFormula),
  formula: gruFormula,
  flops,
  doc: "Gradients of a GRU's gates on the input's side and on the state's, and of its first state, back through time; only inside gradients.",
});

/** Whether the steps are one operator: float32 sequences of known, equal lengths. */
function isOneOperator(pass: Pass): boolean {
  const known = [pass.x, pass.r].every(({ shape }) => isStatic(shape) && !shape.includes(0));
  return known && pass.x.dtype === 'float32' && !pass.onEachCell && pass.reserve !== undefined;
}

/** LSTM in one direction. */
export function lstmPass(pass: Pass): PassGradients {
  const { gates, firstHidden, firstCell } = isOneOperator(pass) ? lstmBack(pass) : lstmGateGradients(pass);
  const rows = gateRows(pass, before(pass.h, pass.firstHidden, pass.reverse));
  return { ...productGradients(pass, rows, rowsOf(gates)), firstHidden, firstCell };
}

function lstmBack(pass: Pass): LstmGates {
  const [gates, firstHidden, firstCell] = apply(LSTMGradient, inputsOf(pass), {
    reverse: pass.reverse ? 1 : 0,
  }) as [Tensor, Tensor, Tensor];
  return { gates, firstHidden, firstCell };
}

/** GRU with the product before the reset, in one direction. */
export function gruPassLinearFirst(pass: Pass): PassGradients {
  const { inputGates, stateGates, firstHidden } = isOneOperator(pass)
    ? gruBack(pass)
    : gruGateGradients(pass);
  const hBefore = before(pass.h, pass.firstHidden, pass.reverse);
  return { ...separateGradients(pass, hBefore, rowsOf(inputGates), rowsOf(stateGates)), firstHidden };
}

function gruBack(pass: Pass): GruGates {
  const [inputGates, stateGates, firstHidden] = apply(GRUGradient, inputsOf(pass), {
    reverse: pass.reverse ? 1 : 0,
  }) as [Tensor, Tensor, Tensor];
  return { inputGates, stateGates, firstHidden };
}
