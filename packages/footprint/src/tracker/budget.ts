/** Limits on what a run may take: warn, or stop. */
import { FootprintError } from '../errors.js';

export interface Budget {
  readonly energyJoules?: number;
  readonly carbonKilograms?: number;
  /** In the tariff's currency. */
  readonly cost?: number;
  readonly minutes?: number;
  /** Peak memory of the tracked processes, in 10⁶ bytes. */
  readonly memoryMegabytes?: number;
  /**
   * `stop` makes `isExhausted()` true: `fit` then saves its checkpoint and ends with the reason `budget`.
   * @default 'stop'
   */
  readonly onExceeded?: 'warn' | 'stop';
}

type Limit = Exclude<keyof Budget, 'onExceeded'>;

/** What was used so far, in the budget's units; NaN where it is not known. */
export type Used = Readonly<Record<Limit, number>>;

export interface Exceeded {
  readonly limit: Limit;
  readonly allowed: number;
  readonly used: number;
}

/** Tells, once each, the limits that are used up. */
export class BudgetWatch {
  readonly exceeded: Exceeded[] = [];
  readonly #budget: Budget;

  constructor(operation: string, budget: Budget, { hasTariff }: { readonly hasTariff: boolean }) {
    this.#budget = budget;
    for (const [name, value] of Object.entries(budget)) {
      if (name === 'onExceeded' || value === undefined) continue;
      if (!(typeof value === 'number' && value >= 0))
        throw new FootprintError(operation, `budget.${name}: expected a number from 0 up, got ${value}`);
    }
    if (budget.cost !== undefined && !hasTariff)
      throw new FootprintError(
        operation,
        'budget.cost: expected a tariff with perKilowattHour or perMachineHour, got none; money is not known without it',
      );
  }

  get isExhausted(): boolean {
    return this.exceeded.length > 0 && (this.#budget.onExceeded ?? 'stop') === 'stop';
  }

  /** The limits that were passed since the last call. */
  check(used: Used): readonly Exceeded[] {
    const news: Exceeded[] = [];
    for (const limit of Object.keys(used) as Limit[]) {
      const allowed = this.#budget[limit];
      if (allowed === undefined || !(used[limit] >= allowed)) continue;
      if (this.exceeded.some((known) => known.limit === limit)) continue;
      news.push({ limit, allowed, used: used[limit] });
    }
    this.exceeded.push(...news);
    return news;
  }
}
