/** What a fit tells while it runs. Progress bars, loggers and trackers are callbacks. */
import type { StepResult } from './train-step.js';

/** What is to be done, told before the first step. */
export interface FitPlan {
  readonly steps: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Steps done already, by a run that is resumed. */
  readonly doneSteps: number;
}

/** Numbers of one validation. */
export interface ValidationResult {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether the monitored metric is the best so far. */
  readonly isBest: boolean;
}

/** Why a fit ended. */
export type StopReason = 'finished' | 'early stopping' | 'aborted' | 'time limit' | 'budget';

export interface FitCallback {
  onStart?(plan: FitPlan): void;
  onStep?(result: StepResult): void;
  onValidation?(result: ValidationResult): void;
  onCheckpoint?(path: string): void;
  /** Called at the end, also when an error ends the fit (then without a reason). */
  onEnd?(reason: StopReason | undefined): void;
}

/** What happens in a fit, in order, for programs that loop over it. */
export type FitEvent =
  | { readonly kind: 'start'; readonly plan: FitPlan }
  | { readonly kind: 'step'; readonly result: StepResult }
  | { readonly kind: 'validation'; readonly result: ValidationResult }
  | { readonly kind: 'checkpoint'; readonly path: string }
  | { readonly kind: 'end'; readonly reason: StopReason };

/** Hands an event to a callback. */
export function tell(callback: FitCallback, event: FitEvent): void {
  if (event.kind === 'start') callback.onStart?.(event.plan);
  if (event.kind === 'step') callback.onStep?.(event.result);
  if (event.kind === 'validation') callback.onValidation?.(event.result);
  if (event.kind === 'checkpoint') callback.onCheckpoint?.(event.path);
  if (event.kind === 'end') callback.onEnd?.(event.reason);
}
