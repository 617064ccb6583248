/** Every layer against PyTorch in float64: values, gradients, and buffers of a training step. The cases are data. */
import { cast, mapTree, namedTensors, Tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { checkCase, type GoldenCall, type GoldenCase, readCases } from '../../test/golden-cases.js';
import { Random } from '../random.js';
import { inference, TrainingContext } from '../step/context.js';
import * as layers from './index.js';

const classes: Readonly<Record<string, unknown>> = layers;

/** The layer of a case with the state of now in its fields. */
function layerOf(golden: GoldenCase, state: Readonly<Record<string, Tensor>>) {
  const made = classes[golden.layer ?? ''];
  if (typeof made !== 'function') throw new Error(`there is no layer ${golden.layer}`);
  const given = (golden.construct ?? []).map((value) => (value === '$random' ? new Random(1) : value));
  const layer: { forward: (...values: readonly unknown[]) => unknown } = Reflect.construct(made, given);
  expect([...namedTensors(layer).keys()].sort(), 'names').toEqual(Object.keys(state).sort());
  return mapTree(layer, (leaf, path) => {
    const own = state[path] as Tensor;
    expect(own.shape, `shape of ${path}`).toEqual(leaf.shape);
    return cast(own, 'float32');
  });
}

const call =
  (golden: GoldenCase): GoldenCall =>
  (values, state) => {
    const layer = layerOf(golden, state);
    const context = golden.training ? new TrainingContext() : inference;
    const result = layer.forward(...values.map((value) => (value === '$context' ? context : value)));
    const buffers = Object.entries(layer).flatMap(([name, leaf]): [string, Tensor][] =>
      leaf instanceof Tensor ? [[`buffer.${name}`, context.current(leaf)]] : [],
    );
    if (result instanceof Tensor) return { '': result, ...Object.fromEntries(buffers) };
    return Object.fromEntries(namedTensors(result as object));
  };

for (const file of ['linear-and-convolution', 'norms-and-pools', 'recurrent', 'attention', 'transformer']) {
  describe(file, () => {
    for (const golden of readCases(new URL(`goldens/${file}.json`, import.meta.url)))
      test(golden.name, () => checkCase(golden, call(golden)));
  });
}
