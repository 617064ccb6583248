/** Transforms of one series, fitted and undone. */

import { quantileOf, requireNumbers, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { guerreroLambda, likelihoodLambda, requirePositive } from './box-cox.js';
import type { FittedTransform, TransformSettings, TransformState } from './transform.js';

/**
 * Fits transforms, one after another, to the training values of one series. Values that never change are shifted and not
 * divided. The states are plain data: `transformFrom` restores them.
 * @example
 * const transform = fitTransform([{ kind: 'log' }, { kind: 'difference' }], Float64Array.of(1, 2, 4, 8));
 * const doubling = transform.apply(Float64Array.of(1, 2, 4, 8));
 * console.log(Array.from(doubling, (value) => value.toFixed(3))); // → [ '0.693', '0.693', '0.693' ]
 * console.log(transform.invertAfter(doubling)[2]?.toFixed(6)); // → 64.000000
 */
export function fitTransform(
  settings: TransformSettings | readonly TransformSettings[],
  training: Float64Array,
): FittedTransform {
  requireNumbers('fitTransform', 'the training values', training);
  const bad = training.findIndex((value) => !Number.isFinite(value));
  if (training.length === 0 || bad >= 0) {
    const got = training.length === 0 ? 'no value' : `${training[bad]} at row ${bad}`;
    throw new ArgumentError('fitTransform', `needs finite values, got ${got}; fill gaps first`);
  }
  let values = training;
  const states: TransformState[] = [];
  for (const each of Array.isArray(settings) ? settings : [settings]) {
    const state = stateOf(each, values);
    states.push(state);
    values = applyState(state, values);
  }
  return transformFrom(states);
}

/** The transform that has these states, such as a saved file holds. */
export function transformFrom(states: readonly TransformState[]): FittedTransform {
  const backwards = states.toReversed();
  return {
    states,
    apply: (values) => states.reduce<Float64Array>((now, state) => applyState(state, now), values.slice()),
    invert: (values) =>
      backwards.reduce<Float64Array>((now, state) => invertState(state, now, 'heads'), values.slice()),
    invertAfter: (values) =>
      backwards.reduce<Float64Array>((now, state) => invertState(state, now, 'tails'), values.slice()),
  };
}

function stateOf(settings: TransformSettings, y: Float64Array): TransformState {
  switch (settings.kind) {
    case 'standard': {
      const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
      const squares = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return scale(mean, Math.sqrt(squares / y.length));
    }
    case 'minMax': {
      const least = y.reduce((a, b) => Math.min(a, b));
      return scale(least, y.reduce((a, b) => Math.max(a, b)) - least);
    }
    case 'robust': {
      const sorted = y.slice().sort();
      return scale(quantileOf(sorted, 0.5), quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25));
    }
    case 'log':
      requirePositive('log', y);
      return { kind: 'log', shift: 0 };
    case 'log1p':
      requirePositive(
        'log1p',
        y.map((value) => value + 1),
      );
      return { kind: 'log', shift: 1 };
    case 'boxCox': {
      requirePositive('boxCox', y);
      const found = () =>
        settings.method === 'likelihood' ? likelihoodLambda(y) : guerreroLambda(y, settings.season);
      return { kind: 'boxCox', lambda: settings.lambda ?? found() };
    }
    case 'difference':
      return differenceState(y, settings.lag ?? 1, settings.order ?? 1);
    default:
      throw new ArgumentError(
        'fitTransform',
        `expected standard, minMax, robust, log, log1p, boxCox or difference, got '${(settings satisfies never as { kind: string }).kind}'`,
      );
  }
}

function scale(shift: number, size: number): TransformState {
  return { kind: 'scale', shift, size: size > 0 ? size : 1 };
}

function differenceState(y: Float64Array, lag: number, order: number): TransformState {
  requireWhole('difference', 'lag', lag, 1);
  requireWhole('difference', 'order', order, 1);
  if (y.length <= lag * order)
    throw new ArgumentError(
      'difference',
      `needs more than ${lag * order} values, got ${y.length}; give a longer series`,
    );
  const [heads, tails]: [number[][], number[][]] = [[], []];
  let values = y;
  for (let round = 0; round < order; round++) {
    heads.push(Array.from(values.subarray(0, lag)));
    tails.push(Array.from(values.subarray(values.length - lag)));
    values = difference(values, lag);
  }
  return { kind: 'difference', lag, heads, tails };
}

function difference(values: Float64Array, lag: number): Float64Array {
  return values.slice(lag).map((value, row) => value - (values[row] as number));
}

function applyState(state: TransformState, values: Float64Array): Float64Array {
  switch (state.kind) {
    case 'scale':
      return values.map((value) => (value - state.shift) / state.size);
    case 'log':
      return values.map(state.shift === 1 ? Math.log1p : Math.log);
    case 'boxCox': {
      const { lambda } = state;
      return values.map((value) =>
        lambda === 0 ? Math.log(value) : Math.expm1(lambda * Math.log(value)) / lambda,
      );
    }
    case 'difference':
      return state.heads.reduce((now) => difference(now, state.lag), values);
  }
}

/** @param known Where differences go on from: the first values of the training part, or its last. */
function invertState(state: TransformState, values: Float64Array, known: 'heads' | 'tails'): Float64Array {
  switch (state.kind) {
    case 'scale':
      return values.map((value) => value * state.size + state.shift);
    case 'log':
      return values.map(state.shift === 1 ? Math.expm1 : Math.exp);
    case 'boxCox':
      return values.map((value) => inverseBoxCox(value, state.lambda));
    case 'difference':
      return state[known].toReversed().reduce((now, start) => summed(now, start, known === 'heads'), values);
  }
}

function summed(values: Float64Array, start: readonly number[], isWhole: boolean): Float64Array {
  const lag = start.length;
  const all = new Float64Array(lag + values.length);
  all.set(start);
  values.forEach((value, row) => {
    all[row + lag] = value + (all[row] as number);
  });
  return isWhole ? all : all.slice(lag);
}

/** Below the range that powers have (an interval's end may lie there) it is 0, above it infinite. */
function inverseBoxCox(value: number, lambda: number): number {
  if (lambda === 0) return Math.exp(value);
  const base = lambda * value + 1;
  if (base <= 0) return lambda > 0 ? 0 : Number.POSITIVE_INFINITY;
  return Math.exp(Math.log1p(lambda * value) / lambda);
}
