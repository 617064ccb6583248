/** Numbers and dates as a reader sees them. */

/**
 * A number with grouped thousands and a true minus sign, as tables and charts print it; a dash for what is not a number.
 *
 * @param significantDigits @default 4
 *
 * @example
 * console.log(formatNumber(-1234.5), formatNumber(0.00001234), formatNumber(Number.NaN)); // → −1,235 1.234 × 10⁻⁵ –
 */
export function formatNumber(value: number, significantDigits = 4): string {
  if (value === Number.POSITIVE_INFINITY) return '∞';
  if (value === Number.NEGATIVE_INFINITY) return '−∞';
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    const [mantissa = '', exponent = ''] = value.toExponential(significantDigits - 1).split('e');
    return `${Number(mantissa)} × 10${superscript(Number(exponent))}`.replace('-', '−');
  }
  const decimals = size === 0 ? 0 : Math.max(0, significantDigits - 1 - Math.floor(Math.log10(size)));
  const text = value.toLocaleString('en', { maximumFractionDigits: Math.min(20, decimals) });
  return text === '-0' ? '0' : text.replace('-', '−');
}

/** A number with so many decimals, for columns that line up. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const text = value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (/[1-9]/.test(text) ? text : text.replace('-', '')).replace('-', '−');
}

/** A value with its unit: 3 kg, 5 %. */
export function withUnit(value: number, unit: string): string {
  return unit === 'none' || unit === '' ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}

/** A day, 2026-11-22, or with the minute where it is not midnight. All dates are UTC. */
export function formatDate(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return epochMs % 86_400_000 === 0 ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

/** `3 values`, `1 value`. */
export function countText(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`;
}

function superscript(exponent: number): string {
  return String(exponent).replace(/[-\d]/g, (digit) =>
    digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''),
  );
}
