/** The recurrent operators LSTM, GRU and RNN: their records. The gradients are in recurrent-gradient.ts. */
import { ArgumentError, ShapeError } from '@noosphere/base';
import {
  apply,
  defineOperator,
  type GradientContext,
  type Inputs,
  type Operator,
  type OutputInfo,
  pullback,
  type Tensor,
} from '../graph/index.js';
import { type Dim, formatShape, type Shape, staticDim } from '../shape/index.js';
import { add } from './arithmetic.js';
import { transpose } from './layout.js';
import { countOf, required, requireSameDType } from './like.js';
import { keptOutputs } from './lstm-gates.js';
import { gruGradient, lstmGradient, rnnGradient } from './recurrent-gradient.js';

const recurrentSchema = {
  activation_alpha: 'floats?',
  activation_beta: 'floats?',
  activations: 'strings?',
  clip: 'float?',
  direction: 'string',
  hidden_size: 'int?',
  layout: 'int',
} as const;

interface RecurrentAttributes {
  readonly direction: string;
  readonly layout: number;
}

const defaults = { direction: 'forward', layout: 0 } as const;

/** Shapes of Y, Y_h and Y_c, of what is kept of each step, and of the native operator's reserve: layout 0 is [time, direction, batch, hidden], layout 1 has the batch first. */
function inferRecurrent(
  name: string,
  gates: number,
  states: number,
  { kept = 0, reserved = 0 } = {},
): (context: { inputs: Inputs; attributes: RecurrentAttributes }) => OutputInfo[] {
  return ({ inputs, attributes }) => {
    const x = required(name, inputs, 0);
    const w = required(name, inputs, 1);
    const r = required(name, inputs, 2);
    requireSameDType(name, x, w, r);
    if (x.rank !== 3 || w.rank !== 3 || r.rank !== 3) {
      throw new ShapeError(
        name,
        `expects X [time, batch, input], W [directions, ${gates} hidden, input] and R [directions, ${gates} hidden, hidden], ` +
          `got ${formatShape(x.shape)}, ${formatShape(w.shape)} and ${formatShape(r.shape)}`,
      );
    }
    const directions = directionCount(name, attributes.direction);
    const hidden = r.shape[2] as Dim;
    checkWeights(name, inputs, gates, directions);
    const batchFirst = attributes.layout === 1;
    const [time, batch] = (batchFirst ? [x.shape[1], x.shape[0]] : [x.shape[0], x.shape[1]]) as [Dim, Dim];
    const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
    const all = batchFirst ? [batch, time, directions, hidden] : [time, directions, batch, hidden];
    const dtype = x.dtype;
    const several = (count: number, shape: Shape) => Array.from({ length: count }, () => ({ dtype, shape }));
    const reserve = [...all.slice(0, -1), reserved * Number(hidden)];
    const behind = [...several(kept, all), ...several(reserved > 0 ? 1 : 0, reserve)];
    return [{ dtype, shape: all }, ...several(states, last), ...(batchFirst ? [] : behind)];
  };
}

function directionCount(name: string, direction: string): number {
  if (direction === 'bidirectional') return 2;
  if (direction === 'forward' || direction === 'reverse') return 1;
  throw new ArgumentError(
    name,
    `direction must be 'forward', 'reverse' or 'bidirectional', got '${direction}'`,
  );
}

function checkWeights(name: string, inputs: Inputs, gates: number, directions: number): void {
  const [x, w, r, b] = inputs;
  const hidden = staticDim(name, r?.shape[2]);
  const expected: [string, Shape | undefined, Shape][] = [
    ['W', w?.shape, [directions, gates * hidden, x?.shape[2] as Dim]],
    ['R', r?.shape, [directions, gates * hidden, hidden]],
    ['B', b?.shape, [directions, 2 * gates * hidden]],
  ];
  for (const [label, got, want] of expected) {
    const fits =
      !got ||
      want.every(
        (dim, axis) => dim === got[axis] || typeof dim === 'string' || typeof got[axis] === 'string',
      );
    if (!fits) {
      throw new ShapeError(
        name,
        `${label} must be ${formatShape(want)} for ${directions} direction(s) of ${hidden} hidden units, got ${formatShape(got)}`,
      );
    }
  }
}

