import fc from 'fast-check';
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
    // After 4 and 1 lots for 700 the first asset holds 0.40 of its 0.45, and 200 of the 900 are left for one lot more.
    expect(Array.from(greedyLots([0.45, 0.45], [100, 300], 1000).lots)).toEqual([5, 1]);
    // 60 are left of 1000, and 6 lots of the asset without weight would spend them.
    expect(Array.from((await exactLots([1, 0], [940, 10], 1000)).lots)).toEqual([1, 0]);
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

  test('purchases shrink where sales below the least trade bring no cash', () => {
    const many = [
      ...Array.from({ length: 10 }, (_, at) => ({ name: `A${at}`, price: 1, held: 100 })),
      { name: 'B', price: 1 },
      { name: 'C', price: 1 },
    ];
    const weights = [...new Array<number>(10).fill(0.095), 0.03, 0.02];
    const none = tradeList(many, weights, { minimumTrade: 10 });
    expect([none.trades, none.cashAfter]).toEqual([[], 0]);
    // 24 of the 50 that B and C cost: C would get 9, less than the least trade, so B gets all of it.
    const some = tradeList(many, weights, { minimumTrade: 10, cash: { USD: 24 } });
    expect(some.trades.map(({ side, quantity, name }) => `${side} ${quantity} ${name}`)).toEqual([
      'buy 24 B',
    ]);
    expect(some.cashAfter).toBe(0);
    // A debt of 5 is paid by a sale of the least size.
    const debt = tradeList(many, new Array<number>(12).fill(0.083), { minimumTrade: 20, cash: { USD: -5 } });
    expect(debt.cashAfter).toBeGreaterThanOrEqual(0);
    expect(debt.trades.every(({ value }) => value >= 20)).toBe(true);
  });

  test('no cash is owed after trading, whatever is held, rounded or left out', () => {
    const position = fc.record({
      name: fc.constant('P'),
      price: fc.double({ min: 0.01, max: 500, noNaN: true }),
      held: fc.integer({ min: -200, max: 400 }),
      lot: fc.constantFrom(0, 1, 10, 100),
      share: fc.double({ min: -1, max: 1.5, noNaN: true }),
    });
    const terms = fc.record({
      costs: fc.constantFrom(0, 0.001, 0.05),
      minimumTrade: fc.constantFrom(0, 10, 1000, 50_000),
      cash: fc.integer({ min: -5000, max: 50_000 }),
    });
    let judged = 0;
    fc.assert(
      fc.property(fc.array(position, { minLength: 1, maxLength: 8 }), terms, (held, { cash, ...rest }) => {
        const worth = held.reduce((sum, { price, held: units }) => sum + price * units, cash);
        const invested = held.reduce((sum, { share }) => sum + share, 0);
        fc.pre(worth > 100 && invested <= 1);
        const list = tradeList(
          held,
          held.map(({ share }) => share),
          { ...rest, cash: { USD: cash } },
        );
        judged++;
        expect(list.cashAfter).toBeGreaterThanOrEqual(0);
        expect(list.trades.every(({ quantity }) => Number.isFinite(quantity) && quantity > 0)).toBe(true);
      }),
      { seed: 7, numRuns: 500 },
    );
    expect(judged).toBe(500);
  });

  test('a currency may have any name', () => {
    const list = tradeList([{ name: 'X', price: 10, currency: '__proto__' }], [0.5], {
      rates: Object.fromEntries([['__proto__', 2]]),
      cash: { USD: 100 },
    });
    expect(Object.entries(list.cashByCurrency)).toEqual([
      ['USD', 100],
      ['__proto__', -20],
    ]);
  });

  test('what makes no sense is refused', () => {
    expect(() => tradeList(positions, [1, 0, 0])).toThrow('Nippon: no rate of JPY in USD');
    expect(() => tradeList(positions, [1, 1, 0], { rates: { JPY: 1 } })).toThrow('add up to 2');
    expect(() => tradeList([{ name: 'X', price: -1 }], [1])).toThrow('price of X');
    expect(() => tradeList([{ name: 'X', price: 1 }], [1])).toThrow('nothing to spread');
    expect(() => tradeList(positions, [1, 0, 0], { rates: { JPY: Number.NaN } })).toThrow('rate of JPY');
  });
});
