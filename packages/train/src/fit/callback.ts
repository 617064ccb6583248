/** What a fit tells while it runs. Progress bars, loggers and trackers are callbacks. */
import type { StepResult } from '../step/train-step.js';

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
export type StopReason = 'finished' | 'early stopping' | 'aborted';

export interface FitCallback {
  onStart?(plan: FitPlan): void;
  onStep?(result: StepResult): void;
  onValidation?(result: ValidationResult): void;
  onCheckpoint?(path: string): void;
  /** Called at the end, also when an error ends the fit (then without a reason). */
  onEnd?(reason: StopReason | undefined): void;
}
