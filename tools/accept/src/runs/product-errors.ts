/** How far products are from float64 in each precision: the largest difference over the largest value. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cast,
  compile,
  fromData,
  type HostTensor,
  hostData,
  matmul,
  productPrecision,
  type Tensor,
} from '@noosphere/core';
import { Random } from '@noosphere/train';
import { type AcceptanceRun, MissingError } from '../run.js';

/** M, K, N: products of an encoder layer, and a deep one as of a weight's gradient. */
const shapes = [
  [512, 384, 1536],
  [512, 1536, 384],
  [384, 8192, 384],
] as const;

export const productErrors: AcceptanceRun = {
  name: 'product-errors',
  metric: "largest error of products at 'high', over the largest value",
  bar: { is: '<=', value: 1e-5 },
  async run({ seed, folder, say }) {
    if ((await productPrecision('medium')) !== 'medium')
      throw new MissingError(
        'no matrix units: set NOOSPHERE_MATRIX_UNITS=emulated for their arithmetic in plain code',
      );
    const random = new Random(seed);
    const draw = (rows: number, columns: number) =>
      fromData(
        'float32',
        [rows, columns],
        Float32Array.from({ length: rows * columns }, () => random.normal()),
      );
    const rows: Record<string, unknown>[] = [];
    for (const [m, k, n] of shapes) {
      const [a, b] = [draw(m, k), draw(k, n)];
      const exact = await valuesOf((x, y) => matmul(cast(x, 'float64'), cast(y, 'float64')), a, b);
      const errors: Record<string, number> = {};
      for (const precision of ['highest', 'high', 'medium'] as const) {
        const found = await valuesOf((x, y) => matmul(x, y), a, b, precision);
        errors[precision] = largestError(found, exact);
      }
      const numbers = Object.entries(errors).map(([name, error]) => `${name} ${error.toExponential(1)}`);
      say(`${m} x ${k} x ${n}: ${numbers.join(', ')}`);
      rows.push({ m, k, n, ...errors });
    }
    const path = join(folder, 'errors.json');
    writeFileSync(path, JSON.stringify(rows, null, 2));
    return { value: Math.max(...rows.map(({ high }) => Number(high))), artifacts: [path] };
  },
};

async function valuesOf(
  f: (a: Tensor, b: Tensor) => Tensor,
  a: Tensor,
  b: Tensor,
  precision?: 'highest' | 'high' | 'medium',
): Promise<ArrayLike<number>> {
  const run = compile(f, precision === undefined ? {} : { precision });
  const result = hostData((await run(a, b)) as HostTensor);
  await run.dispose();
  return result as ArrayLike<number>;
}

function largestError(found: ArrayLike<number>, exact: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let index = 0; index < exact.length; index++) {
    error = Math.max(error, Math.abs((found[index] as number) - (exact[index] as number)));
    size = Math.max(size, Math.abs(exact[index] as number));
  }
  return error / size;
}
