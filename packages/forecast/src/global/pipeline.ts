/** From raw windows to a loss, or to forecasts: missing values, scaling, network and its way back are one graph. */
import {
  add,
  cast,
  div,
  logicalNot,
  mul,
  slice,
  sub,
  type Tensor,
  transpose,
  unsqueeze,
  where,
  isNaN as whereNaN,
  zeros,
} from '@noosphere/core';
import type { ForwardContext } from '@noosphere/train';
import { inference } from '@noosphere/train';
import type { ForecastLoss } from './losses.js';
import { type Objective, objectiveOf } from './losses.js';
import type { Network, NetworkInputs } from './network.js';
import { type ReversibleNorm, reverse } from './reversible-norm.js';
import { type ScalerKind, type WindowScale, windowScale } from './scalers.js';

/** Raw windows as they are cut from a frame. A value that is missing is NaN; covariates are finite. */
export type RawWindows = {
  /** [B, L] */
  readonly y: Tensor;
  /** [B, L, X] */
  readonly past?: Tensor;
  /** [B, L + H, F] */
  readonly future?: Tensor;
  /** [B, S] */
  readonly static?: Tensor;
};

/** Raw windows with what follows them. */
export type TrainingWindows = RawWindows & {
  /** [B, H] */
  readonly target: Tensor;
};

/** What is trained: a network, and the normalisation around it where there is one. */
export class Pipeline {
  readonly network: Network;
  readonly norm: ReversibleNorm | undefined;
  readonly scaler: ScalerKind;
  readonly lossSettings: ForecastLoss;

  constructor(
    network: Network,
    { norm, scaler, loss }: { norm?: ReversibleNorm | undefined; scaler: ScalerKind; loss: ForecastLoss },
  ) {
    this.network = network;
    this.norm = norm;
    this.scaler = scaler;
    this.lossSettings = loss;
  }

  /** Mean loss over the targets that are there. */
  loss(windows: TrainingWindows, context: ForwardContext = inference): Tensor {
    const { output, inputs, shift, scale } = this.run(windows, context);
    const { filled, mask } = fillMissing(windows.target);
    return this.objective().loss({
      output,
      target: div(sub(filled, shift), scale),
      rawTarget: filled,
      mask,
      history: inputs.y,
      shift,
      scale,
    });
  }

  /**
   * Results on the original scale by name: `mean` [B, H], and what intervals are made of.
   * @param reference Windows whose scale counts, so that others can be compared with them. @default windows
   */
  forecast(windows: RawWindows, reference: RawWindows = windows): Readonly<Record<string, Tensor>> {
    const { output, shift, scale } = this.run(windows, inference, reference);
    return this.objective().results(output, shift, scale);
  }

  /** Point forecasts on the original scale [B, H], dropout and the like as the context has them. */
  points(windows: RawWindows, context: ForwardContext = inference): Tensor {
    const { output, shift, scale } = this.run(windows, context);
    return this.objective().results(output, shift, scale).mean as Tensor;
  }

  private objective(): Objective {
    return objectiveOf('forecast', this.lossSettings);
  }

  private run(windows: RawWindows, context: ForwardContext, reference = windows) {
    const { inputs, shift, scale } = scaleWindows(windows, this.scaler, reference);
    if (!this.norm) return { output: this.network.forward(inputs, context), inputs, shift, scale };
    const known = reference === windows ? inputs.y : scaleWindows(reference, this.scaler, reference).inputs.y;
    const { normed, statistics } = this.norm.forward(inputs.y, known);
    const output = this.network.forward({ ...inputs, y: normed }, context);
    return { output: reverse(this.norm, output, statistics), inputs, shift, scale };
  }
}

/** NaN as 0, and where it was not. */
function fillMissing(values: Tensor): { filled: Tensor; mask: Tensor } {
  const isMissing = whereNaN(values);
  return { filled: where(isMissing, 0, values), mask: cast(logicalNot(isMissing), 'float32') };
}

/** Every column by the reference's history; what is missing stays 0. */
function scaleWindows(
  windows: RawWindows,
  scaler: ScalerKind,
  reference: RawWindows,
): WindowScale & { inputs: NetworkInputs } {
  const { filled, mask } = fillMissing(windows.y);
  const { past, future, static: fixed } = windows;
  if (scaler === 'identity') {
    const [shift, scale] = [zeros([1, 1]), add(zeros([1, 1]), 1)];
    return { inputs: { y: filled, mask, past, future, static: fixed }, shift, scale };
  }
  const known = reference === windows ? filled : fillMissing(reference.y).filled;
  const { shift, scale } = windowScale(scaler, known, mask);
  const columns = (table: Tensor | undefined, like: Tensor | undefined) =>
    table && scaleColumns(table, mask, scaler, like);
  const y = mul(div(sub(filled, shift), scale), mask);
  return {
    inputs: {
      y,
      mask,
      past: columns(past, reference.past),
      future: columns(future, reference.future),
      static: fixed,
    },
    shift,
    scale,
  };
}

/** Covariates [B, T, C] by the rows of the reference's history, T being the lookback or longer. */
function scaleColumns(
  table: Tensor,
  mask: Tensor,
  scaler: Exclude<ScalerKind, 'identity'>,
  reference = table,
): Tensor {
  const turned = transpose(reference, [0, 2, 1]); // [B, T, C] -> [B, C, T]
  const history = slice(turned, { starts: [0], ends: [mask.shape[1] as number], axes: [2] });
  const { shift, scale } = windowScale(scaler, history, unsqueeze(mask, 1));
  return transpose(div(sub(transpose(table, [0, 2, 1]), shift), scale), [0, 2, 1]); // [B, C, T] -> [B, T, C]
}
