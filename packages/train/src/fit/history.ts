/** A fit by epochs: what its steps lost on average, and what the validation at its end found. */
import type { FitCallback } from '../step/callback.js';

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps done at its end. */
  readonly step: number;
  /** Mean of its steps' losses. */
  readonly trainingLoss: number;
  /** Means of the other numbers that the loss gave. */
  readonly trainingMetrics: Readonly<Record<string, number>>;
  /** Of the validation at its end, where there was one. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether its weights are the best so far. */
  readonly isBest: boolean;
  readonly elapsedMs: number;
}

/**
 * Gathers steps and validations into one record an epoch. A run that was resumed within an epoch tells of the steps since.
 * @param onEpoch Called with each record once its epoch is over and validated.
 */
export class EpochHistory implements FitCallback {
  readonly records: EpochRecord[] = [];
  readonly #stepsPerEpoch: number;
  readonly #onEpoch: ((epoch: EpochRecord) => void) | undefined;
  readonly #sums = new Map<string, number>();
  #lossSum = 0;
  #steps = 0;
  #startedMs = performance.now();
  #open: EpochRecord | undefined;

  constructor(stepsPerEpoch: number, onEpoch?: (epoch: EpochRecord) => void) {
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#onEpoch = onEpoch;
  }

  onStep({ step, loss, metrics }: Parameters<NonNullable<FitCallback['onStep']>>[0]): void {
    this.onEnd();
    this.#lossSum += loss;
    this.#steps++;
    for (const [name, value] of Object.entries(metrics))
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    if (step % this.#stepsPerEpoch !== 0) return;
    const now = performance.now();
    this.#open = {
      epoch: step / this.#stepsPerEpoch,
      step,
      trainingLoss: this.#lossSum / this.#steps,
      trainingMetrics: Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#steps])),
      metrics: {},
      isBest: false,
      elapsedMs: now - this.#startedMs,
    };
    [this.#lossSum, this.#steps, this.#startedMs] = [0, 0, now];
    this.#sums.clear();
  }

  onValidation({ step, metrics, isBest }: Parameters<NonNullable<FitCallback['onValidation']>>[0]): void {
    if (this.#open?.step !== step) return;
    this.#open = { ...this.#open, metrics, isBest };
    this.onEnd();
  }

  onEnd(): void {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    this.records.push(open);
    this.#onEpoch?.(open);
  }
}
