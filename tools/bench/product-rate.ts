// How fast this machine multiplies matrices through our engine: the yardstick of a model's matrix products.
import { compile, matmul, type Tensor, tensor } from '@noosphere/core';

const shapes = [
  [1024, 1024, 1024],
  [2048, 384, 1536],
] as const;
const measuredMs = 800;

/** FLOP/s of the fastest run among products of two typical shapes. */
export async function measureProductRate(): Promise<number> {
  let best = 0;
  for (const [rows, inner, columns] of shapes) {
    const product = compile((a: Tensor, b: Tensor) => matmul(a, b));
    const a = tensor(new Float32Array(rows * inner).fill(0.5), { shape: [rows, inner] });
    const b = tensor(new Float32Array(inner * columns).fill(0.25), { shape: [inner, columns] });
    const begun = performance.now();
    while (performance.now() - begun < measuredMs) {
      const start = performance.now();
      await product(a, b);
      best = Math.max(best, (2 * rows * inner * columns) / ((performance.now() - start) / 1e3));
    }
    await product.dispose();
  }
  return best;
}
