import { FormatError, NoosphereError } from '@noosphere/base';
import { expect, test } from 'vitest';
import { float, type ModelText, modelBytes, rawTensor } from '../../test/onnx-model.js';
import { fromNumbers } from '../graph/index.js';
import '../index.js';
import { readTensorProto } from './decode-tensor.js';
import { importOnnx } from './import.js';
import { WireWriter } from './wire.js';

const zeros = (bytes: number) => new Uint8Array(bytes);
const relu: ModelText = { nodes: [['Relu', 'x', 'y']], inputs: [float('x', 2)], outputs: [float('y', 2)] };
const withWeight = (weight: WireWriter): Uint8Array =>
  modelBytes({
    nodes: [['Add', 'x w', 'y']],
    inputs: [float('x', 2)],
    outputs: [float('y', 2)],
    initializers: { w: weight },
  });
const external = (location: string) => {
  const tensor = new WireWriter();
  tensor.int(1, 2);
  tensor.int(2, 1);
  tensor.string(8, 'w');
  const entry = new WireWriter();
  entry.string(1, 'location');
  entry.string(2, location);
  tensor.message(13, entry);
  tensor.int(14, 1);
  return tensor;
};

test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
  ['nothing at all', zeros(0), /holds no graph/],
  ['no protobuf', new TextEncoder().encode('<html>not a model</html>'), /model/],
  ['a file cut off', modelBytes(relu).subarray(0, 30), /claims \d+ bytes/],
  ['dims beyond the data', withWeight(rawTensor('w', 1, [3], zeros(8))), /'w'.*take 12 bytes, got 8/],
  ['huge dims', withWeight(rawTensor('w', 1, [2 ** 30, 2 ** 30], zeros(8))), /'w'.*beyond any memory/],
  ['a dim that overflows', withWeight(rawTensor('w', 1, [2n ** 62n], zeros(8))), /a dimension is/],
  ['a negative dim', withWeight(rawTensor('w', 1, [-2], zeros(8))), /a dimension is -2/],
  ['an unknown element type', withWeight(rawTensor('w', 77, [2], zeros(8))), /element type number 77/],
  ['a type that is not carried', withWeight(rawTensor('w', 16, [2], zeros(4))), /bfloat16/],
  ['no element type', withWeight(rawTensor('w', 0, [2], zeros(8))), /no element type/],
  ['data elsewhere', withWeight(external('other.bin')), /'w'.*loadOnnx/],
  [
    'a cycle',
    modelBytes({
      ...relu,
      nodes: [
        ['Add', 'x b', 'a'],
        ['Relu', 'a', 'b'],
        ['Relu', 'b', 'y'],
      ],
    }),
    /node 0 .*reads 'b' before/,
  ],
  [
    'a dangling input',
    modelBytes({ ...relu, nodes: [['Add', 'x nowhere', 'y']] }),
    /'nowhere', which nothing makes/,
  ],
  ['a dangling result', modelBytes({ ...relu, nodes: [['Relu', 'x', 'z']] }), /nothing makes the result 'y'/],
  [
    'a name made twice',
    modelBytes({
      ...relu,
      nodes: [
        ['Relu', 'x', 'y'],
        ['Relu', 'x', 'y'],
      ],
    }),
    /makes 'y', which is there/,
  ],
  [
    'two inputs of a name',
    modelBytes({ ...relu, inputs: [float('x', 2), float('x', 2)] }),
    /'x' is there twice/,
  ],
  ['a negative size', modelBytes({ ...relu, inputs: [float('x', -5)] }), /a dimension is -5/],
  ['an opset of the future', modelBytes({ ...relu, opset: 99 }), /opset 99, expected 1 to 26/],
  [
    'an attribute of another kind',
    modelBytes({ ...relu, nodes: [['Softmax', 'x', 'y', { axis: { string: 'last' } }]] }),
    /'axis' of Softmax must be int/,
  ],
  [
    'an attribute unknown',
    modelBytes({ ...relu, nodes: [['Relu', 'x', 'y', { axis: { int: 1 } }]] }),
    /Relu has no attribute 'axis'/,
  ],
  [
    'an attribute missing',
    modelBytes({ ...relu, nodes: [['Concat', 'x', 'y']] }),
    /Concat needs the attribute 'axis'/,
  ],
  ['more results than there are', modelBytes({ ...relu, nodes: [['Relu', 'x', 'y z']] }), /names 'z' too/],
])('%s is refused, and the place is named', (_, bytes, message) => {
  expect(() => importOnnx(bytes)).toThrow(FormatError);
  expect(() => importOnnx(bytes)).toThrow(message);
});

