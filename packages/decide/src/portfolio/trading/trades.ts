/** From what is held to what should be: a list of trades in whole lots, paid in several currencies. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireList } from '../../moments/tables.js';
import { affordable, type PricedPosition } from './affordable.js';

/** Something that is or may be held. */
export interface Position {
  readonly name: string;
  /** Of one unit, in its currency. */
  readonly price: number;
  /** Units held; negative ones are short. @default 0 */
  readonly held?: number;
  /** @default the base currency */
  readonly currency?: string;
  /** Units that are traded together; 0 for any fraction. @default 1 */
  readonly lot?: number;
}

export interface TradeOptions {
  /** Currency of all values. @default 'USD' */
  readonly base?: string;
  /** Units of the base currency for one of another. */
  readonly rates?: Readonly<Record<string, number>>;
  /** Cash held, by currency. @default none */
  readonly cash?: Readonly<Record<string, number>>;
  /** Cost of buying or selling one unit of value. @default 0 */
  readonly costs?: number;
  /** Trades of less than this, in the base currency, are not made. @default 0 */
  readonly minimumTrade?: number;
}

export interface Trade {
  readonly name: string;
  readonly side: 'buy' | 'sell';
  /** Units, above 0. */
  readonly quantity: number;
  readonly currency: string;
  /** quantity · price, in its currency. */
  readonly localValue: number;
  /** The same in the base currency. */
  readonly value: number;
  /** In the base currency. */
  readonly cost: number;
}

export interface TradeList {
  /** Sales first, then the largest. */
  readonly trades: readonly Trade[];
  /** Worth of all before trading, in the base currency. */
  readonly value: number;
  /** Before and after, one a position, as shares of the worth at the time. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Cash after trading and costs, in the base currency, as if all were changed into it. */
  readonly cashAfter: number;
  /** What each currency's cash is after trading: what is below 0 must be bought with another. */
  readonly cashByCurrency: Readonly<Record<string, number>>;
  /** Σ |traded value| / value. */
  readonly turnover: number;
  /** In the base currency. */
  readonly cost: number;
}

/**
 * Trades that bring holdings to weights, in whole lots. Positions are rounded towards zero, and where cash does not suffice for
 * the purchases and the costs (short positions rounded away, sales below the least trade) purchases shrink: no cash is owed after it.
 *
 * @param weights - one a position, shares of the worth after costs; what is left to one stays cash
 *
 * @example
 * const positions = [
 *   { name: 'ACME', price: 50, held: 100 },
 *   { name: 'Nippon', price: 2000, currency: 'JPY', lot: 100 },
 * ];
 * const list = tradeList(positions, [0.5, 0.4], { rates: { JPY: 0.0065 }, cash: { USD: 5000 } });
 * console.log(list.trades.map(({ side, quantity, name }) => `${side} ${quantity} ${name}`)); // → [ 'buy 300 Nippon' ]
 * console.log(list.cashAfter, list.cashByCurrency); // → 1100 { USD: 5000, JPY: -600000 }
 */
export function tradeList(
  positions: readonly Position[],
  weights: ArrayLike<number>,
  options: TradeOptions = {},
): TradeList {
  const {
    base = 'USD',
    cash = {},
    costs = 0,
    minimumTrade = 0,
  } = knownOptions('tradeList', options, 'base rates cash costs minimumTrade');
  if (!(costs >= 0 && costs < 1))
    throw new ArgumentError('tradeList', `costs lie between 0 and 1, got ${costs}`);
  if (!(minimumTrade >= 0 && Number.isFinite(minimumTrade)))
    throw new ArgumentError('tradeList', `minimumTrade must not be negative, got ${minimumTrade}`);
  const targets = requireList('tradeList', 'weights', weights, positions.length);
  const invested = targets.reduce((sum, weight) => sum + weight, 0);
  if (invested > 1 + 1e-9) {
    throw new ArgumentError(
      'tradeList',
      `weights add up to ${invested}: more than there is; scale them to one`,
    );
  }
  const rateOf = ratesOf(base, options.rates ?? {});
  const lines = positions.map((position, at) => lineOf(position, at, base, rateOf));
  let startCash = 0;
  for (const [currency, amount] of Object.entries(cash)) {
    if (!Number.isFinite(amount))
      throw new ArgumentError('tradeList', `cash in ${currency} must be finite, got ${amount}`);
    startCash += amount * rateOf(currency, 'cash');
  }
  const value = lines.reduce((sum, { held, unit }) => sum + held * unit, startCash);
  if (!(value > 0))
    throw new ArgumentError('tradeList', `holdings and cash are worth ${value}: there is nothing to spread`);
  const quantities = affordable(lines, quantitiesOf(lines, targets, value, costs, minimumTrade), {
    cash: startCash,
    costs,
    minimumTrade,
  });
  const trades = lines.flatMap((line, at) => tradeOf(line, quantities[at] as number, costs));
  const cost = trades.reduce((sum, trade) => sum + trade.cost, 0);
  const values = lines.map(({ held, unit }, at) => (held + (quantities[at] as number)) * unit);
  const worth = value - cost;
  return {
    trades: trades.toSorted((a, b) => (a.side === b.side ? b.value - a.value : a.side === 'sell' ? -1 : 1)),
    value,
    before: Float64Array.from(lines, ({ held, unit }) => (held * unit) / value),
    after: Float64Array.from(values, (one) => one / worth),
    cashAfter: withoutRounding(worth - values.reduce((sum, one) => sum + one, 0), value),
    cashByCurrency: cashAfterTrades(base, cash, trades, rateOf),
    turnover: trades.reduce((sum, trade) => sum + trade.value, 0) / value,
    cost,
  };
}

