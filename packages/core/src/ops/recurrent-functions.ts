/** LSTM, GRU and RNN with PyTorch's arguments: its order of gates, two biases, states that default to zero. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import { apply, fill, type Tensor } from '../graph/index.js';
import { type DType, formatShape } from '../shape/index.js';
import { concat, split, zerosLike } from './joining.js';
import { reshape, squeeze, transpose, unsqueeze } from './layout.js';
import { GRU, LSTM, RNN } from './recurrent.js';

/** Weights and states of a recurrent layer with G gates of H units; two directions stack theirs along a new first axis. */
export interface RecurrentOptions<D extends DType = DType> {
  /** [G H, I] */
  readonly weightInput: Tensor<D>;
  /** [G H, H] */
  readonly weightHidden: Tensor<D>;
  /** [G H] */
  readonly biasInput?: Tensor<D> | undefined;
  /** [G H] */
  readonly biasHidden?: Tensor<D> | undefined;
  /** [N, H]. @default zeros */
  readonly initialHidden?: Tensor<D> | undefined;
  /** @default 'forward' */
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  /** Length of each sequence of the batch [N], int32; output behind it is zero. @default all of it */
  readonly lengths?: Tensor<'int32'> | undefined;
}

export interface LstmOptions<D extends DType = DType> extends RecurrentOptions<D> {
  /** [N, H]. @default zeros */
  readonly initialCell?: Tensor<D> | undefined;
}

export interface GruOptions<D extends DType = DType> extends RecurrentOptions<D> {
  /** Multiply with the state's weights before the reset gate, as PyTorch does; else behind it. @default true */
  readonly linearBeforeReset?: boolean;
}

export interface RnnOptions<D extends DType = DType> extends RecurrentOptions<D> {
  /** @default 'tanh' */
  readonly activation?: 'tanh' | 'relu';
}

export interface RecurrentResult<D extends DType = DType> {
  /** Hidden state of every step [T, N, H]; two directions side by side [T, N, 2 H]. */
  readonly output: Tensor<D>;
  /** Hidden state behind the last step [N, H]; of two directions [2, N, H]. */
  readonly hidden: Tensor<D>;
}

export interface LstmResult<D extends DType = DType> extends RecurrentResult<D> {
  /** Cell behind the last step, shaped like `hidden`. */
  readonly cell: Tensor<D>;
}

/**
 * Long short-term memory: c = f c₋ + i g, h = o tanh c, with i, f, o = σ(W x + b + R h₋ + c) and g = tanh of the like.
 * Gates stand in PyTorch's order i, f, g, o. Shapes: x [T, N, I] gives output [T, N, H], hidden and cell [N, H].
 * @example
 * const { output, hidden } = lstm(ones([7, 2, 3]), { weightInput: ones([20, 3]), weightHidden: ones([20, 5]) });
 * console.log(output.shape, hidden.shape); // → [ 7, 2, 5 ] [ 2, 5 ]
 */
export function lstm<D extends DType>(x: Tensor<D>, options: LstmOptions<D>): LstmResult<D> {
  knownOptions(
    'lstm',
    options,
    'initialCell weightInput weightHidden biasInput biasHidden initialHidden direction',
    'lengths',
  );
  const { inputs, direction, unstacked } = prepare('lstm', x, options, [0, 3, 1, 2]);
  const cell = options.initialCell;
  const states = cell ? [inputs[5] ?? zeroState(cell, unstacked), stacked(cell, unstacked)] : [inputs[5]];
  const outputs = apply(LSTM, [...inputs.slice(0, 5), ...states], {
    ...plain(direction, options),
    input_forget: 0,
  }).slice(0, 3);
  const [output, hidden, last] = readable(outputs, unstacked);
  return { output, hidden, cell: last } as LstmResult<D>;
}

/**
 * Gated recurrent unit: h = (1 - z) n + z h₋, with r, z = σ(W x + b + R h₋ + c) and n = tanh(W x + b + r (R h₋ + c)).
 * Gates stand in PyTorch's order r, z, n. Shapes: x [T, N, I] gives output [T, N, H] and hidden [N, H].
 * @example
 * const { output } = gru(ones([7, 2, 3]), { weightInput: ones([15, 3]), weightHidden: ones([15, 5]) });
 * console.log(output.shape); // → [ 7, 2, 5 ]
 */
