/** Dates in the order of a format: `DD/MM/YYYY`. */
import { ArgumentError } from '@noosphere/core';

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** What stands for each part of a format: its pattern, and the part that it is. */
const parts: Readonly<Record<string, readonly [pattern: string, part: string]>> = {
  YYYY: ['\\d{4}', 'year'],
  YY: ['\\d{2}', 'year'],
  MMMM: ['[A-Za-z]{3,9}', 'monthName'],
  MMM: ['[A-Za-z]{3}', 'monthName'],
  MM: ['\\d{2}', 'month'],
  M: ['\\d{1,2}', 'month'],
  DD: ['\\d{2}', 'day'],
  D: ['\\d{1,2}', 'day'],
  HH: ['\\d{2}', 'hour'],
  H: ['\\d{1,2}', 'hour'],
  mm: ['\\d{2}', 'minute'],
  ss: ['\\d{2}', 'second'],
};
const partPattern = /YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|mm|ss/g;

/**
 * A function from a text in the format to ISO 8601, and `undefined` for any other text.
 * @param format `YYYY` or `YY` (2000 to 2068, then 1969 to 1999), `MM`, `M`, `MMM` (Jan), `MMMM` (January), `DD`, `D`, `HH`, `H`,
 * `mm`, `ss`, and what stands between them. Without a day it is the first of the month.
 */
export function dateReader(format: string): (text: string) => string | undefined {
  const found: string[] = [];
  const escaped = format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = escaped.replace(partPattern, (letters) => {
    const [each = '', part = ''] = parts[letters] ?? [];
    found.push(part);
    return `(${each})`;
  });
  const has = (part: string) => found.includes(part);
  if (!has('year') || !(has('month') || has('monthName')) || new Set(found).size < found.length)
    throw new ArgumentError(
      'dateFormat',
      `expected a year and a month, each part once, such as DD/MM/YYYY or D. MMM YYYY HH:mm, got '${format}'`,
    );
  const matcher = new RegExp(`^${pattern}$`);
  return (text) => {
    const match = matcher.exec(text.trim());
    if (!match) return undefined;
    const value = Object.fromEntries(found.map((part, index) => [part, match[index + 1] ?? '']));
    const month = value.monthName
      ? months.indexOf(value.monthName.slice(0, 3).toLowerCase()) + 1
      : Number(value.month);
    const year = yearOf(value.year ?? '');
    const day = `${year}-${twoDigits(month)}-${twoDigits(Number(value.day ?? 1))}`;
    if (!has('hour')) return day;
    return `${day}T${twoDigits(Number(value.hour))}:${value.minute ?? '00'}:${value.second ?? '00'}`;
  };
}

function yearOf(digits: string): string {
  if (digits.length === 4) return digits;
  return `${Number(digits) < 69 ? 20 : 19}${digits}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
