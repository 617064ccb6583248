/** What an ARIMA is: its orders, their name, and the lag polynomials of its parameters. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/** ARIMA(p, d, q)(P, D, Q)[season]. */
export interface ArimaOrder {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly seasonalP: number;
  readonly seasonalD: number;
  readonly seasonalQ: number;
  /** Values in a season; 1 without. */
  readonly season: number;
  /** A mean where nothing is differenced, else a drift. */
  readonly constant: boolean;
}

/** Three whole numbers, by name. */
export function requireOrders(operation: string, name: string, orders: readonly number[]): void {
  if (!Array.isArray(orders) || orders.length !== 3) {
    throw new ArgumentError(
      operation,
      `${name} has three numbers, such as [1, 1, 1], got [${String(orders)}]`,
    );
  }
  for (const each of orders) requireWhole(operation, `each of ${name}`, each, 0);
}

/** `ARIMA(2,1,1)(0,1,0)[12] with drift`. */
export function arimaName(order: ArimaOrder): string {
  const { p, d, q, seasonalP, seasonalD, seasonalQ, season, constant } = order;
  const seasonal =
    seasonalP + seasonalD + seasonalQ > 0 ? `(${seasonalP},${seasonalD},${seasonalQ})[${season}]` : '';
  const ending = constant ? (d + seasonalD === 0 ? ' with mean' : ' with drift') : '';
  return `ARIMA(${p},${d},${q})${seasonal}${ending}`;
}

/** The orders of a name that `arimaName` gave. */
export function parseArimaName(operation: string, name: string): ArimaOrder {
  const parts = /^ARIMA\((\d+),(\d+),(\d+)\)(?:\((\d+),(\d+),(\d+)\)\[(\d+)\])?( with (?:mean|drift))?$/.exec(
    name,
  );
  if (!parts)
    throw new ArgumentError(operation, `expects a model such as ARIMA(2,1,1)(0,1,0)[12], got '${name}'`);
  const [p = 0, d = 0, q = 0, seasonalP = 0, seasonalD = 0, seasonalQ = 0, season = 1] = parts
    .slice(1, 8)
    .map((part) => (part === undefined ? undefined : Number(part)));
  return { p, d, q, seasonalP, seasonalD, seasonalQ, season, constant: parts[8] !== undefined };
}

/** Parameters of the lag polynomials, without those of regressors. */
export function countLags({ p, q, seasonalP, seasonalQ }: ArimaOrder): number {
  return p + q + seasonalP + seasonalQ;
}

/** Values that differencing takes away. */
export function lostValues({ d, seasonalD, season }: ArimaOrder): number {
  return d + seasonalD * season;
}

/** w[t] = Σ φ[i] w[t-1-i] + e[t] + Σ θ[i] e[t-1-i]. */
export interface LagPolynomials {
  readonly phi: Float64Array;
  readonly theta: Float64Array;
}

/**
 * Multiplies the seasonal and the other polynomials out: (1 - Σ φ Bⁱ)(1 - Σ Φ Bⁱˢ) and (1 + Σ θ Bⁱ)(1 + Σ Θ Bⁱˢ).
 * `lags` holds φ, θ, Φ, Θ in this order, as R's `arima`.
 */
export function lagPolynomials(order: ArimaOrder, lags: Float64Array): LagPolynomials {
  const { p, q, seasonalP, seasonalQ, season } = order;
  const [ma, sar, sma] = [p, p + q, p + q + seasonalP];
  return {
    phi: multiplied(lags.subarray(0, ma), lags.subarray(sar, sma), season, -1),
    theta: multiplied(lags.subarray(ma, sar), lags.subarray(sma, sma + seasonalQ), season, 1),
  };
}

function multiplied(plain: Float64Array, seasonal: Float64Array, season: number, sign: 1 | -1): Float64Array {
  const product = new Float64Array(plain.length + season * seasonal.length);
  product.set(plain);
  for (let cycle = 0; cycle < seasonal.length; cycle++) {
    const weight = seasonal[cycle] as number;
    const at = (cycle + 1) * season - 1;
    product[at] = (product[at] as number) + weight;
    for (let lag = 0; lag < plain.length; lag++) {
      const place = at + 1 + lag;
      product[place] = (product[place] as number) + sign * weight * (plain[lag] as number);
    }
  }
  return product;
}