/** 0 for what is left of sums of large numbers. */
function withoutRounding(cash: number, value: number): number {
  return Math.abs(cash) <= 1e-10 * value ? 0 : cash;
}

interface Line extends PricedPosition {
  readonly name: string;
  readonly price: number;
  readonly currency: string;
}

function lineOf(
  position: Position,
  at: number,
  base: string,
  rateOf: (currency: string, of: string) => number,
): Line {
  const { name, price, held = 0, currency = base, lot = 1 } = position;
  if (!(price > 0 && Number.isFinite(price))) {
    throw new ArgumentError('tradeList', `price of ${name} (position ${at}) must be positive, got ${price}`);
  }
  if (!Number.isFinite(held))
    throw new ArgumentError('tradeList', `${name}: held must be finite, got ${held}`);
  if (!(lot >= 0 && Number.isFinite(lot)))
    throw new ArgumentError('tradeList', `${name}: lot must not be negative, got ${lot}`);
  return { name, held, price, currency, lot, unit: price * rateOf(currency, name) };
}

/** Costs lower what can be spread, which lowers the trades: a few rounds settle it. */
function quantitiesOf(
  lines: readonly Line[],
  targets: Float64Array,
  value: number,
  costs: number,
  minimumTrade: number,
): Float64Array {
  let cost = 0;
  for (let round = 0; ; round++) {
    const worth = value - cost;
    const quantities = Float64Array.from(lines, ({ held, unit, lot }, at) => {
      const wanted = ((targets[at] as number) * worth) / unit;
      const whole = lot === 0 ? wanted : lot * Math.trunc(wanted / lot + Math.sign(wanted) * 1e-9);
      const change = whole - held;
      return Math.abs(change) * unit < Math.max(minimumTrade, 1e-12 * value) ? 0 : change;
    });
    const next = lines.reduce(
      (sum, { unit }, at) => sum + Math.abs(quantities[at] as number) * unit * costs,
      0,
    );
    // Lots can make the costs jump: the dearer of two rounds is on the safe side.
    if (next <= cost + 1e-12 * value || round === 50) return quantities;
    cost = next;
  }
}

function tradeOf({ name, price, currency, unit }: Line, quantity: number, costs: number): Trade[] {
  if (quantity === 0) return [];
  const size = Math.abs(quantity);
  const side = quantity > 0 ? 'buy' : 'sell';
  const value = size * unit;
  return [{ name, side, quantity: size, currency, localValue: size * price, value, cost: value * costs }];
}

function cashAfterTrades(
  base: string,
  cash: Readonly<Record<string, number>>,
  trades: readonly Trade[],
  rateOf: (currency: string, of: string) => number,
): Record<string, number> {
  // A map: a currency may have any name.
  const left = new Map([[base, 0], ...Object.entries(cash)]);
  for (const { side, currency, localValue, cost } of trades) {
    const paid = (side === 'buy' ? localValue : -localValue) + cost / rateOf(currency, 'cash');
    left.set(currency, (left.get(currency) ?? 0) - paid);
  }
  return Object.fromEntries(left);
}

function ratesOf(base: string, rates: Readonly<Record<string, number>>) {
  return (currency: string, of: string): number => {
    if (currency === base) return 1;
    const rate = Object.hasOwn(rates, currency) ? rates[currency] : undefined;
    if (rate === undefined) {
      throw new ArgumentError('tradeList', `${of}: no rate of ${currency} in ${base}; give it in rates`);
    }
    if (!(rate > 0 && Number.isFinite(rate))) {
      throw new ArgumentError('tradeList', `rate of ${currency} must be positive, got ${rate}`);
    }
    return rate;
  };
}
