/** The mean of networks as a file that takes raw returns. */
import { div, exportOnnx, mean, sigmoid, spec, stack, type Tensor } from '@noosphere/core';
import type { WarningNetwork } from './classifiers.js';
import { lookback, type SeriesDays } from './days.js';

export function networkFile(
  networks: readonly WarningNetwork[],
  series: readonly SeriesDays[],
  horizon: number,
): Uint8Array {
  const probability = ({ returns, deviation }: { returns: Tensor; deviation: Tensor }) => {
    const windows = div(returns, deviation);
    const each = networks.map((network) => sigmoid(network.forward(windows)));
    return { probability: mean(stack(each), { axes: [0] }) };
  };
  return exportOnnx(probability, {
    inputs: {
      returns: spec('float32', ['batch', lookback]),
      deviation: spec('float32', ['batch', 1]),
    },
    name: 'turbulence warning',
    metadata: {
      lookback: String(lookback),
      horizon: String(horizon),
      output: 'probability that the realised volatility of the next days lies above the threshold',
      series: JSON.stringify(
        series.map(({ name, deviation, threshold }) => ({ name, deviation, threshold })),
      ),
    },
  });
}
