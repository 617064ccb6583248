/** Trades that cash can pay for: fewer purchases, or one more sale, where rounding or a least trade left too little. */

/** A position in units of the base currency. */
export interface PricedPosition {
  readonly held: number;
  /** Price of one unit. */
  readonly unit: number;
  /** Units that are traded together; 0 for any fraction. */
  readonly lot: number;
}

export interface TradeTerms {
  /** Before trading, in the base currency; may be a debt. */
  readonly cash: number;
  /** Cost of buying or selling one unit of value. */
  readonly costs: number;
  /** Least value of a trade. */
  readonly minimumTrade: number;
}

/**
 * The quantities (above 0 bought, below 0 sold), changed where they would leave a debt: purchases shrink in proportion, the
 * smallest is left out where it falls below the least trade; a debt that is left then is paid by selling.
 */
export function affordable(
  positions: readonly PricedPosition[],
  quantities: Float64Array,
  terms: TradeTerms,
): Float64Array {
  if (isPaid(positions, quantities, terms)) return quantities;
  const cheaper = withSmallerPurchases(positions, quantities, terms);
  return isPaid(positions, cheaper, terms) ? cheaper : withSales(positions, cheaper, terms);
}

/** Cash after trading and costs. */
function cashAfter(
  positions: readonly PricedPosition[],
  quantities: Float64Array,
  { cash, costs }: TradeTerms,
): number {
  return positions.reduce((left, { unit }, at) => {
    const value = (quantities[at] as number) * unit;
    return left - value - Math.abs(value) * costs;
  }, cash);
}

function isPaid(positions: readonly PricedPosition[], quantities: Float64Array, terms: TradeTerms): boolean {
  const size = positions.reduce(
    (sum, { held, unit }, at) => sum + (Math.abs(held) + Math.abs(quantities[at] as number)) * unit,
    Math.abs(terms.cash),
  );
  return cashAfter(positions, quantities, terms) >= -1e-12 * size;
}

function withSmallerPurchases(
  positions: readonly PricedPosition[],
  quantities: Float64Array,
  terms: TradeTerms,
): Float64Array {
  const { costs, minimumTrade } = terms;
  const worthOf = (at: number) => (quantities[at] as number) * (positions[at] as PricedPosition).unit;
  const sales = quantities.map((quantity) => Math.min(0, quantity));
  const money = cashAfter(positions, sales, terms) / (1 + costs);
  let bought = [...quantities.keys()].filter((at) => (quantities[at] as number) > 0);
  bought.sort((a, b) => worthOf(b) - worthOf(a));
  while (money > 0 && bought.length > 0) {
    const share = money / bought.reduce((sum, at) => sum + worthOf(at), 0);
    const shrunk = sales.slice();
    for (const at of bought) {
      const { lot } = positions[at] as PricedPosition;
      const wanted = (quantities[at] as number) * Math.min(1, share);
      shrunk[at] = lot === 0 ? wanted : lot * Math.floor(wanted / lot + 1e-9);
    }
    const isLargeEnough = (at: number) =>
      (shrunk[at] as number) * (positions[at] as PricedPosition).unit >= Math.max(minimumTrade, 1e-300);
    if (bought.every(isLargeEnough)) return shrunk;
    bought = bought.slice(0, -1);
  }
  return sales;
}

/** Sells of the largest positions, in whole lots and at least the least trade, until nothing is owed. */
function withSales(
  positions: readonly PricedPosition[],
  quantities: Float64Array,
  terms: TradeTerms,
): Float64Array {
  const after = quantities.slice();
  const valueAfter = (at: number) => {
    const { held, unit } = positions[at] as PricedPosition;
    return (held + (after[at] as number)) * unit;
  };
  const owned = positions.map((_, at) => at).filter((at) => valueAfter(at) > 0);
  for (const at of owned.sort((a, b) => valueAfter(b) - valueAfter(a))) {
    const debt = -cashAfter(positions, after, terms);
    if (!(debt > 0)) break;
    const { held, unit, lot } = positions[at] as PricedPosition;
    const least = Math.max(debt / (1 - terms.costs), terms.minimumTrade) / unit;
    const whole = lot === 0 ? least : lot * Math.ceil(least / lot - 1e-9);
    after[at] = (after[at] as number) - Math.min(whole, held + (after[at] as number));
  }
  return after;
}
