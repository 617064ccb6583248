import { describe, expect, test } from 'vitest';
import { clean, escapeMarkup, safeAddress } from './clean.js';
import { formatDate, formatFixed, formatNumber, withUnit } from './numbers.js';

describe('numbers', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [1234.5678, '1,235'],
    [-0.012345, '−0.01235'],
    [0.00001234, '1.234 × 10⁻⁵'],
    [1.5e21, '1.5 × 10²¹'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('fixed decimals have no negative zero; units follow; dates are UTC', () => {
    expect(formatFixed(-0.001, 2)).toBe('0.00');
    expect(formatFixed(-1.005, 1)).toBe('−1.0');
    expect(withUnit(5, '%')).toBe('5 %');
    expect(withUnit(5, 'none')).toBe('5');
    expect(formatDate(0)).toBe('1970-01-01');
    expect(formatDate(90_000)).toBe('1970-01-01 00:01');
  });
});

describe('texts', () => {
  test('what cannot be printed is replaced, white space is one space', () => {
    expect(clean(' a\n\tb\u0000\u202ec\ud800 ')).toBe('a b\ufffd\ufffdc\ufffd');
    expect(clean('😀')).toBe('😀');
    expect(escapeMarkup('<a href="x">&\'')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;');
  });

  test('only addresses of pages and mail are links', () => {
    expect(safeAddress('https://a.example/?b&c')).toBe('https://a.example/?b&amp;c');
    expect(safeAddress('mailto:a@b.example')).toBe('mailto:a@b.example');
    expect(safeAddress('vbscript:x')).toBeUndefined();
  });
});
