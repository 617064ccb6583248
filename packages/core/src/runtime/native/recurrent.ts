/** Native LSTM and GRU in the place of the standard ones: all steps of a piece of the batch at once, gates kept for the gradient. */
import {
  type Graph,
  type Inputs,
  type Node,
  type RewriteRule,
  rewriteGraph,
  type Tensor,
} from '../../graph/index.js';
import { add, directionOf, keepingNodes, linear, reshape, split, stack, zeros } from '../../ops/index.js';
import type { Precision } from '../../ops/native-product.js';
import {
  type NativePass,
  nativeGru,
  nativeGruGradient,
  nativeLstm,
  nativeLstmGradient,
} from '../../ops/native-recurrent.js';
import { isStatic } from '../../shape/index.js';

/** The graph with its recurrent layers native. */
export function nativeRecurrent(graph: Graph, precision: Precision): Graph {
  const ordered = rewriteGraph(graph, [timeFirst]);
  const keeping = keepingNodes(ordered);
  const layers: RewriteRule = (node, original) => {
    if (keeping.has(original) || !isPlain(node)) return undefined;
    return node.operator.name === 'LSTM' ? lstmOf(node, precision) : gruOf(node, precision);
  };
  return rewriteGraph(ordered, [layers, (node) => gradientOf(node, precision)]);
}

/** A layer with the batch first as one with the time first. */
const timeFirst: RewriteRule = ({ operator, inputs, attributes }) =>
  ['LSTM', 'GRU'].includes(operator.name) && attributes.layout === 1
    ? operator.formula?.(inputs, attributes as never)
    : undefined;

/** Whether a node is an LSTM or GRU of float32 as networks have them: equal lengths, the usual activations. */
function isPlain({ operator, inputs, attributes }: Node): boolean {
  const [x, w, r, , lengths, , , peepholes] = inputs;
  if (operator.domain !== '' || !['LSTM', 'GRU'].includes(operator.name)) return false;
  if (x?.dtype !== 'float32' || !w || !r || lengths || peepholes) return false;
  if (![x, w, r].every(({ shape }) => isStatic(shape) && !shape.includes(0))) return false;
  if (operator.name === 'GRU' && !attributes.linear_before_reset) return false;
  const usual = operator.name === 'LSTM' ? ['Sigmoid', 'Tanh', 'Tanh'] : ['Sigmoid', 'Tanh'];
  const given = attributes.activations as readonly string[] | undefined;
  const isUsual = !given || given.every((name, index) => name === usual[index % usual.length]);
  return isUsual && !attributes.clip && !attributes.layout && !attributes.input_forget;
}

/** Tensors of one direction, without its axis. */
interface Direction {
  readonly pass: NativePass;
  readonly x: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  /** Of the input's side, and of the state's. */
  readonly biases: readonly [Tensor | undefined, Tensor | undefined];
  readonly firstHidden: Tensor;
  readonly firstCell: Tensor;
}

function directionsOf({ inputs, attributes }: Node, precision: Precision): Direction[] {
  const [x, weights, states, bias, , hidden, cell] = inputs as [Tensor, Tensor, Tensor, ...Inputs];
  const [steps, batch] = x.shape as readonly number[];
  const size = states.shape[2] as number;
  return Array.from({ length: weights.shape[0] as number }, (_, index) => {
    const own = (tensor: Tensor | undefined) => tensor && directionOf(tensor, 0, index);
    const b = own(bias);
    const zero = () => zeros([batch as number, size]);
    return {
      pass: {
        sizes: [steps as number, batch as number, size],
        reverse: attributes.direction === 'reverse' || index === 1,
        precision,
      },
      x,
      w: own(weights) as Tensor,
      r: own(states) as Tensor,
      biases: b ? (split(b, { axis: 0, parts: 2 }) as [Tensor, Tensor]) : [undefined, undefined],
      firstHidden: own(hidden) ?? zero(),
      firstCell: own(cell) ?? zero(),
    };
  });
}

function lstmOf(node: Node, precision: Precision): Tensor[] {
  const found = directionsOf(node, precision).map(({ pass, x, w, r, biases, firstHidden, firstCell }) => {
    const [own, others] = biases;
    return nativeLstm(pass, [linear(x, w, own && others && add(own, others)), r, firstHidden, firstCell]);
  });
  const joined = join(found);
  const result: Tensor[] = [joined(0, 1), joined(1, 0), joined(2, 0)];
  result[node.outputs.length - 1] = joined(3, 1);
  return result;
}

function gruOf(node: Node, precision: Precision): Tensor[] {
  const found = directionsOf(node, precision).map(({ pass, x, w, r, biases: [own, others], firstHidden }) =>
    nativeGru(pass, [linear(x, w, own), r, firstHidden, others]),
  );
  const joined = join(found);
  return [joined(0, 1), joined(1, 0), joined(2, 1)];
}

/** An output of all directions, with their axis. */
function join(found: readonly (readonly Tensor[])[]): (place: number, axis: number) => Tensor {
  return (place, axis) => {
    const parts = found.map((outputs) => outputs[place] as Tensor);
    const [first] = parts as [Tensor];
    const shape = first.shape as readonly number[];
    // A reshape is no pass over memory, a stack of one is.
    return parts.length === 1 ? reshape(first, shape.toSpliced(axis, 0, 1)) : stack(parts, { axis });
  };
}

/** The native gradient where its reserve comes from a native layer. */
function gradientOf({ operator, inputs, attributes }: Node, precision: Precision): Tensor[] | undefined {
  if (operator.domain !== 'noosphere' || !['LSTMGradient', 'GRUGradient'].includes(operator.name))
    return undefined;
  const [, , r, , firstHidden, firstCell, h, onEach, onLastHidden, onLastCell, reserve] = inputs;
  if (!reserve || !comesFromKernel(reserve)) return undefined;
  const pass = { sizes: h?.shape as [number, number, number], reverse: attributes.reverse === 1, precision };
  return operator.name === 'LSTMGradient'
    ? nativeLstmGradient(pass, [r, reserve, firstCell, onEach, onLastHidden, onLastCell])
    : nativeGruGradient(pass, [r, reserve, h, firstHidden, onEach, onLastHidden]);
}

/** Whether a tensor is a view of what a native layer gives. */
function comesFromKernel(tensor: Tensor): boolean {
  let current: Tensor | undefined = tensor;
  while (current?.origin.kind === 'node') {
    const { operator, inputs }: Node = current.origin.node;
    if (operator.domain === 'noosphere.kernels') return true;
    if (!['Squeeze', 'Slice', 'Reshape', 'Concat', 'Unsqueeze', 'Identity'].includes(operator.name))
      return false;
    current = inputs[0];
  }
  return false;
}
