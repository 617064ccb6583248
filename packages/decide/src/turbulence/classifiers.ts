/** Classifiers of windows of returns: a small 1-D CNN, and a logistic regression on realised volatilities. */
import {
  abs,
  averagePool,
  clamp,
  concat,
  log,
  mean,
  mul,
  relu,
  reshape,
  slice,
  square,
  type Tensor,
  transpose,
  unsqueeze,
} from '@noosphere/core';
import { Dropout, type ForwardContext, inference, Linear, type Random } from '@noosphere/train';
import { lookback } from './days.js';

/** Windows [B, 60] of returns over their deviation give logits [B]. */
export interface Classifier {
  forward(windows: Tensor, context?: ForwardContext): Tensor;
}

/** Days of the realised volatilities: a week, a month, a quarter (Corsi's HAR has day, week, month). */
const spans = [5, 20, 60] as const;
/** Days on which a volatility over 20 days is known within a window. */
const knownDays = lookback - spans[1] + 1;
/** Variances below count as this; 1 is that of the training part. */
const leastVariance = 1e-4;
/** Returns beyond so many deviations count as these. */
const greatestReturn = 6;

/** Log of realised volatility over the days up to each: [B, 1, L] to [B, 1, L - span + 1]. */
function logVolatility(returns: Tensor, span: number): Tensor {
  const variance = averagePool(square(returns), { kernel: [span], strides: [1] });
  return mul(log(clamp(variance, { min: leastVariance })), 0.5);
}

/** The last `days` of the last axis. */
function lastDays(x: Tensor, days: number): Tensor {
  const length = x.shape[2] as number;
  return slice(x, { starts: [length - days], ends: [length], axes: [2] });
}

/**
 * Convolution over time, [B, L, C] to [B, L', O], as one matrix product over the windows side by side: on series as short as these
 * it trains more than twice as fast as the convolution operator, and is the same function.
 */
export class TimeConvolution {
  readonly linear: Linear;
  readonly kernel: number;
  readonly stride: number;

  constructor(inputs: number, outputs: number, kernel: number, stride: number, random: Random) {
    this.linear = new Linear(inputs * kernel, outputs, random);
    this.kernel = kernel;
    this.stride = stride;
  }

  forward(x: Tensor): Tensor {
    const span = (x.shape[1] as number) - this.kernel;
    const shifted = Array.from({ length: this.kernel }, (_, first) =>
      slice(x, { starts: [first], ends: [first + span + 1], axes: [1], steps: [this.stride] }),
    );
    return this.linear.forward(concat(shifted, { axis: 2 }));
  }
}

/**
 * Three convolutions over [B, 41, 4]: return, its size, and log realised volatility over 5 and 20 days, on the last 41 of 60 days.
 * Their mean over time and their last place give the logit.
 */
export class WarningNetwork implements Classifier {
  readonly first: TimeConvolution;
  readonly second: TimeConvolution;
  readonly third: TimeConvolution;
  readonly dropout: Dropout;
  readonly head: Linear;

  constructor(random: Random) {
    this.first = new TimeConvolution(4, 16, 5, 2, random);
    this.second = new TimeConvolution(16, 24, 5, 2, random);
    this.third = new TimeConvolution(24, 24, 3, 1, random);
    this.dropout = new Dropout(0.2);
    this.head = new Linear(48, 1, random);
  }

  forward(windows: Tensor, context: ForwardContext = inference): Tensor {
    const returns = clamp(unsqueeze(windows, 1), { min: -greatestReturn, max: greatestReturn });
    const channels = concat(
      [
        lastDays(returns, knownDays),
        lastDays(abs(returns), knownDays),
        lastDays(logVolatility(returns, spans[0]), knownDays),
        logVolatility(returns, spans[1]),
      ],
      { axis: 1 },
    );
    let hidden = transpose(channels, [0, 2, 1]); // [B, 4, 41] -> [B, 41, 4]
    for (const layer of [this.first, this.second, this.third]) hidden = relu(layer.forward(hidden));
    const last = slice(hidden, { starts: [-1], ends: [hidden.shape[1] as number], axes: [1] });
    const pooled = concat([mean(hidden, { axes: [1] }), reshape(last, [-1, 24])], { axis: 1 });
    return reshape(this.head.forward(this.dropout.forward(pooled, context)), [-1]);
  }
}

/**
 * Logistic regression on log realised volatility over the last 5, 20 and 60 days: what HAR models forecast volatility from. Further
 * numbers stand behind the 60 returns of a window, [B, 60 + F].
 */
export class VolatilityLogistic implements Classifier {
  readonly head: Linear;
  readonly further: number;

  constructor(random: Random, further = 0) {
    this.head = new Linear(spans.length + further, 1, random);
    this.further = further;
  }

  forward(windows: Tensor): Tensor {
    const part = (from: number, to: number) => slice(windows, { starts: [from], ends: [to], axes: [1] });
    const returns = unsqueeze(this.further === 0 ? windows : part(0, lookback), 1);
    const volatilities = spans.map((span) => lastDays(logVolatility(returns, span), 1));
    const features = [reshape(concat(volatilities, { axis: 2 }), [-1, spans.length])];
    if (this.further > 0) features.push(part(lookback, lookback + this.further));
    return reshape(this.head.forward(concat(features, { axis: 1 })), [-1]);
  }
}
