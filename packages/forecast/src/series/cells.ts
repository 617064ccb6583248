/** What a cell of a table may hold: a date, or a number or gap. */

/** Texts that stand for a missing value. */
const gapTexts = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '.', '-', '#n/a']);
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number, NaN for a gap, `undefined` where it is neither. */
export function parseValue(text: string): number | undefined {
  const trimmed = text.trim();
  if (gapTexts.has(trimmed.toLowerCase())) return Number.NaN;
  if (!numberPattern.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

export const dateKinds = ['day', 'time', 'step'] as const;
export type DateKind = (typeof dateKinds)[number];

/** A point in time: its text as ISO 8601 (or a whole number), and a number that sorts. */
export interface ParsedDate {
  readonly kind: DateKind;
  readonly text: string;
  readonly order: number;
  /** `Z` or an offset such as `+02:00`, where a time has one. */
  readonly zone?: string;
}

const dayPattern = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/;
const timePattern =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?$/;
const stepPattern = /^\d{1,15}$/;

/** A day (`2000-03-01`), a time (`2000-03-01T15:30`), or the number of a step; `undefined` for anything else. */
export function parseDate(text: string): ParsedDate | undefined {
  const trimmed = text.trim();
  const day = dayPattern.exec(trimmed);
  if (day) return parseDay(day[1], day[2], day[3]);
  const time = timePattern.exec(trimmed);
  if (time) return parseTime(time);
  return stepPattern.test(trimmed) ? { kind: 'step', text: trimmed, order: Number(trimmed) } : undefined;
}

function parseDay(year = '', month = '', day = ''): ParsedDate | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const order = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes 2001-02-30 for the 2nd of March.
  const exists = !Number.isNaN(order) && new Date(order).toISOString().startsWith(text);
  return exists ? { kind: 'day', text, order } : undefined;
}

function parseTime([, year, month, day, clock = '', zone = '']: RegExpExecArray): ParsedDate | undefined {
  const date = parseDay(year, month, day);
  const order = Date.parse(`${date?.text}T${clock}${zone || 'Z'}`);
  if (Number.isNaN(order)) return undefined;
  const parsed = { kind: 'time', text: `${date?.text}T${clock}${zone}`, order } as const;
  return zone === '' ? parsed : { ...parsed, zone };
}
