/**
 * If and Loop, as files bring them. Their bodies are closed graphs: what these read from outside stands behind the
 * operator's own inputs, `captures` counts it, and each body has a place for all of it behind its own inputs.
 */
import { ArgumentError, DTypeError } from '@noosphere/base';
import { defineOperator, freshDim, type Graph, notDifferentiable, type OutputInfo } from '../graph/index.js';
import type { Dim, Shape } from '../shape/index.js';
import { required } from './like.js';

export const If = defineOperator({
  name: 'If',
  opset: 21,
  attributes: { then_branch: 'graph', else_branch: 'graph', captures: 'int' },
  defaults: { captures: 0 },
  allOutputs: true,
  infer: ({ inputs, attributes }) => {
    const condition = required('If', inputs, 0);
    if (condition.dtype !== 'bool')
      throw new DTypeError('If', `the condition must be bool, got ${condition}; compare it with something`);
    return commonOutputs(attributes.then_branch, attributes.else_branch);
  },
  gradient: notDifferentiable(
    'which branch ran is only known at run time; where() computes both and has a gradient',
  ),
  flops: ({ attributes }) => Math.max(flopsOf(attributes.then_branch), flopsOf(attributes.else_branch)),
  doc: 'The results of one branch or the other, by a condition.',
});

/** Outputs of both branches; dimensions in which they differ are open. */
function commonOutputs(onTrue: Graph, onFalse: Graph): OutputInfo[] {
  if (onTrue.outputs.length !== onFalse.outputs.length) {
    throw new ArgumentError(
      'If',
      `both branches must give the same number of results, got ${onTrue.outputs.length} and ${onFalse.outputs.length}`,
    );
  }
  return onTrue.outputs.map((output, index) => {
    const other = onFalse.outputs[index];
    if (other?.dtype !== output.dtype)
      throw new DTypeError('If', `result ${index} is ${output} in one branch and ${other} in the other`);
    return { dtype: output.dtype, shape: commonShape(output.shape, other.shape) };
  });
}

function commonShape(a: Shape, b: Shape): Dim[] {
  if (a.length !== b.length)
    throw new ArgumentError('If', `a result has rank ${a.length} in one branch and ${b.length} in the other`);
  return a.map((dim, axis) => (dim === b[axis] ? dim : freshDim('either')));
}

/** FLOPs of a body run once, as far as its shapes are known. */
export function flopsOf(body: Graph): number {
  return body.nodes.reduce((total, node) => total + node.operator.flops(node as never), 0);
}

export const Loop = defineOperator({
  name: 'Loop',
  opset: 21,
  attributes: { body: 'graph', captures: 'int' },
  defaults: { captures: 0 },
  allOutputs: true,
  infer: ({ inputs, attributes }) => {
    const states = inputs.length - attributes.captures - 2;
    const [, ...results] = attributes.body.outputs;
    const rounds = freshDim('rounds');
    return results.map(({ dtype, shape }, index) => ({
      dtype,
      shape: index < states ? shape : [rounds, ...shape],
    }));
  },
  gradient: notDifferentiable(
    'the number of rounds is only known at run time; scan() has a gradient where it is known beforehand',
  ),
  flops: ({ attributes }) => flopsOf(attributes.body),
  doc: 'A body run until a count or a condition ends it: state goes from round to round, other results are collected.',
});
