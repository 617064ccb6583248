// tfjs-node as a benchmark side, started in a folder whose node_modules has it (tfjs/build.sh makes one).
//
//   node tfjs-peer.mjs --model cnn --data DIR [--steps-per-call 1]
//
// TensorFlow.js is channels-last: images and convolution weights are turned round before any timing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
const tf = createRequire(join(process.cwd(), 'package.json'))('@tensorflow/tfjs-node');
const importMb = statusMb('VmRSS');

function statusMb(field) {
  const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${field}:\\s+(\\d+)`, 'm'));
  return (Number(line[1]) * 1024) / 1e6;
}

/** Tensors of a safetensors file as {shape, data}. */
function readTensors(path) {
  const bytes = new Uint8Array(readFileSync(path)).buffer;
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length)));
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const View = dtype === 'I32' ? Int32Array : Float32Array;
        return [name, { shape, data: new View(bytes, 8 + length + begin, (end - begin) / 4) }];
      },
    ),
  );
}

/** The transposed tensor, as {shape, data} on the host. */
function transposed({ shape, data }, permutation) {
  return tf.tidy(() => {
    const result = tf.transpose(tf.tensor(data, shape), permutation);
    return { shape: result.shape, data: result.dataSync() };
  });
}

const dense = (p, name, x) => tf.add(tf.matMul(x, p[`${name}.weight`], false, true), p[`${name}.bias`]);
const convolution = (p, name, x, padding) =>
  tf.add(tf.conv2d(x, p[`${name}.weight`], 1, padding), p[`${name}.bias`]);
const pool = (x) => tf.maxPool(x, 2, 2, 'valid');
const squaredError = (prediction, y) => tf.mean(tf.square(tf.sub(prediction, y)));

function crossEntropy(logits, labels) {
  const classes = logits.shape[1];
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, classes), tf.logSoftmax(logits)), 1)));
}

function lstm(p, x, y) {
  const [steps, batch] = x.shape;
  const bias = tf.add(p['lstm.bias_ih_l0'], p['lstm.bias_hh_l0']);
  const flat = tf.matMul(tf.reshape(x, [steps * batch, 5]), p['lstm.weight_ih_l0'], false, true);
  const inputs = tf.unstack(tf.reshape(tf.add(flat, bias), [steps, batch, 256]));
  let hidden = tf.zeros([batch, 64]);
  let cell = tf.zeros([batch, 64]);
  for (const input of inputs) {
    const gates = tf.add(input, tf.matMul(hidden, p['lstm.weight_hh_l0'], false, true));
    const [i, f, g, o] = tf.split(gates, 4, 1);
    cell = tf.add(tf.mul(tf.sigmoid(f), cell), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    hidden = tf.mul(tf.sigmoid(o), tf.tanh(cell));
  }
  return squaredError(dense(p, 'head', hidden), y);
}

function layerNorm(p, name, x) {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, p[`${name}.weight`]), p[`${name}.bias`]);
}

const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

function encoderLayer(p, name, x, batch, length, drop) {
  const joined = tf.matMul(x, p[`${name}.self_attn.in_proj_weight`], false, true);
  const projected = tf.add(joined, p[`${name}.self_attn.in_proj_bias`]);
  const heads = (part) => tf.transpose(tf.reshape(part, [batch, length, 12, 32]), [0, 2, 1, 3]);
  const [query, key, value] = tf.split(projected, 3, 1).map(heads);
  const scores = tf.mul(tf.matMul(query, key, false, true), 32 ** -0.5);
  const mixed = tf.transpose(tf.matMul(drop(tf.softmax(scores)), value), [0, 2, 1, 3]);
  const attended = dense(p, `${name}.self_attn.out_proj`, tf.reshape(mixed, [batch * length, 384]));
  const middle = layerNorm(p, `${name}.norm1`, tf.add(x, drop(attended)));
  const inner = drop(gelu(dense(p, `${name}.linear1`, middle)));
  return layerNorm(p, `${name}.norm2`, tf.add(middle, drop(dense(p, `${name}.linear2`, inner))));
}

const encoder = (rate) => (p, x, y) => {
  const [batch, length] = x.shape;
  const drop = rate === 0 ? (value) => value : (value) => tf.dropout(value, rate);
  const embedded = tf.add(tf.gather(p['token.weight'], x), p['position.weight']);
  let hidden = tf.reshape(embedded, [batch * length, 384]);
  for (let index = 0; index < 6; index++) {
    hidden = encoderLayer(p, `encoder.layers.${index}`, hidden, batch, length, drop);
  }
  return crossEntropy(dense(p, 'head', hidden), tf.reshape(y, [-1]));
};

const losses = {
  mlp: (p, x, y) => squaredError(dense(p, 'fc2', tf.relu(dense(p, 'fc1', x))), y),
  'small-cnn': (p, x, y) => {
    const first = tf.relu(pool(convolution(p, 'conv1', x, 'valid')));
    const second = tf.relu(pool(convolution(p, 'conv2', first, 'valid')));
    const flat = tf.reshape(second, [x.shape[0], -1]);
    return crossEntropy(dense(p, 'fc2', tf.relu(dense(p, 'fc1', flat))), y);
  },
  cnn: (p, x, y) => {
    const features = ['conv1', 'conv2', 'conv3'].reduce(
      (input, name) => pool(tf.relu(convolution(p, name, input, 'same'))),
      x,
    );
    const flat = tf.reshape(features, [x.shape[0], -1]);
    return crossEntropy(dense(p, 'fc2', tf.relu(dense(p, 'fc1', flat))), y);
  },
  lstm,
  encoder: encoder(0),
  'encoder-dropout': encoder(0.1),
};

/** Channels-last weights: convolutions [O, I, h, w] -> [h, w, I, O], and the layer behind them reordered to match. */
function prepareWeights(weights) {
  const lastConvolution = weights['conv3.weight'] ?? weights['conv2.weight'];
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => {
      if (weight.shape.length === 4) return [name, transposed(weight, [2, 3, 1, 0])];
      if (name !== 'fc1.weight' || lastConvolution === undefined) return [name, weight];
      const [outputs, inputs] = weight.shape;
      const channels = lastConvolution.shape[0];
      const side = Math.sqrt(inputs / channels);
      const images = transposed({ shape: [outputs, channels, side, side], data: weight.data }, [0, 2, 3, 1]);
      return [name, { shape: [outputs, inputs], data: images.data }];
    }),
  );
}

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    data: { type: 'string' },
    'steps-per-call': { type: 'string', default: '1' },
  },
});
const stepsPerCall = Number(options['steps-per-call']);
const loss = losses[options.model.replace(/-k\d+$/, '')];
if (loss === undefined) throw new Error(`tfjs-node has no row ${options.model}`);
const weights = prepareWeights(readTensors(join(options.data, 'weights.safetensors')));
const parameters = Object.fromEntries(
  Object.entries(weights).map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, shape))]),
);
const host = readTensors(join(options.data, 'batches.safetensors'));
const batches = Array.from({ length: 8 }, (_, index) => {
  const x = host[`x${index}`];
  return { x: x.shape.length === 4 ? transposed(x, [0, 2, 3, 1]) : x, y: host[`y${index}`] };
});
const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
const upload = ({ shape, data }) => tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');

function step(number) {
  const batch = batches[number % batches.length];
  const [x, y] = [upload(batch.x), upload(batch.y)];
  const value = optimizer.minimize(() => loss(parameters, x, y), true);
  tf.dispose([x, y]);
  return value;
}

/** Losses are fetched once a call. */
function call(firstStep) {
  const values = Array.from({ length: stepsPerCall }, (_, index) => step(firstStep + index));
  const results = values.map((value) => value.dataSync()[0]);
  tf.dispose(values);
  return results;
}

const answer = (message) => console.log(JSON.stringify(message));
answer({ ready: true });
let done = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, n } = JSON.parse(line);
  if (cmd === 'quit') break;
  if (cmd === 'memory') answer({ peakMb: statusMb('VmHWM'), importMb });
  if (cmd !== 'steps') continue;
  const ms = [];
  const found = [];
  for (let index = 0; index < n; index++) {
    const start = performance.now();
    found.push(...call(done));
    ms.push((performance.now() - start) / stepsPerCall);
    done += stepsPerCall;
  }
  answer({ ms, losses: found });
}
