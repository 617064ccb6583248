/** What plain JavaScript lets through is refused by an error of ours that says what to give. */
import { NoosphereError } from '@noosphere/base';
import { expect, test } from 'vitest';
import * as decide from './index.js';

test.each<[call: () => unknown, message: string]>([
  [
    () => decide.minimumVariance('x' as never),
    'minimumVariance: covariance must be an array of Float64Arrays, got x',
  ],
  [
    () => decide.minimumVariance([3] as never),
    'minimumVariance: covariance[0] must be numbers, in an array or a Float64Array, got 3',
  ],
  [() => decide.meanReturns({} as never), 'returns must be an array of Float64Arrays, got an object'],
  [() => decide.logReturns(undefined as never), 'logReturns: prices must be numbers'],
  [() => decide.maximumDrawdown(5 as never), 'returns must be numbers, in an array or a Float64Array, got 5'],
  [
    () => decide.maximumSharpe(null as never),
    'moments must be an object such as { mean, covariance }, got null',
  ],
  [() => decide.allocate(undefined as never), 'the problem must be an object such as { options, budget'],
  [
    () => decide.minimize((() => 0) as never, undefined as never),
    'such as { bounds: [[0, 1]] }, got undefined',
  ],
  [() => decide.stressTest([1], undefined as never), 'scenarios must be an array of { name, shocks }'],
  [() => decide.cvarLoss([1, 2] as never), 'cvarLoss: expects a tensor, got an array; tensor(…) makes one'],
  [() => decide.namedWeights(undefined as never, [1]), 'names must be an array'],
  [() => decide.kupiecTest(3 as never, 0.05 as never), 'exceeded must be numbers'],
])('%s', async (call, message) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((found: unknown) => found);
  expect(NoosphereError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(message);
});
