/** A place in the graph that only the tracer sees: values pass through it, their gradient is its own. */
import { apply, defineOperator, type GradientRule, type Tensor } from '../graph/index.js';

/** An operator that passes values through and has the given gradient; the compiler takes it out. */
export function barrier(
  values: readonly Tensor[],
  behind: readonly Tensor[],
  gradient: GradientRule<object>,
  doc: string,
): Tensor[] {
  const operator = defineOperator({
    name: 'Barrier',
    domain: 'noosphere',
    opset: 1,
    attributes: {},
    infer: () => values.map(({ dtype, shape }) => ({ dtype, shape })),
    gradient,
    flops: () => 0,
    doc,
  });
  return apply(operator, [...values, ...behind], {});
}