/** Multiply-adds of all steps: every gate of every unit reads the input and the state. */
function recurrentFlops({ inputs }: { inputs: Inputs }): number {
  const [x, w, r] = inputs;
  const rows = countOf(x) / staticDim('cost', x?.shape[2]);
  return 2 * rows * (countOf(w) + countOf(r));
}

export const LSTM = defineOperator({
  name: 'LSTM',
  opset: 14,
  attributes: { ...recurrentSchema, input_forget: 'int' },
  defaults: { ...defaults, input_forget: 0 },
  infer: inferRecurrent('LSTM', 4, 2, { kept: keptOutputs, reserved: 5 }),
  gradient: (context) =>
    context.attributes.layout === 1 ? timeFirstGradient('LSTM', context) : lstmGradient(context),
  formula: (inputs, attributes) => timeFirst('LSTM', inputs, attributes),
  flops: recurrentFlops,
  doc: 'c = f c₋ + i g, h = o tanh c, with i, o, f = σ(W x + R h₋ + b) and g = tanh(W x + R h₋ + b). Gradient: a scan back through time.',
});

export const GRU = defineOperator({
  name: 'GRU',
  opset: 14,
  attributes: { ...recurrentSchema, linear_before_reset: 'int' },
  defaults: { ...defaults, linear_before_reset: 0 },
  infer: inferRecurrent('GRU', 3, 1, { reserved: 4 }),
  gradient: (context) =>
    context.attributes.layout === 1 ? timeFirstGradient('GRU', context) : gruGradient(context),
  formula: (inputs, attributes) => timeFirst('GRU', inputs, attributes),
  flops: recurrentFlops,
  doc: 'h = (1 - z) n + z h₋, with z, r = σ(W x + R h₋ + b) and n = tanh(W x + r (R h₋ + b)) or tanh(W x + R (r h₋) + b). Gradient: a scan back through time.',
});

export const RNN = defineOperator({
  name: 'RNN',
  opset: 14,
  attributes: recurrentSchema,
  defaults,
  infer: inferRecurrent('RNN', 1, 1),
  gradient: (context) =>
    context.attributes.layout === 1 ? timeFirstGradient('RNN', context) : rnnGradient(context),
  formula: (inputs, attributes) => timeFirst('RNN', inputs, attributes),
  flops: recurrentFlops,
  doc: 'h = f(W x + R h₋ + b), f = tanh, relu or sigmoid. Gradient: a scan back through time.',
});

/** The operator with the batch first in terms of the one with time first. */
function timeFirst(name: 'LSTM' | 'GRU' | 'RNN', inputs: Inputs, attributes: RecurrentAttributes): Tensor[] {
  const swapped = inputs.map((input, index) =>
    input && (index === 0 || index === 5 || index === 6) ? transpose(input, [1, 0, 2]) : input,
  );
  // The same schema, whichever of the three it is.
  const [all, ...states] = apply(recordOf(name), swapped, { ...attributes, layout: 0 } as never);
  const last = states.filter((state) => state.rank === 3);
  return [transpose(all as Tensor, [2, 0, 1, 3]), ...last.map((state) => transpose(state, [1, 0, 2]))];
}

function recordOf(name: 'LSTM' | 'GRU' | 'RNN'): Operator {
  return { LSTM, GRU, RNN }[name] as unknown as Operator;
}

function timeFirstGradient(
  name: 'LSTM' | 'GRU' | 'RNN',
  { inputs, outputGradients, attributes }: GradientContext<RecurrentAttributes>,
): Inputs {
  const present = inputs.filter((input) => input !== undefined);
  const gradients = pullback(timeFirst(name, inputs, attributes), outputGradients, present, add).values();
  return inputs.map((input) => input && gradients.next().value);
}
