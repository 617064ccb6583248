/** What a cell of a table may hold: a date, or a number or gap. */

/** Texts that stand for a missing value. */
const gapTexts = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '.', '-', '#n/a']);
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** With a decimal comma, points may stand between groups of three digits. */
const groupedPattern = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;

/** A number, NaN for a gap, `undefined` where it is neither. */
export function parseValue(text: string, decimal: '.' | ',' = '.'): number | undefined {
  let trimmed = text.trim();
  if (gapTexts.has(trimmed.toLowerCase())) return Number.NaN;
  if (decimal === ',') {
    if (groupedPattern.test(trimmed)) trimmed = trimmed.replaceAll('.', '');
    else if (trimmed.includes('.')) return undefined;
    trimmed = trimmed.replace(',', '.');
  }
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
const monthPattern = /^(\d{4})[-/](\d{1,2})$/;
const quarterPattern = /^(\d{4})[- ]?Q([1-4])$/i;
const weekPattern = /^(\d{4})-?W(\d{2})$/i;
/** With points the day comes first, wherever that is written. */
const pointedPattern = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const stepPattern = /^\d{1,15}$/;

/**
 * A day (`2000-03-01`, `1.3.2000`), a month (`2000-03`), quarter (`2000Q1`) or week (`2000-W09`) as its first day, a time
 * (`2000-03-01T15:30`), or the number of a step; `undefined` for anything else.
 */
export function parseDate(text: string): ParsedDate | undefined {
  const trimmed = text.trim();
  const day = dayPattern.exec(trimmed);
  if (day) return parseDay(day[1], day[2], day[3]);
  const month = monthPattern.exec(trimmed);
  if (month) return parseDay(month[1], month[2], '1');
  const quarter = quarterPattern.exec(trimmed);
  if (quarter) return parseDay(quarter[1], String(3 * Number(quarter[2]) - 2), '1');
  const week = weekPattern.exec(trimmed);
  if (week) return parseWeek(Number(week[1]), Number(week[2]));
  const pointed = pointedPattern.exec(trimmed);
  if (pointed) return parseDay(pointed[3], pointed[2], pointed[1]);
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

/** The Monday of a week of ISO 8601: the first one has the year's first Thursday. */
function parseWeek(year: number, week: number): ParsedDate | undefined {
  const [msOfDay, fourth] = [86_400_000, Date.UTC(year, 0, 4)];
  const firstMonday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * msOfDay;
  const order = firstMonday + (week - 1) * 7 * msOfDay;
  // The last week's Thursday is of the year.
  if (week < 1 || new Date(order + 3 * msOfDay).getUTCFullYear() !== year) return undefined;
  return { kind: 'day', text: new Date(order).toISOString().slice(0, 10), order };
}

function parseTime([, year, month, day, clock = '', zone = '']: RegExpExecArray): ParsedDate | undefined {
  const date = parseDay(year, month, day);
  const order = Date.parse(`${date?.text}T${clock}${zone || 'Z'}`);
  if (Number.isNaN(order)) return undefined;
  const parsed = { kind: 'time', text: `${date?.text}T${clock}${zone}`, order } as const;
  return zone === '' ? parsed : { ...parsed, zone };
}
