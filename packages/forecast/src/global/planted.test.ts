/** On series whose pattern is known every model forecasts better than the last season repeated; sizes are kept small. */
import { expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { seasonalNaive } from '../local/index.js';
import { architectures, neuralModels } from '../registry/neural-models.js';
import type { NeuralModelKind } from './network.js';

const [season, horizon, lookback, length, count] = [12, 12, 36, 240, 6];

/** Waves of one period with a trend and noise, by a generator with a seed. */
function plantedSeries(): number[][] {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const noise = () => uniform() + uniform() + uniform() + uniform() - 2;
  return Array.from({ length: count }, (_, series) =>
    Array.from(
      { length: length + horizon },
      (_, t) =>
        10 * (series + 1) +
        0.05 * t +
        (3 + series) * Math.sin((2 * Math.PI * t) / season + series) +
        0.8 * noise(),
    ),
  );
}

const series = plantedSeries();
const frame = frameOf(
  {
    unique_id: series.flatMap((_, own) => Array<string>(length).fill(`s${own}`)),
    ds: series.flatMap(() => Array.from({ length }, (_, t) => t)),
    y: series.flatMap((values) => values.slice(0, length)),
  },
  { frequency: 'step' },
);

const meanError = (forecasts: readonly Float64Array[]) => {
  const errors = forecasts.flatMap((mean, own) =>
    Array.from(mean, (value, step) => Math.abs(value - (series[own]?.[length + step] ?? Number.NaN))),
  );
  return errors.reduce((sum, each) => sum + each, 0) / errors.length;
};
const naiveError = meanError(
  series.map(
    (values) =>
      seasonalNaive({ season })
        .fit(Float64Array.from(values.slice(0, length)))
        .forecast(horizon).mean,
  ),
);

const small: Readonly<Record<NeuralModelKind, object>> = {
  cnn1d: { channels: [16, 16], hiddenSize: 32 },
  dlinear: {},
  gru: { hiddenSize: 24, decoderSize: 24, windowsPerBatch: 64 },
  lstm: { hiddenSize: 24, decoderSize: 24, windowsPerBatch: 64 },
  mlp: { hiddenSize: 64 },
  nbeats: { hiddenSize: 64 },
  nhits: { hiddenSize: 64 },
  nlinear: {},
  patchtst: { hiddenSize: 16, heads: 4, innerSize: 32, patch: 8, stride: 4, dropout: 0 },
  tcn: { hiddenSize: 24, decoderSize: 24, windowsPerBatch: 64 },
  tide: { hiddenSize: 64, decoderOutputs: 8, temporalSize: 16, dropout: 0.1 },
  tsmixer: { dropout: 0.1, innerSize: 16, windowsPerBatch: 32 },
};

test.each(Object.keys(architectures) as NeuralModelKind[])('%s beats seasonal naive', async (kind) => {
  const model = neuralModels[kind]({
    horizon,
    lookback,
    scaler: 'standard',
    steps: 200,
    learningRate: 5e-3,
    rateHalvings: 3,
    windowsPerBatch: 128,
    stepsPerCall: 10,
    threads: 1,
    ...small[kind],
  });
  const forecasts = await (await model.fit(frame)).forecast(frame);
  expect(meanError(forecasts.map(({ mean }) => mean))).toBeLessThan(0.9 * naiveError);
});
