/** What a training run makes small, on which windows, and by which it is validated: its own loss, or that of a decision. */
import { ArgumentError } from '@noosphere/base';
import type { Task } from '@noosphere/learn';
import type { BatchSource } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { type DecisionLoss, lossOfDecision, type WindowsLoss } from './decision-loss.js';
import { JointWindows } from './joint-windows.js';
import type { Architecture } from './network.js';
import type { NeuralSettings } from './neural-options.js';
import type { Pipeline, TrainingWindows } from './pipeline.js';
import { requireCovariates, sampledBatches, trainingWindows, type WindowSource } from './window-batches.js';
import { validationWindows, WindowIndex, type WindowRows } from './windows.js';

/** Rows of one evaluation call. */
const evaluationRows = 1024;

/** What a fit makes small, on which windows. */
export interface TrainingTask {
  readonly loss: WindowsLoss;
  readonly batches: BatchSource<TrainingWindows>;
  /** Nothing where no values are held out. */
  readonly validation: { readonly rows: WindowRows; readonly rowsPerCall: number } | undefined;
}

/** The model's own loss. */
export function forecastTask(
  architecture: Architecture,
  { settings, channels }: { readonly settings: NeuralSettings; readonly channels: number },
  frame: SeriesFrame,
  heldOut: number,
): TrainingTask {
  const rowsPerCall = Math.max(1, Math.floor(evaluationRows / channels)) * channels;
  return {
    loss: (model, batch, context) => model.loss(batch, context),
    batches: trainingBatches(architecture, settings, frame, heldOut),
    validation:
      heldOut > 0 ? { rows: validationWindows(frame, heldOut, settings.horizon), rowsPerCall } : undefined,
  };
}

/** The loss of a decision over all series at one time. */
export function decisionTask(
  settings: NeuralSettings,
  frame: SeriesFrame,
  heldOut: number,
  decisionLoss: DecisionLoss,
): TrainingTask {
  const { kind, lookback, horizon, covariates } = settings;
  const loss = lossOfDecision(settings, frame, decisionLoss);
  requireCovariates(kind, frame, covariates);
  const windows = new JointWindows(kind, frame, { lookback, horizon, heldOut });
  const source = { frame, plan: { lookback, horizon }, columns: covariates };
  const rows = windows.heldOutWindows();
  return {
    loss,
    batches: sampledBatches(source, windows, heldOut, settings),
    validation: heldOut > 0 ? { rows, rowsPerCall: rows.ends.length } : undefined,
  };
}

/** Batches of windows of all series. */
export function trainingBatches(
  { isMultivariate }: Architecture,
  settings: NeuralSettings,
  frame: SeriesFrame,
  heldOut: number,
): BatchSource<TrainingWindows> {
  const { kind, lookback, horizon, covariates } = settings;
  requireCovariates(kind, frame, covariates);
  const index = new WindowIndex(kind, frame, { lookback, horizon, heldOut, isMultivariate });
  return sampledBatches(
    { frame, plan: { lookback, horizon }, columns: covariates },
    index,
    heldOut,
    settings,
  );
}

/** What a training makes small, as a task; of several validation calls the loss is the mean by targets. */
export function windowsTask(kind: string, loss: WindowsLoss): Task<Pipeline, TrainingWindows> {
  return {
    name: kind,
    loss: (model, batch, context) => loss(model, batch, context.training ? context : undefined),
    weightOf: ({ target }) => target.size,
  };
}

/** The validation windows, call by call. */
export function validationBatches(
  source: WindowSource,
  { rows, rowsPerCall: perCall }: NonNullable<TrainingTask['validation']>,
  { kind, horizon }: NeuralSettings,
): BatchSource<TrainingWindows> {
  const count = rows.ends.length;
  if (count === 0)
    throw new ArgumentError(
      kind,
      `no series has ${horizon} values for validation and one before; give longer series`,
    );
  const part = (column: Uint32Array, index: number) =>
    column.subarray(index * perCall, (index + 1) * perCall);
  return {
    batchesPerEpoch: Math.ceil(count / perCall),
    batch: (_, index) =>
      trainingWindows(source, { series: part(rows.series, index), ends: part(rows.ends, index) }),
  };
}
