import {
  cast,
  encodeSafetensors,
  hostData,
  isHostTensor,
  ones,
  readSafetensors,
  relu,
  type Tensor,
  tensor,
  zeros,
} from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import * as layers from '../layers/index.js';
import { Random } from '../random.js';
import { freeze, loadStateDict, stateDict, summary, tiedPaths, trainOnly } from './index.js';

const random = new Random(1);
const values = (x: Tensor | undefined) =>
  x && isHostTensor(x) ? Array.from(hostData(x), Number) : undefined;

const net = () =>
  new layers.Sequential(
    new layers.Conv2d(1, 2, 3, random),
    new layers.BatchNorm2d(2),
    relu,
    new layers.GlobalAvgPool(),
  );

describe('loadStateDict', () => {
  test('takes a safetensors file of PyTorch, with its count of batches as int64 and halves', async () => {
    const [from, to] = [net(), net()];
    const state = stateDict(from);
    const count = cast(tensor(7), 'int64');
    const half = cast(state['0.weight'] as Tensor, 'float16');
    await Promise.all([count.data(), half.data()]);
    const bytes = encodeSafetensors({
      ...state,
      '1.num_batches_tracked': count,
      '0.weight': half,
    } as typeof state);
    const { model, missing, unexpected } = loadStateDict(to, readSafetensors(bytes).tensors);
    expect([missing, unexpected]).toEqual([[], []]);
    const loaded = stateDict(model);
    expect(values(loaded['1.num_batches_tracked'])).toEqual([7]);
    expect(values(loaded['0.bias'])).toEqual(values(state['0.bias']));
    values(state['0.weight'])?.forEach((value, index) => {
      expect(values(loaded['0.weight'])?.[index]).toBeCloseTo(value, 3);
    });
    expect(model).toBeInstanceOf(layers.Sequential);
    expect(model.forward(ones([1, 1, 4, 4])).shape).toEqual([1, 2]);
  });

  const state = { weight: zeros([2, 2]), scale: zeros([2]), offset: zeros([1]) };

  test('lists all differences at once', () => {
    expect(() => loadStateDict(new layers.Linear(3, 2, random), state)).toThrow(
      'loadStateDict: unexpected scale, offset; missing bias; weight is [2, 2], the model has [2, 3]; ' +
        'use rename for other names, or strict: false to load what fits',
    );
  });

  test('not strict, it loads what fits and says what does not; shapes must fit still', () => {
    const layer = new layers.Linear(2, 2, random);
    const { model, missing, unexpected } = loadStateDict(layer, state, { strict: false });
    expect([missing, unexpected]).toEqual([['bias'], ['scale', 'offset']]);
    expect(values(model.weight)).toEqual([0, 0, 0, 0]);
    expect(values(model.bias)).toEqual(values(layer.bias));
    expect(() => loadStateDict(new layers.Linear(3, 2, random), state, { strict: false })).toThrow(
      'weight is [2, 2], the model has [2, 3]',
    );
  });

  test('renames', () => {
    const renamed = { 'model.weight': zeros([2, 2]), 'model.bias': zeros([2]), 'model.mask': zeros([1]) };
    const rename = (name: string) => (name.endsWith('mask') ? undefined : name.replace('model.', ''));
    expect(values(loadStateDict(new layers.Linear(2, 2, random), renamed, { rename }).model.bias)).toEqual([
      0, 0,
    ]);
  });

  test('of tied paths one suffices, they stay tied, and differing values are refused', () => {
    const table = new layers.Embedding(3, 2, random);
    const model = { table, head: { weight: table.weight } };
    expect(tiedPaths(model)).toEqual([['table.weight', 'head.weight']]);
    const loaded = loadStateDict(model, { 'head.weight': ones([3, 2]) }).model;
    expect(loaded.table.weight).toBe(loaded.head.weight);
    expect(() =>
      loadStateDict(model, { 'head.weight': ones([3, 2]), 'table.weight': zeros([3, 2]) }),
    ).toThrow('table.weight and head.weight are tied in the model, but differ');
  });
});

