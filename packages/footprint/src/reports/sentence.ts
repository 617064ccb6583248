/** A report in one line, to print under a result. */
import type { Report } from '../tracker/report.js';
import { carbonText, digits, energyText, memoryText, timeText } from './quantities.js';

/**
 * Time, energy of the place where it was drawn (the machine's times PUE, which carbon counts as well) with range and methods, carbon with its factor, and peak memory, as one line.
 *
 * @example
 * const { report } = await measure(() => 0, { place: 'FRA' });
 * console.log(toSentence(report)); // → … s, … J of the machine (… to …; cpu …, memory …), … CO2e at 56 g/kWh (France 2023), … MB
 */
export function toSentence({
  elapsedSeconds,
  siteJoules,
  rangeJoules,
  pue,
  view,
  components,
  carbon,
  peakMemoryBytes,
}: Report): string {
  const { gramsPerKilowattHour, name, year, isAssumed } = carbon.intensity;
  const methods = Object.entries(components).map(([component, { method }]) => `${component} ${method}`);
  const whose = `${view === 'machine' ? 'the machine' : 'its processes'}${pue === 1 ? '' : ` and the site (PUE ${digits(pue)})`}`;
  const range = rangeJoules.map((joules) => energyText(joules * pue)).join(' to ');
  const where = `${name}${year === null ? '' : ` ${year}`}${isAssumed ? ', assumed' : ''}`;
  return [
    timeText(elapsedSeconds),
    `${energyText(siteJoules)} of ${whose} (${range}; ${methods.join(', ')})`,
    `${carbonText(carbon.operationalKilograms)} at ${digits(gramsPerKilowattHour)} g/kWh (${where})`,
    memoryText(peakMemoryBytes),
  ].join(', ');
}
