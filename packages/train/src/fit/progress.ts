/** Progress of a fit: one line that renews itself on a terminal, a plain line now and then elsewhere. */
import { knownOptions } from '@noosphere/base';
import type { FitCallback, FitPlan } from '../step/callback.js';

export interface ProgressOptions {
  /** @default process.stderr */
  readonly stream?: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  /** What the line begins with. @default 'train' */
  readonly label?: string;
  /** Least time between two lines; shorter on a terminal. @default 5000, on a terminal 100 */
  readonly everyMs?: number;
}

/** A callback that writes rate, time left, loss and metrics. */
export function progress(options: ProgressOptions = {}): FitCallback {
  const { stream = process.stderr, label = 'train' } = knownOptions(
    'progress',
    options,
    'stream label everyMs',
  );
  const isTerminal = stream.isTTY === true;
  const everyMs = options.everyMs ?? (isTerminal ? 100 : 5000);
  let plan: FitPlan | undefined;
  let startedMs = 0;
  let writtenMs = Number.NEGATIVE_INFINITY;
  let step = 0;
  const metrics = new Map<string, number>();
  const write = (text: string) =>
    stream.write(isTerminal ? `\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
  const show = (end = '') => {
    writtenMs = performance.now();
    const line = plan && step > 0 ? describe(label, plan, step, writtenMs - startedMs, metrics) : label;
    write(line + end);
  };
  return {
    onStart(given) {
      plan = given;
      startedMs = performance.now();
    },
    onStep(result) {
      step = result.step;
      metrics.set('loss', result.loss);
      for (const [name, value] of Object.entries(result.metrics)) metrics.set(name, value);
      if (step === plan?.steps || performance.now() - writtenMs >= everyMs) show();
    },
    onValidation(result) {
      // Training and validation may name their numbers alike.
      for (const [name, value] of Object.entries(result.metrics)) metrics.set(`validation ${name}`, value);
      // No step follows that would show it.
      if (result.step === plan?.steps) show();
    },
    onEnd(reason) {
      if (!plan) return;
      if (reason && reason !== 'finished') show(`  (${reason})`);
      if (isTerminal) stream.write('\n');
    },
  };
}

function describe(
  label: string,
  plan: FitPlan,
  step: number,
  elapsedMs: number,
  metrics: ReadonlyMap<string, number>,
): string {
  const done = step - plan.doneSteps;
  const perSecond = done / (elapsedMs / 1000);
  const left = formatDuration(((plan.steps - step) / perSecond) * 1000);
  const numbers = [...metrics].map(([name, value]) => `${name} ${value.toPrecision(4)}`).join('  ');
  const share = Math.floor((100 * step) / plan.steps);
  return `${label}  ${String(share).padStart(3)} %  step ${step}/${plan.steps}  ${formatRate(perSecond)}  ${left} left  ${numbers}`;
}

function formatRate(perSecond: number): string {
  return perSecond >= 10 ? `${Math.round(perSecond)}/s` : `${perSecond.toPrecision(2)}/s`;
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