test('an operator on shapes that do not fit is an error at its node', () => {
  const bytes = modelBytes({
    ...relu,
    nodes: [['MatMul', 'x w', 'y']],
    initializers: { w: fromNumbers('float32', [3, 1], [1, 2, 3]) },
  });
  expect(() => importOnnx(bytes)).toThrow(/node 0 \(MatMul\)/);
});

test('functions that call each other without end are refused', () => {
  const call = (name: string, other: string) => ({
    domain: 'local',
    name,
    inputs: 'a',
    outputs: 'b',
    nodes: [[`local:${other}`, 'a', 'b']] as const,
  });
  const bytes = modelBytes({ ...relu, functions: [call('F', 'G'), call('G', 'F')] });
  expect(() => importOnnx(bytes)).toThrow(/calls itself/);
});

test('graphs nested without end are refused', () => {
  let graph: ModelText = { nodes: [], outputs: [] };
  for (let depth = 0; depth < 200; depth++)
    graph = { nodes: [['If', 'x', 'y', { then_branch: { graph } }]], outputs: [] };
  expect(() => importOnnx(modelBytes(graph))).toThrow(/nested more than/);
});

test('every cut and every flipped bit ends in a model or a typed error, at once', () => {
  const bytes = modelBytes({
    nodes: [
      ['Conv', 'x w', 'c', { pads: { ints: [1, 1, 1, 1] }, kernel_shape: { ints: [3, 3] } }],
      ['Shape', 'c', 's'],
      ['Gather', 's z', 'n'],
      ['Unsqueeze', 'n i', 'nv'],
      ['Concat', 'nv m', 'r', { axis: { int: 0 } }],
      ['Reshape', 'c r', 'y'],
    ],
    inputs: [float('x', 1, 1, 4, 4)],
    outputs: [float('y', 1, 16)],
    initializers: {
      w: fromNumbers(
        'float32',
        [1, 1, 3, 3],
        Array.from({ length: 9 }, (_, index) => index),
      ),
      i: fromNumbers('int64', [1], [0]),
      z: fromNumbers('int64', [], [0]),
      m: fromNumbers('int64', [1], [-1]),
    },
  });
  const outcomes = { models: 0, refusals: 0 };
  const attempt = (damaged: Uint8Array) => {
    try {
      importOnnx(damaged);
      outcomes.models += 1;
    } catch (error) {
      expect(NoosphereError.isInstance(error), String(error)).toBe(true);
      outcomes.refusals += 1;
    }
  };
  for (let length = 0; length < bytes.length; length++) attempt(bytes.subarray(0, length));
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x80]) {
      const damaged = bytes.slice();
      damaged[at] ^= flip;
      attempt(damaged);
    }
  }
  expect(outcomes.refusals).toBeGreaterThan(bytes.length);
  expect(outcomes.models).toBeGreaterThan(0);
});

test('numbers kept in typed fields are read', async () => {
  const typedTensor = (type: number, write: (packed: WireWriter) => void) => {
    const tensor = new WireWriter();
    tensor.int(1, 2);
    tensor.int(2, type);
    write(tensor);
    return tensor.finish();
  };
  const floats = new Uint8Array(new Float32Array([1.5, -2]).buffer);
  expect(await readTensorProto(typedTensor(1, (tensor) => tensor.bytes(4, floats))).array()).toEqual([
    1.5, -2,
  ]);
  const doubles = new Uint8Array(new Float64Array([0.1, 2]).buffer);
  expect(await readTensorProto(typedTensor(11, (tensor) => tensor.bytes(10, doubles))).array()).toEqual([
    0.1, 2,
  ]);
  const negative = typedTensor(6, (tensor) => tensor.packedInts(5, [-3, 70000]));
  expect(await readTensorProto(negative).array()).toEqual([-3, 70000]);
  expect(await readTensorProto(typedTensor(9, (tensor) => tensor.packedInts(5, [1, 0]))).array()).toEqual([
    true,
    false,
  ]);
  expect(
    await readTensorProto(typedTensor(10, (tensor) => tensor.packedInts(5, [0x3c00, 0xc000]))).array(),
  ).toEqual([1, -2]);
  expect(
    await readTensorProto(typedTensor(7, (tensor) => tensor.packedInts(7, [-1, 2 ** 40]))).array(),
  ).toEqual([-1, 2 ** 40]);
});
