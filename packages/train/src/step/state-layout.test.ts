import { ones } from '@noosphere/core';
import { expect, test } from 'vitest';
import { adam, sgd } from '../optimizers/index.js';
import { planGroups } from './packing.js';
import { StateLayout } from './state-layout.js';

// Two optimizers over a model whose last parameter is too large to be packed: Adam has two slots, plain SGD none.
const model = { a: { weight: ones([2, 2]), bias: ones([2]) }, b: { weight: ones([3]) }, c: ones([200, 200]) };
const groups = planGroups(model, () => true, [{ parameters: /^b/, optimizer: sgd() }, { optimizer: adam() }]);
const layout = new StateLayout(groups, []);

test('a list is read into its parts and written again', () => {
  const list = ['b', 'a', 'a mean', 'a square', 'c', 'c mean', 'c square'];
  const { state, rest } = layout.read([...list, 'scalars', 'batch']);
  expect(state.groups).toEqual([
    { parameter: 'b', slots: [] },
    { parameter: 'a', slots: ['a mean', 'a square'] },
    { parameter: 'c', slots: ['c mean', 'c square'] },
  ]);
  expect([state.buffers, rest]).toEqual([[], ['scalars', 'batch']]);
  expect(layout.write(state)).toEqual(list);
});

test('a state by names is the state again', () => {
  const state = layout.initial(model);
  const named = layout.toNamed(state);
  expect([...named.parameters.keys()]).toEqual(['b.weight', 'a.weight', 'a.bias', 'c']);
  expect([...named.slots.keys()].slice(0, 3)).toEqual(['mean.a.weight', 'mean.a.bias', 'mean.c']);
  expect(layout.fromNamed(named)).toEqual(state);
  expect(() => layout.fromNamed({ ...named, slots: new Map() })).toThrow(
    "restore: the state has no 'mean.a.weight'",
  );
});
