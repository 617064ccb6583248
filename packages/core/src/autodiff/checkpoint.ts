/** Gradient checkpointing: what happened inside a function is not kept for its gradient but computed again. */
import {
  apply1,
  defineOperator,
  type GradientRule,
  int64Vector,
  pullback,
  type Tensor,
} from '../graph/index.js';
import {
  add,
  cast,
  closeBody,
  identity,
  inlineGraph,
  mul,
  reshape,
  reshapeLike,
  slice,
  Unsqueeze,
} from '../ops/index.js';
import { barrier } from './barrier.js';
import { flattenTree, mapTree, type Tree, unflattenTree } from './tree.js';

/**
 * The same function, with less memory in training: between forward and backward pass only its arguments and results are
 * kept, and the backward pass computes once more what lies between. Costs one more run of the function.
 * Tensors that the function uses beside its arguments (weights) get their gradients as ever.
 * @example
 * const block = checkpoint((x: Tensor) => tanh(mul(x, x)));
 * const slope = await grad((x: Tensor) => sum(block(x)))(tensor([1])).item();
 * console.log(slope.toFixed(4)); // → 0.8399
 */
export function checkpoint<Args extends readonly Tree[], Result extends Tree>(
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    // Identities of their own, so that what lies between arguments and results is what f did and nothing else.
    const own = args.map((arg) => mapTree(arg, (leaf) => identity(leaf)));
    // mapTree keeps each argument's structure, which the tuple type cannot express.
    const result = f(...(own as readonly Tree[] as Args));
    const outputs = flattenTree(result);
    const inputs = own.flatMap(flattenTree);
    const { graph, captured } = closeBody('checkpoint', inputs, outputs);
    const rule: GradientRule<object> = ({ outputGradients }) => {
      const tied = tieTo(outputGradients, inputs);
      const again = inlineGraph(graph, [...tied, ...captured]);
      const gradients = pullback(again, outputGradients, [...tied, ...captured], add);
      return [...outputs.map(() => undefined), ...gradients];
    };
    const passed = barrier(outputs, [...inputs, ...captured], rule, 'Gradient by computing once more.');
    return unflattenTree(result, passed);
  };
}

/**
 * Tensors that are only there once the gradient is. Nothing may find out that they equal the originals, or it would merge
 * the second computation with the first: an axis of size 1 is put in at a position that is computed from the gradient
 * (and always 0), then taken off again. Neither moves data.
 */
function tieTo(gradients: readonly (Tensor | undefined)[], tensors: readonly Tensor[]): Tensor[] {
  const gradient = gradients.find((each) => each !== undefined && !each.shape.includes(0));
  if (!gradient) return [...tensors];
  const first = slice(reshape(gradient, [-1]), { starts: [0], ends: [1] });
  const axes = mul(cast(first, 'int64'), int64Vector([0]));
  return tensors.map((tensor) => reshapeLike(apply1(tiedUnsqueeze, [tensor, axes], {}), tensor));
}

/** Unsqueeze along axis 0, where the axis is only known at run time. */
const tiedUnsqueeze = defineOperator({
  ...Unsqueeze,
  infer: ({ inputs }) =>
    inputs.slice(0, 1).flatMap((x) => (x ? [{ dtype: x.dtype, shape: [1, ...x.shape] }] : [])),
  gradient: ({ inputs, outputGradients }) => {
    const [x] = inputs;
    const [g] = outputGradients;
    return [x && g && reshapeLike(g, x), undefined];
  },
});
