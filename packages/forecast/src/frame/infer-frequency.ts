/** How far apart the rows of a frame are, found from their times. */
import { monthDay } from './month-grid.js';
import { msOfDay } from './time-grid.js';

export interface InferredFrequency {
  readonly frequency: string;
  /** How it was found, for people. */
  readonly reason: string;
}

/** Frequency of one series' rising times, or why there is none and what to do. */
export function inferFrequency(times: Float64Array, isSteps: boolean): InferredFrequency | string {
  if (times.length < 2) {
    return isSteps
      ? { frequency: 'step', reason: 'times are numbers of steps' }
      : "no series has two rows to infer it from; give one, such as frequency: 'D'";
  }
  const distance = commonestDistance(times);
  if (isSteps) {
    return {
      frequency: distance === 1 ? 'step' : `${distance}step`,
      reason: `commonest distance ${distance}`,
    };
  }
  if (distance < msOfDay || distance % msOfDay !== 0) return evenFrequency(distance);
  return dayFrequency(times, distance / msOfDay);
}

function commonestDistance(times: Float64Array): number {
  const counts = new Map<number, number>();
  for (let row = 1; row < times.length; row++) {
    const distance = (times[row] as number) - (times[row - 1] as number);
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  let [best, bestCount] = [0, 0];
  for (const [distance, count] of counts) {
    // Of distances as common, the shorter one: the longer may be a gap.
    if (count > bestCount || (count === bestCount && distance < best)) [best, bestCount] = [distance, count];
  }
  return best;
}

function evenFrequency(distanceMs: number): InferredFrequency | string {
  for (const [unit, ms] of [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const) {
    const count = distanceMs / ms;
    if (Number.isInteger(count)) {
      const frequency = `${count === 1 ? '' : count}${unit}`;
      return { frequency, reason: `commonest distance ${count} ${unit}` };
    }
  }
  return `the commonest distance, ${distanceMs} ms, is no whole number of seconds; number the rows as steps`;
}

function dayFrequency(times: Float64Array, days: number): InferredFrequency | string {
  if (days >= 28) return monthFrequency(times, days);
  if (days === 1) {
    const isWeekday = (time: number) => (((Math.floor(time / msOfDay) + 3) % 7) + 7) % 7 < 5;
    const spans = ((times.at(-1) as number) - (times[0] as number)) / msOfDay;
    if (spans >= 7 && times.every(isWeekday))
      return { frequency: 'B', reason: 'one row a day, none on Saturdays and Sundays' };
    return { frequency: 'D', reason: 'one row a day' };
  }
  const count = days % 7 === 0 ? days / 7 : days;
  const unit = days % 7 === 0 ? 'W' : 'D';
  return { frequency: `${count === 1 ? '' : count}${unit}`, reason: `commonest distance ${days} days` };
}

/** Distances of months differ; what they have in common is where in the month the rows lie. */
function monthFrequency(times: Float64Array, days: number): InferredFrequency | string {
  const months = Math.round(days / 30.44);
  const found = placeInMonth(times);
  if (!found) {
    if (days % 7 === 0) return { frequency: `${days / 7}W`, reason: `commonest distance ${days} days` };
    const distance = months === 1 ? 'a month' : `${months} months`;
    return `rows are about ${distance} apart, and not on one day of their months; write the months alone (2024-01), or give the days themselves as a calendar, frequency: tradingCalendar('months', days)`;
  }
  const { letters, anchor = '', reason } = found;
  const isBusiness = letters.startsWith('B');
  const [unit, of] = isBusiness
    ? ['M', 1]
    : months % 12 === 0
      ? ['Y', 12]
      : months % 3 === 0
        ? ['Q', 3]
        : ['M', 1];
  const count = months / (of as number);
  return {
    frequency: `${count === 1 ? '' : count}${letters.replace('M', unit as string)}${anchor}`,
    reason: `on ${reason}, commonest distance ${days} days`,
  };
}

/** Where in their months all the rows lie, as letters of months. */
function placeInMonth(times: Float64Array): { letters: string; anchor?: string; reason: string } | undefined {
  const isOn = (day: 'first' | 'last' | 'firstWeekday' | 'lastWeekday') =>
    times.every((time) => {
      const date = new Date(time);
      const midnight = Math.floor(time / msOfDay) * msOfDay;
      return monthDay(date.getUTCFullYear() * 12 + date.getUTCMonth(), day) === midnight;
    });
  if (isOn('first')) return { letters: 'MS', reason: 'first days' };
  if (isOn('last')) return { letters: 'ME', reason: 'last days' };
  if (isOn('lastWeekday')) return { letters: 'BME', reason: 'last weekdays of months' };
  if (isOn('firstWeekday')) return { letters: 'BMS', reason: 'first weekdays of months' };
  const day = new Date(times[0] as number).getUTCDate();
  const isOne = day <= 28 && times.every((time) => new Date(time).getUTCDate() === day);
  return isOne ? { letters: 'MS', anchor: `-${day}`, reason: `day ${day} of months` } : undefined;
}
