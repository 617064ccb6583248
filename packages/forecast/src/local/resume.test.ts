// What a fit told, taken through JSON, is that fit again without a search: every bit of it, on any of these series.
import { describe, expect, test } from 'vitest';
import { localModels } from '../registry/models.js';
import { seriesNamed } from './golden-series.js';
import type { Estimates, FittedLocalModel, LocalModel } from './local-model.js';

const models: readonly [string, (season: number) => LocalModel][] = [
  ['ses', () => localModels.ses({})],
  ['holt', () => localModels.holt({ damped: true })],
  ['holtWinters', (season) => localModels.holtWinters({ season: Math.max(2, season), multiplicative: true })],
  ['autoEts', (season) => localModels.autoEts({ season })],
  ['autoEts', () => localModels.autoEts({ model: 'ZMN', multiplicativeTrend: true })],
  ['theta', (season) => localModels.theta({ season })],
  ['optimizedTheta', (season) => localModels.optimizedTheta({ season })],
  ['dynamicTheta', (season) => localModels.dynamicTheta({ season, decomposition: 'additive' })],
  ['autoTheta', (season) => localModels.autoTheta({ season })],
  ['classicTheta', (season) => localModels.classicTheta({ season })],
  ['autoArima', (season) => localModels.autoArima({ season })],
  ['autoArima', (season) => localModels.autoArima({ season: Math.max(6, season), fourier: 2 })],
  ['arima', () => localModels.arima({ order: [1, 1, 2], constant: true })],
  [
    'arima',
    (season) => localModels.arima({ order: [0, 1, 1], seasonal: [1, 1, 1], season: Math.max(2, season) }),
  ],
  ['mstl', (season) => localModels.mstl({ seasons: [Math.max(2, season)] })],
];

const throughJson = (estimates: Estimates): Estimates => JSON.parse(JSON.stringify(estimates));

function all(fit: FittedLocalModel) {
  return { estimates: fit.estimates, fitted: fit.fitted, ahead: fit.forecast(9, { levels: [80, 95] }) };
}

/** `undefined` where the series is not for the model: others of the list are. */
function fitted(model: LocalModel, y: Float64Array): FittedLocalModel | undefined {
  try {
    return model.fit(y);
  } catch {
    return undefined;
  }
}

describe.each(models)('%s', (kind, make) => {
  test('gives the same bits, also as the series goes on', () => {
    let count = 0;
    for (const name of ['air', 'quarters', 'negative', 'short', 'few seasons', 'zeros', 'huge', 'small']) {
      const { y, season } = seriesNamed(name);
      const model = make(season);
      const fit = fitted(model, y);
      if (!fit) continue;
      count += 1;
      const estimates = throughJson(fit.estimates);
      const resumed = model.resume?.(estimates, y);
      expect(resumed && all(resumed), name).toEqual(all(fit));
      const later = Float64Array.from([...y, ...y.slice(-5)]);
      const [forward, again] = [fit.forward?.(later), model.resume?.(estimates, later)];
      expect(again && all(again), name).toEqual(forward && all(forward));
    }
    expect(count, kind).toBeGreaterThan(3);
  });

  test('of a constant, too', () => {
    const model = make(4);
    const y = new Float64Array(40).fill(7.3);
    const fit = fitted(model, y);
    const resumed = fit && model.resume?.(throughJson(fit.estimates), y);
    expect(resumed && all(resumed)).toEqual(fit && all(fit));
  });
});

test('covariates keep their weights', () => {
  const { y } = seriesNamed('quarters');
  const columns = (length: number, from = 0) => ({
    promotion: Float64Array.from({ length }, (_, t) => ((from + t) % 5 === 0 ? 1 : 0)),
    price: Float64Array.from({ length }, (_, t) => Math.cos((from + t) ** 2)),
  });
  const model = localModels.arima({ order: [1, 0, 1] });
  const fit = model.fit(y, columns(y.length));
  const resumed = model.resume?.(throughJson(fit.estimates), y, columns(y.length));
  const ahead = { levels: [90], exogenous: columns(6, y.length) };
  expect(resumed?.forecast(6, ahead)).toEqual(fit.forecast(6, ahead));
  expect(() => model.resume?.(fit.estimates, y)).toThrow(/fitted with the covariate 'promotion'/);
});

test.each<[string, LocalModel, Estimates, RegExp]>([
  [
    'nothing',
    localModels.ses({}),
    {},
    /^ses: expects a name as the estimate 'model', got nothing; .* fit anew$/,
  ],
  [
    'another model',
    localModels.ses({}),
    { model: 'OTM' },
    /^ses: expects a model such as ETS\(M,Ad,M\), got 'OTM'$/,
  ],
  [
    'no number',
    localModels.ses({}),
    { model: 'ETS(A,N,N)', alpha: '0.5' },
    /a finite number as the estimate 'alpha', got/,
  ],
  [
    'another season',
    localModels.autoEts({ season: 4 }),
    { model: 'ETS(A,N,A)', seasons: [1, 2, 3] },
    /^autoEts: expects estimates of a season of 4, got 3 seasons; fit anew$/,
  ],
  [
    'no model of the family',
    localModels.theta({}),
    { model: 'toString' },
    /expects one of the models STM, OTM/,
  ],
  [
    'an order of words',
    localModels.autoArima({}),
    { model: 'ARIMA(p,d,q)' },
    /expects a model such as ARIMA\(2,1,1\)/,
  ],
  [
    'fewer lags than the order has',
    localModels.autoArima({}),
    { model: 'ARIMA(2,0,0)', ar1: 0.5 },
    /^autoArima: expects a finite number as the estimate 'ar2', got nothing/,
  ],
])('estimates with %s are refused', (_, model, estimates, message) => {
  expect(() => model.resume?.(estimates, seriesNamed('quarters').y)).toThrow(message);
});