export function gru<D extends DType>(x: Tensor<D>, options: GruOptions<D>): RecurrentResult<D> {
  knownOptions(
    'gru',
    options,
    'linearBeforeReset weightInput weightHidden biasInput biasHidden initialHidden direction',
    'lengths',
  );
  const { inputs, direction, unstacked } = prepare('gru', x, options, [1, 0, 2]);
  const outputs = apply(GRU, inputs, {
    ...plain(direction, options),
    linear_before_reset: (options.linearBeforeReset ?? true) ? 1 : 0,
  }).slice(0, 2);
  const [output, hidden] = readable(outputs, unstacked);
  return { output, hidden } as RecurrentResult<D>;
}

/**
 * Elman's recurrent layer: h = tanh(W x + b + R h₋ + c), or relu of it.
 * Shapes: x [T, N, I] gives output [T, N, H] and hidden [N, H].
 * @example
 * const { output } = rnn(ones([7, 2, 3]), { weightInput: ones([5, 3]), weightHidden: ones([5, 5]) });
 * console.log(output.shape); // → [ 7, 2, 5 ]
 */
export function rnn<D extends DType>(x: Tensor<D>, options: RnnOptions<D>): RecurrentResult<D> {
  knownOptions(
    'rnn',
    options,
    'activation weightInput weightHidden biasInput biasHidden initialHidden direction lengths',
  );
  const { inputs, direction, unstacked } = prepare('rnn', x, options, [0]);
  const name = options.activation === 'relu' ? 'Relu' : 'Tanh';
  const outputs = apply(RNN, inputs, {
    ...plain(direction, options),
    activations: unstacked ? [name] : [name, name],
  });
  const [output, hidden] = readable(outputs, unstacked);
  return { output, hidden } as RecurrentResult<D>;
}

/** The operator's inputs from the function's: gates in ONNX's order, an axis of directions, biases side by side. */
function prepare(operation: string, x: Tensor, options: RecurrentOptions, order: readonly number[]) {
  const { direction = 'forward', biasInput, biasHidden, initialHidden, lengths, weightInput } = options;
  const unstacked = direction !== 'bidirectional';
  const rank = unstacked ? 2 : 3;
  if (x.rank !== 3 || weightInput.rank !== rank || options.weightHidden.rank !== rank) {
    throw new ShapeError(
      operation,
      `expects x [T, N, I] and weights ${unstacked ? '[G H, I]' : 'stacked for two directions [2, G H, I]'}, ` +
        `got ${[x, weightInput, options.weightHidden].map((each) => formatShape(each.shape)).join(', ')}`,
    );
  }
  const ordered = (tensor: Tensor) => stacked(reorder(tensor, order, unstacked ? 0 : 1), unstacked);
  const bias = biasInput ?? biasHidden;
  const zeros = () => fill(x.dtype, bias?.shape as readonly number[], 0);
  const inputs = [
    x,
    ordered(weightInput),
    ordered(options.weightHidden),
    bias && concat([ordered(biasInput ?? zeros()), ordered(biasHidden ?? zeros())], { axis: 1 }),
    lengths,
    initialHidden && stacked(initialHidden, unstacked),
  ];
  if (lengths && lengths.dtype !== 'int32')
    throw new ArgumentError(operation, `lengths must be int32 [N], got ${lengths}`);
  return { inputs, direction, unstacked };
}

/** The parts of the gates' axis in another order. */
function reorder(tensor: Tensor, order: readonly number[], axis: number): Tensor {
  if (order.length === 1) return tensor;
  const parts = split(tensor, { axis, parts: order.length });
  return concat(
    order.map((index) => parts[index] as Tensor),
    { axis },
  );
}

function stacked(tensor: Tensor, unstacked: boolean): Tensor {
  return unstacked ? unsqueeze(tensor, 0) : tensor;
}

function zeroState(like: Tensor, unstacked: boolean): Tensor {
  return stacked(zerosLike(like), unstacked);
}

/** Attributes that the functions leave at the operators' defaults. */
function plain(direction: string, { weightHidden }: RecurrentOptions) {
  return {
    activation_alpha: undefined,
    activation_beta: undefined,
    activations: undefined,
    clip: undefined,
    direction,
    hidden_size: weightHidden.shape.at(-1) as number,
    layout: 0,
  };
}

/** Outputs without the axis of a single direction; two directions side by side along the last axis. */
function readable([output, ...states]: readonly Tensor[], unstacked: boolean): Tensor[] {
  const all = output as Tensor;
  if (unstacked) return [squeeze(all, 1), ...states.map((state) => squeeze(state, 0))];
  const [time, , batch, hidden] = all.shape as [number, number, number, number];
  return [reshape(transpose(all, [0, 2, 1, 3]), [time, batch, 2 * hidden]), ...states];
}
