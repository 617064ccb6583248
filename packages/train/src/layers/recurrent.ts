/** What LSTM, GRU and RNN share: parameters by PyTorch's names, and the way through layers and directions. */
import { requireRate } from '@noosphere/base';
import {
  type RecurrentOptions as CoreOptions,
  concat,
  formatShape,
  ShapeError,
  slice,
  squeeze,
  stack,
  type Tensor,
  transpose,
  unstack,
} from '@noosphere/core';
import type { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { requireRandom, requireSizes } from './sizes.js';

export interface RecurrentLayerOptions {
  /** Layers one above the other. @default 1 */
  readonly layers?: number;
  /** Read the sequence from both ends; outputs stand side by side. @default false */
  readonly bidirectional?: boolean;
  /** Rate of dropout between layers, behind all but the last. @default 0 */
  readonly dropout?: number;
  /** @default true */
  readonly bias?: boolean;
  /** Batch before time: x [N, T, I]. @default false */
  readonly batchFirst?: boolean;
}

/** What a recurrent layer is told besides its input. */
export const recurrentNames = ['layers', 'bidirectional', 'dropout', 'bias', 'batchFirst'] as const;

export interface RecurrentCall {
  /** Length of each sequence [N], int32; what lies behind it counts nothing and gives zeros. @default all of it */
  readonly lengths?: Tensor<'int32'>;
  /** The state to begin with [L D, N, H], as an earlier call gave it in `states`. @default zeros */
  readonly hidden?: Tensor;
}

/** How a recurrent layer is built. */
export interface RecurrentShape {
  readonly inputs: number;
  readonly hidden: number;
  readonly layers: number;
  readonly directions: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
}

/** PyTorch's name of a parameter: `weight_ih_l0`, `bias_hh_l1_reverse`. */
type RecurrentName = `${'weight' | 'bias'}_${'ih' | 'hh'}_l${string}`;

/** What follows `weight_ih_` in a name: `l0`, `l1_reverse`. */
function ending(layer: number, direction: number): `l${string}` {
  return `l${layer}${direction === 1 ? '_reverse' : ''}`;
}

/** What the three classes share: they differ in the gates alone. */
export abstract class Recurrent {
  /** The parameters of all layers and directions. */
  [name: RecurrentName]: Tensor;
  readonly shape: RecurrentShape;

  /** @param gates Of `hidden` rows each. */
  constructor(
    layer: string,
    gates: number,
    inputs: number,
    hidden: number,
    random: Random,
    options: RecurrentLayerOptions,
  ) {
    const { layers = 1, bidirectional = false, dropout = 0, batchFirst = false, bias = true } = options;
    requireSizes(layer, { inputs, hidden, layers });
    requireRandom(layer, random);
    requireRate(layer, 'the rate', dropout);
    const directions = bidirectional ? 2 : 1;
    this.shape = { inputs, hidden, layers, directions, dropout, batchFirst };
    const draw = (shape: readonly number[]): Tensor => random.uniformTensor(shape, 1 / Math.sqrt(hidden));
    for (let index = 0; index < layers; index++) {
      for (let direction = 0; direction < directions; direction++) {
        const end = ending(index, direction);
        const width = index === 0 ? inputs : directions * hidden;
        this[`weight_ih_${end}`] = draw([gates * hidden, width]);
        this[`weight_hh_${end}`] = draw([gates * hidden, hidden]);
        if (!bias) continue;
        this[`bias_ih_${end}`] = draw([gates * hidden]);
        this[`bias_hh_${end}`] = draw([gates * hidden]);
      }
    }
  }
}

/** One layer of core: a sequence, weights and states in, a sequence and states out. */
export type RecurrentPass = (
  x: Tensor,
  options: CoreOptions,
  place: StatePlace,
) => { readonly output: Tensor; readonly hidden: Tensor; readonly cell?: Tensor };

/** Cuts the part of one layer out of states [L D, N, H], as core wants it. */
export type StatePlace = (states: Tensor | undefined) => Tensor | undefined;

export interface StackResult {
  readonly output: Tensor;
  /** Of the last layer behind its last step, directions side by side. */
  readonly hidden: Tensor;
  readonly hiddenStates: Tensor;
  readonly cell: Tensor | undefined;
  readonly cellStates: Tensor | undefined;
}

/** Runs all layers, dropout between them. */
export function runRecurrent(
  layer: string,
  model: Recurrent,
  x: Tensor,
  pass: RecurrentPass,
  context: ForwardContext = inference,
  { lengths, hidden }: RecurrentCall = {},
): StackResult {
  const { shape } = model;
  if (x.rank !== 3 || x.shape[2] !== shape.inputs) {
    throw new ShapeError(
      layer,
      `expects x ${shape.batchFirst ? '[N, T, I]' : '[T, N, I]'} with ${shape.inputs} inputs, got ${formatShape(x.shape)}`,
    );
  }
  // [N, T, I] <-> [T, N, I]
  const turned = (sequence: Tensor) => (shape.batchFirst ? transpose(sequence, [1, 0, 2]) : sequence);
  let sequence = turned(x);
  const ends: { readonly hidden: Tensor; readonly cell?: Tensor }[] = [];
  for (let index = 0; index < shape.layers; index++) {
    if (index > 0) sequence = context.dropout(sequence, shape.dropout);
    const place = statePlace(shape, index);
    const result = pass(
      sequence,
      {
        ...weightsOf(model, index),
        direction: shape.directions === 2 ? 'bidirectional' : 'forward',
        lengths,
        initialHidden: place(hidden),
      },
      place,
    );
    sequence = result.output;
    ends.push(result);
  }
  const cells = ends.flatMap(({ cell }) => (cell ? [cell] : []));
  return {
    output: turned(sequence),
    hidden: sideBySide((ends.at(-1) as { hidden: Tensor }).hidden, shape),
    hiddenStates: joined(
      ends.map((end) => end.hidden),
      shape,
    ),
    cell: cells.length > 0 ? sideBySide(cells.at(-1) as Tensor, shape) : undefined,
    cellStates: cells.length > 0 ? joined(cells, shape) : undefined,
  };
}

/** The parameters of one layer; those of two directions stacked. */
function weightsOf(model: Recurrent, layer: number) {
  const { directions } = model.shape;
  const pick = (name: 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh') => {
    const each = Array.from(
      { length: directions },
      (_, direction) => model[`${name}_${ending(layer, direction)}`],
    );
    const found = each.filter((tensor) => tensor !== undefined);
    return found.length > 1 ? stack(found) : found[0];
  };
  return {
    weightInput: pick('weight_ih') as Tensor,
    weightHidden: pick('weight_hh') as Tensor,
    biasInput: pick('bias_ih'),
    biasHidden: pick('bias_hh'),
  };
}

function statePlace({ directions }: RecurrentShape, layer: number): StatePlace {
  return (states) => {
    if (!states) return undefined;
    const own = slice(states, { starts: [layer * directions], ends: [(layer + 1) * directions] });
    return directions === 2 ? own : squeeze(own, 0);
  };
}

/** [2, N, H] as [N, 2 H]; one direction is [N, H] already. */
function sideBySide(state: Tensor, { directions }: RecurrentShape): Tensor {
  return directions === 2 ? concat(unstack(state), { axis: 1 }) : state;
}

/** The states of all layers as PyTorch's h_n: [L D, N, H]. */
function joined(states: readonly Tensor[], { directions }: RecurrentShape): Tensor {
  return directions === 2 ? concat(states) : stack(states);
}
