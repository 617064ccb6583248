// Prints the peak memory, in MB above the start, of a gradient through ten wide blocks; 'checkpoint' as argument wraps each.
import { readFileSync } from 'node:fs';
import {
  checkpoint,
  compile,
  mean,
  mul,
  ones,
  sigmoid,
  type Tensor,
  tanh,
  valueAndGrad,
} from '../src/index.js';

function megabytes(field: 'VmHWM' | 'VmRSS'): number {
  const line = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`));
  return Number(line?.[1]) / 1024;
}

// 8 MB a tensor, five of them in each block.
const block = (x: Tensor, weight: Tensor) => mul(tanh(mul(sigmoid(mul(x, weight)), sigmoid(x))), weight);
const wrapped = process.argv[2] === 'checkpoint' ? checkpoint(block) : block;
const step = compile(
  (weight: Tensor, x: Tensor) =>
    valueAndGrad((own: Tensor) => {
      let h = x;
      for (let depth = 0; depth < 10; depth++) h = wrapped(h, own);
      return mean(h);
    })(weight),
  { threads: 1 },
);
const x = ones([512, 4096]);
const before = megabytes('VmRSS');
const { value, grads } = await step(tensorOfOnes(), x);
console.log(
  JSON.stringify({
    peak: megabytes('VmHWM') - before,
    value: await value.item(),
    slope: (await grads.data())[0],
  }),
);

function tensorOfOnes(): Tensor {
  return ones([1, 4096]);
}
