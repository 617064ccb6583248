import { layer, product, workload } from './workload.js';

// 32 windows of seven channels, each of which is a row of its own.
const rows = 32 * 7;

export const dlinear = workload(
  'dlinear',
  [...layer('seasonal', [96, 336]), ...layer('trend', [96, 336])],
  { shape: [rows, 336] },
  { shape: [rows, 96] },
  // No gradient reaches what the two maps read.
  { productFlops: 2 * 2 * product(rows, 336, 96) },
);
