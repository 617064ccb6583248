/** Gradients of LSTM, GRU and RNN: what the operators share, directions and sequences of different lengths. */
import { GraphError } from '@noosphere/base';
import { fill, type GradientContext, type Inputs, scalar, type Tensor } from '../graph/index.js';
import { type Dim, staticDim } from '../shape/index.js';
import { add, mul, sub } from './arithmetic.js';
import { less, where } from './comparison.js';
import { gatherElements } from './gather.js';
import { concat, stack } from './joining.js';
import { cast, expandLike, reshape, unsqueeze } from './layout.js';
import { required } from './like.js';
import { keepsGates, keptOutputs, lstmPassWithGates, lstmWithGatesGradient } from './lstm-gates.js';
import { gruPassLinearFirst, lstmPass } from './recurrent-back.js';
import { directionOf, type Pass, type PassGradients } from './recurrent-pass.js';
import { gruPassResetFirst, rnnPass } from './recurrent-rules.js';

interface RecurrentAttributes {
  readonly activation_alpha: readonly number[] | undefined;
  readonly activation_beta: readonly number[] | undefined;
  readonly activations: readonly string[] | undefined;
  readonly clip: number | undefined;
  readonly direction: string;
  readonly layout: number;
}

type PassRule = (pass: Pass, activation: string) => PassGradients;

export function lstmGradient(
  context: GradientContext<RecurrentAttributes & { readonly input_forget: number }>,
): Inputs {
  if (context.attributes.input_forget) refuse('LSTM', 'coupled input and forget gates (input_forget = 1)');
  if (context.inputs[7]) refuse('LSTM', 'peephole weights (input P)');
  if (context.outputGradients.slice(3).some((gradient) => gradient)) return lstmWithGatesGradient(context);
  const rule = keepsGates(context.inputs) ? lstmPassWithGates : lstmPass;
  return recurrentGradient('LSTM', context, ['Sigmoid', 'Tanh', 'Tanh'], rule);
}

export function gruGradient(
  context: GradientContext<RecurrentAttributes & { readonly linear_before_reset: number }>,
): Inputs {
  const rule = context.attributes.linear_before_reset ? gruPassLinearFirst : gruPassResetFirst;
  return recurrentGradient('GRU', context, ['Sigmoid', 'Tanh'], rule);
}

export function rnnGradient(context: GradientContext<RecurrentAttributes>): Inputs {
  const [activation = 'Tanh'] = context.attributes.activations ?? [];
  if (!['Tanh', 'Relu', 'Sigmoid'].includes(activation)) refuse('RNN', `the activation ${activation}`);
  return recurrentGradient('RNN', context, [activation], rnnPass);
}

function refuse(operation: string, what: string): never {
  throw new GraphError(
    'gradient',
    `${operation} with ${what} cannot be differentiated; write the step with scan(), or put stopGradient around it`,
  );
}

/** Splits the operator into its directions, applies the rule to each, and puts the gradients together. */
function recurrentGradient(
  operation: string,
  context: GradientContext<RecurrentAttributes>,
  activations: readonly string[],
  rule: PassRule,
): Inputs {
  const { attributes, inputs } = context;
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const given = attributes.activations;
  const wanted = directions === 2 ? [...activations, ...activations] : activations;
  if (given && given.join() !== wanted.join()) refuse(operation, `the activations ${given.join(', ')}`);
  if (attributes.clip) refuse(operation, 'clipped gates (clip)');
  if (attributes.layout === 1) refuse(operation, 'the batch first (layout = 1)');
  const lengths = inputs[4];
  const passes = Array.from({ length: directions }, (_, index) => {
    const reverse = attributes.direction === 'reverse' || index === 1;
    const pass = passOf(operation, context, index, reverse);
    return lengths
      ? withLengths(pass, lengths, rule, activations[0] as string)
      : rule(pass, activations[0] as string);
  });
  const joined = (key: 'w' | 'r' | 'b' | 'firstHidden' | 'firstCell', input: Tensor | undefined) => {
    const parts = passes.map((pass) => pass[key]);
    return input && parts.every((part) => part !== undefined) ? stack(parts, { axis: 0 }) : undefined;
  };
  return [
    passes.map((pass) => pass.x).reduce((total, part) => add(total, part)),
    joined('w', inputs[1]),
    joined('r', inputs[2]),
    joined('b', inputs[3]),
    undefined,
    joined('firstHidden', inputs[5]),
    joined('firstCell', inputs[6]),
    undefined,
  ].slice(0, inputs.length);
}

