import { layer, workload } from './workload.js';

const weights = [...layer('fc1', [64, 4]), ...layer('fc2', [1, 64])];
const batch = [{ shape: [64, 4] }, { shape: [64, 1] }] as const;

export const mlp = workload('mlp', weights, ...batch, { bar: 5 });
export const mlpK32 = workload('mlp-k32', weights, ...batch, { stepsPerCall: 32 });
