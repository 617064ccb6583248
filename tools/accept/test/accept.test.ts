import { importOnnx, NoosphereError, readSafetensors, tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { difference } from '../src/compare.js';
import { byteDamages } from '../src/hostile/format.js';
import { formats } from '../src/hostile/index.js';
import { onnxFormat } from '../src/hostile/onnx.js';
import { edited, varintBytes } from '../src/hostile/protobuf.js';
import { Random } from '../src/random.js';
import { passes } from '../src/run.js';
import { runs } from '../src/runs/index.js';

test('runs have names of their own', () => {
  const names = runs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('a bar is reached from its side, and NaN reaches none', () => {
  expect(passes(1, { is: '>=', value: 1 })).toBe(true);
  expect(passes(0.9, { is: '>=', value: 1 })).toBe(false);
  expect(passes(0.9, { is: '<=', value: 1 })).toBe(true);
  expect(passes(Number.NaN, { is: '<=', value: 1 })).toBe(false);
  expect(passes(Number.NaN, { is: '>=', value: 1 })).toBe(false);
});

test('one seed gives one sequence', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.below(1000));
  };
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});

describe('a difference', () => {
  const tolerance = { relative: 1e-3, absolute: 1e-7 };
  test('is none for equal values, NaN and infinities included', () => {
    const values = tensor([1, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(difference(values, values, tolerance)).toBeUndefined();
    expect(difference(tensor([1.0005]), tensor([1]), tolerance)).toBeUndefined();
  });
  test('is seen in values, types, shapes and one-sided NaN', () => {
    expect(difference(tensor([1.01]), tensor([1]), tolerance)).toMatch(/element 0 is 1.0/);
    expect(difference(tensor([Number.NaN]), tensor([1]), tolerance)).toMatch(/element 0 is NaN/);
    expect(difference(tensor([1]), tensor([[1]]), tolerance)).toMatch(/shape \[1\], expected \[1,1\]/);
    const ints = tensor([1, 3], { dtype: 'int32' });
    expect(difference(tensor([1, 3]), ints, tolerance)).toMatch(/type float32/);
    expect(difference(tensor([1, 2], { dtype: 'int32' }), ints, tolerance)).toMatch(/element 1/);
  });
});

test('a field deep in a message is changed, and the lengths around it fit', async () => {
  const [sample = new Uint8Array()] = await onnxFormat.samples('.');
  const renamed = edited(
    sample,
    [7, 12, 1],
    () => 0,
    () => new TextEncoder().encode('another_name'),
  );
  expect(() => importOnnx(renamed)).toThrow(/nothing makes the result 'another_name'/);
  const opset = edited(
    sample,
    [8, 2],
    () => 0,
    () => 99n,
  );
  expect(() => importOnnx(opset)).toThrow(/opset 99/);
  expect(Array.from(varintBytes(300n))).toEqual([172, 2]);
});

test.each(formats.map((format) => [format.name, format] as const))(
  'damages of %s files change them, the same way for one seed',
  async (_, format) => {
    const samples = await format.samples('.');
    expect(samples.length).toBeGreaterThan(0);
    const [sample = new Uint8Array()] = samples;
    for (const [name, damage] of Object.entries({ ...byteDamages, ...format.damages })) {
      const [first = '', again] = [5, 5].map((seed) => {
        const random = new Random(seed);
        const damaged = Array.from({ length: 4 }, () => damage(sample, random));
        expect(
          damaged.some((bytes) => Buffer.compare(bytes, sample) !== 0),
          name,
        ).toBe(true);
        return Buffer.concat(damaged).toString('base64');
      });
      expect(first === again, name).toBe(true);
    }
  },
);

test('errors of damaged files are typed', () => {
  for (const read of [importOnnx, readSafetensors]) {
    try {
      read(new Uint8Array([1, 2, 3]));
      expect.unreachable();
    } catch (error) {
      expect(NoosphereError.isInstance(error)).toBe(true);
    }
  }
});
