import { layer, product, type WeightList, workload } from './workload.js';

const [steps, sequences, inputs, hidden] = [60, 64, 5, 64];
const batch = [{ shape: [steps, sequences, inputs] }, { shape: [sequences, 1] }] as const;

function recurrentWeights(name: string, gates: number): WeightList {
  const start = { bound: 1 / Math.sqrt(hidden) };
  return [
    [`${name}.weight_ih_l0`, [gates * hidden, inputs], start],
    [`${name}.weight_hh_l0`, [gates * hidden, hidden], start],
    [`${name}.bias_ih_l0`, [gates * hidden], start],
    [`${name}.bias_hh_l0`, [gates * hidden], start],
    ...layer('head', [1, hidden]),
  ];
}

export const lstm = workload('lstm', recurrentWeights('lstm', 4), ...batch, { bar: 1.5 });

export const gru = workload('gru', recurrentWeights('gru', 3), ...batch, {
  // The inputs need no gradient.
  productFlops:
    2 * product(steps * sequences, inputs, 3 * hidden) +
    3 * (product(steps * sequences, hidden, 3 * hidden) + product(sequences, hidden, 1)),
});
