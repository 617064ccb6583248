/** A report in one line, to print under a result. */
import type { Report } from '../tracker/report.js';
import { carbonText, digits, energyText, memoryText, timeText } from './quantities.js';

/**
 * Time, energy with range and methods, carbon with its factor, and peak memory, as one line.
 *
 * @example
 * const { report } = await measure(() => 0, { place: 'FRA' });
 * console.log(toSentence(report)); // → … s, … J of the machine (… to …; cpu …, memory …), … CO2e at 56 g/kWh (France 2023), … MB
 */
export function toSentence({
  elapsedSeconds,
  energyJoules,
  rangeJoules,
  view,
  components,
  carbon,
  peakMemoryBytes,
}: Report): string {
  const { gramsPerKilowattHour, name, year, isAssumed } = carbon.intensity;
  const methods = Object.entries(components).map(([component, { method }]) => `${component} ${method}`);
  const whose = view === 'machine' ? 'the machine' : 'its processes';
  const where = `${name}${year === null ? '' : ` ${year}`}${isAssumed ? ', assumed' : ''}`;
  return [
    timeText(elapsedSeconds),
    `${energyText(energyJoules)} of ${whose} (${rangeJoules.map(energyText).join(' to ')}; ${methods.join(', ')})`,
    `${carbonText(carbon.operationalKilograms)} at ${digits(gramsPerKilowattHour)} g/kWh (${where})`,
    memoryText(peakMemoryBytes),
  ].join(', ');
}