/** Which output of an operator is its reserve. */
const reservePlaces: Readonly<Record<string, number>> = { LSTM: 3 + keptOutputs, GRU: 2 };

/** The tensors of one direction. */
function passOf(
  operation: string,
  { inputs, outputs, outputGradients }: GradientContext<RecurrentAttributes>,
  index: number,
  reverse: boolean,
): Pass {
  const along = (axis: number) => (tensor: Tensor | undefined) => tensor && directionOf(tensor, axis, index);
  const first = along(0);
  const x = required(operation, inputs, 0);
  const r = first(inputs[2]) as Tensor;
  const shape = [x.shape[1] as Dim, r.shape[1] as Dim];
  const zero = () => expandLike(scalar(x.dtype, 0), shape, [x]);
  return {
    operation,
    x,
    w: first(inputs[1]) as Tensor,
    r,
    b: first(inputs[3]),
    firstHidden: first(inputs[5]) ?? zero(),
    firstCell: first(inputs[6]) ?? zero(),
    h: along(1)(outputs[0]) as Tensor,
    onEach: along(1)(outputGradients[0]),
    onLastHidden: first(outputGradients[1]),
    onLastCell: first(outputGradients[2]),
    onEachCell: undefined,
    reverse,
    kept: outputs.slice(3, 3 + keptOutputs).map((tensor) => directionOf(tensor, 1, index)),
    reserve: along(1)(outputs[reservePlaces[operation] ?? outputs.length]),
  };
}

/**
 * Sequences of different lengths: what reaches the last states of a sequence reaches the step at which it ended, and
 * nothing comes from the steps behind it. A reverse pass starts at the end of each sequence: with its sequences turned
 * round it is a forward pass.
 */
function withLengths(pass: Pass, lengths: Tensor, rule: PassRule, activation: string): PassGradients {
  if (pass.reverse) return turned(pass, lengths, rule, activation);
  const { x, onEach, onLastHidden, onLastCell } = pass;
  const time = stepNumbers(staticDim('gradient with sequence_lens', x.shape[0]));
  const ends = unsqueeze(unsqueeze(cast(lengths, 'int32'), 0), 2);
  const valid = cast(less(time, ends), x.dtype);
  const isLast = mul(valid, sub(1, cast(less(add(time, scalar('int32', 1)), ends), x.dtype)));
  const atEnd = (gradient: Tensor | undefined) => gradient && mul(isLast, unsqueeze(gradient, 0));
  const ended = atEnd(onLastHidden);
  const each = onEach && mul(onEach, valid);
  return rule(
    {
      ...pass,
      onEach: each && ended ? add(each, ended) : (each ?? ended),
      onLastHidden: undefined,
      onLastCell: undefined,
      onEachCell: atEnd(onLastCell),
    },
    activation,
  );
}

/** 0, 1, … along axis 0 of three. */
function stepNumbers(count: number): Tensor {
  return reshape(
    concat(
      Array.from({ length: count }, (_, step) => fill('int32', [1], step)),
      { axis: 0 },
    ),
    [count, 1, 1],
  );
}

function turned(pass: Pass, lengths: Tensor, rule: PassRule, activation: string): PassGradients {
  const turn = (tensor: Tensor) => reverseSequences(tensor, lengths);
  const forward = withLengths(
    {
      ...pass,
      x: turn(pass.x),
      h: turn(pass.h),
      onEach: pass.onEach && turn(pass.onEach),
      reverse: false,
    },
    lengths,
    rule,
    activation,
  );
  return { ...forward, x: turn(forward.x) };
}

/** Each sequence turned round within its length; steps behind it stay. */
function reverseSequences(x: Tensor, lengths: Tensor): Tensor {
  const time = stepNumbers(staticDim('gradient with sequence_lens', x.shape[0]));
  const ends = unsqueeze(unsqueeze(cast(lengths, 'int32'), 0), 2);
  const from = where(less(time, ends), sub(sub(ends, 1), time), time);
  return gatherElements(x, expandLike(from, x.shape, [x]), { axis: 0 });
}
