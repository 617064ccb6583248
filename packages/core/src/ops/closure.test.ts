/**
 * The set of operators is closed under differentiation: each one with a gradient is used once, the use is differentiated
 * twice, and whatever the two gradients emit must be registered and differentiable in its turn. Nothing runs here.
 */
import { describe, expect, test } from 'vitest';
import { differentiable, useOf } from '../../test/operator-uses.js';
import { sortNodes } from '../graph/graph.js';
import { add, cast, eye, gradients, mul, ones, scan, sum, type Tensor, tanh } from '../index.js';
import { findOperator } from './registry.js';

const total = (tensors: readonly Tensor[]) =>
  tensors.map((each) => cast(sum(mul(each, each)), 'float32')).reduce((a, b) => add(a, b));

function expectClosed(outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
  const first = gradients(total(outputs), inputs);
  const second = gradients(total(first), inputs);
  for (const { operator } of sortNodes([...first, ...second])) {
    expect(findOperator(operator.domain, operator.name), operator.name).toBe(operator);
    // Those of noosphere are formulas of standard ones.
    expect(operator.domain === '' || operator.formula !== undefined, operator.name).toBe(true);
  }
}

describe('twice differentiable', () => {
  test.each(differentiable)('%s', (name) => {
    const { inputs, results } = useOf(name);
    const outputs = results(...inputs);
    expect(outputs.length, 'a float output to differentiate').toBeGreaterThan(0);
    expectClosed(outputs, inputs);
  });

  test('Scan', () => {
    const weight = eye(2);
    const { state, outputs } = scan(
      ([hidden], [x]) => {
        const next = tanh(mul(hidden as Tensor, x as Tensor));
        return { state: [next], outputs: [next] };
      },
      { state: [weight], sequences: [ones([3, 2, 2])] },
    );
    expectClosed([...state, ...outputs], [weight]);
  });
});
