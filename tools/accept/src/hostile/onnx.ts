/** Damaged ONNX files. */
import {
  add,
  concat,
  conv,
  exportOnnx,
  loadOnnx,
  lstm,
  matmul,
  maxPool,
  pad,
  relu,
  reshape,
  slice,
  softmax,
  spec,
  type Tensor,
  tensor,
} from '@noosphere/core';
import type { Random } from '../random.js';
import type { Damage, HostileFormat } from './format.js';
import { edited, varintBytes } from './protobuf.js';

const weights = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(index)),
    { shape },
  );

/** A dense network, a convolutional one with shape work behind it, a recurrent one, and one with a megabyte of weights. */
async function samples(): Promise<Uint8Array[]> {
  const dense = exportOnnx(({ x }, { w, b }) => softmax(add(matmul(x, w), b)), {
    inputs: { x: spec('float32', ['batch', 4]) },
    parameters: { w: weights(4, 3), b: weights(3) },
    metadata: { made: 'for damage' },
  });
  const image = exportOnnx(
    ({ x }, { w }) => {
      const y = maxPool(relu(conv(x, w, { padding: 1 })), { kernel: 2 });
      const padded = pad(y, {
        pads: [
          [0, 0],
          [0, 0],
          [1, 1],
          [0, 0],
        ],
      });
      const cut = slice(padded, { starts: [1], ends: [3], axes: [2] });
      return reshape(concat([cut, cut], { axis: 1 }), [1, -1]);
    },
    { inputs: { x: spec('float32', [1, 1, 4, 4]) }, parameters: { w: weights(2, 1, 3, 3) } },
  );
  const recurrent = exportOnnx(({ x }, { wi, wh }) => lstm(x, { weightInput: wi, weightHidden: wh }).hidden, {
    inputs: { x: spec('float32', ['time', 2, 3]) },
    parameters: { wi: weights(16, 3), wh: weights(16, 4) },
  });
  const large = exportOnnx(({ x }, { w }) => matmul(x, w), {
    inputs: { x: spec('float32', ['batch', 512]) },
    parameters: { w: weights(512, 512) },
  });
  return [dense, image, recurrent, large];
}

const huge = [2n ** 31n, 2n ** 40n, 2n ** 62n, -1n, -(2n ** 40n), 0n, 3n];

/** A field of the given path with a number that it should not have, or without its end. */
function field(...path: number[]): Damage {
  return (bytes, random) =>
    edited(
      bytes,
      path,
      (count) => random.below(Math.max(1, count)),
      (content) => wrong(content, random),
    );
}

function wrong(content: bigint | Uint8Array, random: Random) {
  if (typeof content === 'bigint') return random.pick([...huge, content + 1n]);
  switch (random.below(6)) {
    case 0:
      return content.slice(0, random.below(content.length + 1));
    case 1:
      return [content, content];
    case 2:
      return [];
    case 3:
      return random.bytes(random.below(24));
    case 4:
      return Buffer.concat([varintBytes(random.pick(huge)), varintBytes(random.pick(huge))]);
    default:
      return Buffer.concat([content, random.bytes(1 + random.below(8))]);
  }
}

export const onnxFormat: HostileFormat = {
  name: 'onnx',
  extension: '.onnx',
  samples,
  damages: {
    'dims of a weight': field(7, 5, 1),
    'type of a weight': field(7, 5, 2),
    'name of a weight': field(7, 5, 8),
    'data of a weight': field(7, 5, 9),
    'dim of an input': field(7, 11, 2, 1, 2, 1, 1),
    'type of an input': field(7, 11, 2, 1, 1),
    'shape of an input': field(7, 11, 2, 1, 2),
    'inputs of a node': field(7, 1, 1),
    'outputs of a node': field(7, 1, 2),
    'operator of a node': field(7, 1, 4),
    'an attribute': field(7, 1, 5),
    'a node': field(7, 1),
    'the graph': field(7),
    'the opset': field(8, 2),
    'a result': field(7, 12),
  },
  read: (path) => loadOnnx(path),
};
