import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/portfolio.json' with { type: 'json' };
import { exactLots, greedyLots, tradeList } from './index.js';

describe('lots', () => {
  test.each(goldens.lots)(
    "PyPortfolioOpt's greedy and exact lots of $value",
    async ({ weights, prices, value, greedy, exact }) => {
      const fast = greedyLots(weights, prices, value);
      expect(Array.from(fast.lots)).toEqual(greedy.shares);
      expect(fast.left).toBeCloseTo(greedy.left, 8);
      const best = await exactLots(weights, prices, value);
      expect(Array.from(best.lots)).toEqual(exact.shares);
      expect(best.left).toBeCloseTo(exact.left, 8);
    },
  );

  test('short positions are rounded too, and cash is kept', async () => {
    const { lots, left } = await exactLots([0.8, -0.3, 0], [100, 70, 1], 1000);
    // Four short would pay for less than eight long and the 500 that are to be left.
    expect(Array.from(lots)).toEqual([8, -5, 0]);
    expect(left).toBeCloseTo(1000 - 800 + 350, 8);
    const half = greedyLots([0.25, 0.25], [10, 10], 1000);
    expect([Array.from(half.lots), half.left]).toEqual([[25, 25], 500]);
    expect(() => greedyLots([-0.1], [1], 10)).toThrow('exactLots');
    expect(() => greedyLots([1], [0], 10)).toThrow('prices[0] must be above 0');
  });
});

describe('trade list', () => {
  const positions = [
    { name: 'ACME', price: 50, held: 100 },
    { name: 'Nippon', price: 2000, currency: 'JPY', lot: 100 },
    { name: 'Gold', price: 2000, currency: 'USD', held: 1.5, lot: 0 },
  ];

  test('by hand: worth, rounding, currencies, costs', () => {
    const list = tradeList(positions, [0.2, 0.4, 0.4], {
      base: 'EUR',
      rates: { JPY: 0.005, USD: 0.5 },
      cash: { EUR: 1000, JPY: 100_000 },
      costs: 0.01,
    });
    // 5000 + 1500 + 1000 + 500 of cash.
    expect(list.value).toBe(8000);
    expect(list.trades.map(({ name, side }) => `${side} ${name}`)).toEqual([
      'sell ACME',
      'buy Nippon',
      'buy Gold',
    ]);
    // Nippon: 40 % of less than 8000 are 3 lots of 1000.
    expect(list.trades[1]).toMatchObject({
      quantity: 300,
      currency: 'JPY',
      localValue: 600_000,
      value: 3000,
      cost: 30,
    });
    const worth = 8000 - list.cost;
    expect(list.after[2]).toBeCloseTo(0.4, 3);
    expect(list.cost).toBeCloseTo(list.turnover * 8000 * 0.01, 8);
    expect(list.cashAfter).toBeGreaterThanOrEqual(0);
    expect(list.after.reduce((sum, weight) => sum + weight, 0) + list.cashAfter / worth).toBeCloseTo(1, 12);
    const { EUR = 0, JPY = 0, USD = 0 } = list.cashByCurrency;
    expect(EUR + 0.005 * JPY + 0.5 * USD).toBeCloseTo(list.cashAfter, 8);
  });

  test('small trades are left out, and nothing to do is nothing done', () => {
    const rates = { JPY: 0.005 };
    const same = tradeList(positions, [5 / 8, 0, 3 / 8], { base: 'USD', rates });
    expect([same.trades, same.cost, same.turnover]).toEqual([[], 0, 0]);
    const small = tradeList(positions, [0.6, 0, 0.4], { rates, minimumTrade: 500 });
    expect(small.trades).toEqual([]);
    expect(tradeList(positions, [0.6, 0, 0.4], { rates }).trades.length).toBe(2);
  });

  test('what makes no sense is refused', () => {
    expect(() => tradeList(positions, [1, 0, 0])).toThrow('Nippon: no rate of JPY in USD');
    expect(() => tradeList(positions, [1, 1, 0], { rates: { JPY: 1 } })).toThrow('add up to 2');
    expect(() => tradeList([{ name: 'X', price: -1 }], [1])).toThrow('price of X');
    expect(() => tradeList([{ name: 'X', price: 1 }], [1])).toThrow('nothing to spread');
    expect(() => tradeList(positions, [1, 0, 0], { rates: { JPY: Number.NaN } })).toThrow('rate of JPY');
  });
});
