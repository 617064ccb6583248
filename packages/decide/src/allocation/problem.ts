/** Allocation of resources as a user states it: options, what they bring and use, limits and rules among them. */

/** What one unit brings: a number, one number for each scenario, or a concave curve over the amount. */
export type Benefit = number | readonly number[] | BenefitCurve;

/** Benefit at amounts, joined by straight lines: from [0, 0] on, with slopes that do not rise. */
export interface BenefitCurve {
  readonly curve: readonly (readonly [amount: number, benefit: number])[];
}

export interface AllocationOption {
  readonly name: string;
  readonly benefit: Benefit;
  /** Use of each resource by one unit: a number, or one for each period. A resource not named is not used. */
  readonly use: Readonly<Record<string, number | readonly number[]>>;
  /** Whether any amount is possible, else whole numbers only. @default false */
  readonly divisible?: boolean;
  /** Units at most. @default 1 */
  readonly maximum?: number;
  /** Units at least, where it is chosen at all. @default 0 where divisible, else 1 */
  readonly minimum?: number;
  /** Whether it must be chosen. @default false */
  readonly required?: boolean;
}

/** How many of some options may be chosen. */
export interface AllocationGroup {
  readonly name: string;
  readonly options: readonly string[];
  /** @default 0 */
  readonly atLeast?: number;
  /** @default all */
  readonly atMost?: number;
}

export interface AllocationProblem {
  readonly options: readonly AllocationOption[];
  /** Of each resource what may be used: in all, or in each period. */
  readonly limits: Readonly<Record<string, number | readonly number[]>>;
  /** @default none */
  readonly groups?: readonly AllocationGroup[];
  /** `option` may be chosen only where `needs` is. @default none */
  readonly needs?: readonly { readonly option: string; readonly needs: string }[];
  /** Of each list one option may be chosen. @default none */
  readonly exclusions?: readonly (readonly string[])[];
  /** Of scenarios; they sum to 1. @default all equally likely */
  readonly probabilities?: readonly number[];
  /**
   * λ in (1 - λ) mean + λ (mean of the worst 1 - confidence of the scenarios), the value that is maximised: the second mean is
   * -CVaR of the loss (Rockafellar & Uryasev 2000).
   * @default 0
   */
  readonly riskAversion?: number;
  /** @default 0.9 */
  readonly confidence?: number;
}

/** Use of one resource, in one period where it has several. */
export interface ResourceUse {
  readonly resource: string;
  /** From 0; `undefined` where the limit is for all. */
  readonly period: number | undefined;
  readonly used: number;
  readonly limit: number;
}

/** What to do, and what it brings. */
export interface AllocationPlan {
  /** Units of each option, in the order of the problem. */
  readonly amounts: Float64Array;
  /** Names of options with an amount above 0. */
  readonly chosen: readonly string[];
  /** What is maximised; equal to `benefit` without risk aversion. */
  readonly value: number;
  /** Mean over scenarios. */
  readonly benefit: number;
  /** Mean of the worst 1 - confidence of the scenarios. */
  readonly worstBenefit: number;
  readonly use: readonly ResourceUse[];
}