describe('freeze', () => {
  const model = {
    encoder: [new layers.Linear(2, 2, random), new layers.Linear(2, 2, random)],
    norm: new layers.BatchNorm1d(2),
    head: new layers.Linear(2, 1, random),
  };
  const frozen = (trainable: (path: string) => boolean) =>
    Object.keys(stateDict(model)).filter((path) => !trainable(path));

  test.each<[string, string | RegExp | (string | RegExp)[], string[]]>([
    ['a path', 'head.bias', ['head.bias']],
    ['one part', 'encoder.*.bias', ['encoder.0.bias', 'encoder.1.bias']],
    ['any parts', '**.weight', ['encoder.0.weight', 'encoder.1.weight', 'norm.weight', 'head.weight']],
    ['a regular expression, with the flag g too', /^(norm|head)\.w/g, ['norm.weight', 'head.weight']],
    ['several', ['norm.*', /head/], ['norm.weight', 'norm.bias', 'head.weight', 'head.bias']],
  ])('%s', (_, patterns, expected) => {
    const found = frozen(freeze(model, patterns)).filter((path) => !/running|tracked/.test(path));
    expect(found).toEqual(expected);
  });

  test('what is tied freezes together', () => {
    const table = new layers.Embedding(3, 2, random);
    const tied = { table, head: { weight: table.weight }, bias: ones([3]) };
    expect(freeze(tied, 'head.weight')('table.weight')).toBe(false);
    expect(trainOnly(tied, 'head.*')('table.weight')).toBe(true);
  });

  test('trainOnly freezes the others', () => {
    expect(trainOnly(model, 'head.**')('norm.weight')).toBe(false);
    expect(trainOnly(model, 'head.**')('head.weight')).toBe(true);
  });

  test('patterns without a parameter, and nothing left', () => {
    expect(() => freeze(model, ['encoder', 'head.*'])).toThrow(
      'freeze: no parameter matches encoder; there are encoder.0.weight, encoder.0.bias,',
    );
    expect(() => freeze(model, 'norm.running_mean')).toThrow('no parameter matches norm.running_mean');
    expect(() => freeze(model, '**')).toThrow('freeze: the patterns match every parameter');
  });
});

describe('summary', () => {
  test('a table of layers, with closed-form counts', () => {
    const lines: string[] = [];
    const model = {
      body: new layers.Sequential(new layers.Linear(4, 8, random), relu),
      norm: new layers.BatchNorm1d(8),
      head: new layers.Linear(8, 2, random),
    };
    const forward = ({ body, norm, head }: typeof model, [x]: readonly Tensor[]) =>
      head.forward(norm.forward(body.forward(x as Tensor)));
    const found = summary(model, ones([5, 4]), { forward, log: (text) => lines.push(text) });
    expect(found.parameters).toBe(4 * 8 + 8 + 2 * 8 + 8 * 2 + 2);
    expect(found.buffers).toBe(8 + 8 + 1);
    expect(found.rows.map(({ path, type, outputShape }) => `${path} ${type} ${outputShape}`)).toEqual([
      'body Sequential [5, 8]',
      'body.0 Linear [5, 8]',
      'norm BatchNorm1d [5, 8]',
      'head Linear [5, 2]',
    ]);
    expect(
      found.rows.reduce((total, { path, flops }) => (path === 'body.0' ? total : total + flops), 0),
    ).toBe(found.flops);
    expect(lines).toEqual([String(found)]);
  });

  test('a layer that is called twice costs twice and has its parameters once', () => {
    const shared = new layers.Linear(4, 4, random);
    const found = summary(new layers.Sequential(shared, relu, shared), ones([1, 4]), { log: false });
    expect(found.parameters).toBe(20);
    expect(found.rows.map(({ path, calls }) => [path, calls])).toEqual([
      ['', 1],
      ['0', 2],
    ]);
    expect(found.rows[1]?.flops).toBe(found.flops - 4);
  });

  test('recurrent and attention layers, whose results are trees and whose inputs are several', () => {
    const lstm = summary(new layers.LSTM(3, 4, random), ones([6, 2, 3]), { log: false });
    expect(lstm.rows[0]).toMatchObject({ path: '', type: 'LSTM', outputShape: '[6, 2, 4]', parameters: 144 });
    const decoder = new layers.TransformerDecoderLayer(8, 2, random, { inner: 16 });
    const found = summary(decoder, [ones([1, 3, 8]), ones([1, 5, 8])], { log: false });
    expect(found.rows.map(({ path }) => path)).toEqual([
      '',
      'self_attn',
      'self_attn.out_proj',
      'multihead_attn',
      'multihead_attn.out_proj',
      'linear1',
      'linear2',
      'norm1',
      'norm2',
      'norm3',
    ]);
  });

  test('a model without forward', () => {
    expect(() => summary({ weight: ones([1]) }, ones([1]))).toThrow('the model has no forward function');
  });
});

test('a layer is charged with its own work, also where an operator reaches behind its argument', () => {
  const random = new Random(1);
  const net = new layers.Sequential(
    new layers.Conv2d(1, 4, 3, random),
    relu,
    new layers.MaxPool(2),
    new layers.Conv2d(4, 2, 3, random),
  );
  const table = summary(net, ones([10, 1, 10, 10]), { log: false });
  const flopsOf = (path: string) => table.rows.find((row) => row.path === path)?.flops ?? Number.NaN;
  // A pool of 4 x 4 x 4 windows of 4, on 10 rows, and the relu that goes with it: nothing near the product before it.
  expect(flopsOf('2')).toBeLessThan(10 * 4 * 16 * 8);
  const own = table.rows.filter(({ path }) => path !== '').reduce((sum, { flops }) => sum + flops, 0);
  expect(own).toBeLessThanOrEqual(table.flops);
  expect(String(table)).toContain('forward pass of [10, 1, 10, 10]: ');
});
