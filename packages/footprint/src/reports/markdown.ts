/** A report as the section of a model card. */
import type { Report } from '../tracker/report.js';
import { carbonText, digits, energyText, memoryText, timeText } from './quantities.js';

/**
 * A Markdown section that says what a run took, with methods, ranges and what is not known.
 *
 * @example
 * const { report } = await measure(() => 0, { place: 'DEU', name: 'mnist' });
 * console.log(toMarkdown(report).split('\n')[0]); // → ## Footprint of mnist
 */
export function toMarkdown(report: Report): string {
  const { carbon, cost, machine } = report;
  const [low, high] = report.rangeJoules;
  const { intensity } = carbon;
  const whose =
    report.view === 'machine' ? 'the whole machine' : 'its processes, without the idle part of the machine';
  const unknown = 'not known';
  const lines: readonly (readonly [string, string])[] = [
    ['time', timeText(report.elapsedSeconds)],
    [`energy of ${whose}`, `${energyText(report.energyJoules)} (${energyText(low)} to ${energyText(high)})`],
    ['of which idle', energyText(report.idleJoules)],
    ['with the site (PUE)', `${energyText(report.siteJoules)} (${digits(report.pue)})`],
    [
      report.pue === 1 ? 'carbon, operational' : 'carbon, operational, with the site',
      `${carbonText(carbon.operationalKilograms)} (${carbon.rangeKilograms.map(carbonText).join(' to ')})`,
    ],
    ['carbon, embodied', carbon.embodiedKilograms === null ? unknown : carbonText(carbon.embodiedKilograms)],
    ...(carbon.marginalKilograms === null
      ? []
      : [['carbon, marginal', carbonText(carbon.marginalKilograms)] as const]),
    ['electricity', placeText(report)],
    [
      'SCI',
      report.sci === null ? unknown : `${digits(report.sci.gramsPerUnit)} g CO2e per ${report.sci.unit}`,
    ],
    ['water', report.waterLitres === null ? unknown : `${digits(report.waterLitres)} l`],
    ['cost', cost === null ? unknown : `${digits(cost.amount)} ${cost.currency}`],
    ['peak memory', memoryText(report.peakMemoryBytes)],
    [
      'machine',
      `${machine.cpuModel || 'unknown processor'}, ${machine.processors} threads, ${memoryText(machine.memoryBytes)}`,
    ],
  ];
  const parts = Object.entries(report.components).map(([name, part]) =>
    row([
      name,
      part.energyJoules === null ? unknown : energyText(part.energyJoules),
      part.rangeJoules === null ? unknown : part.rangeJoules.map(energyText).join(' to '),
      part.isMeasured ? 'measured' : 'modelled',
      part.description,
    ]),
  );
  return `${[
    `## Footprint of ${report.name}`,
    '',
    row(['what', 'how much']),
    row(['---', '---']),
    ...lines.map(row),
    '',
    row(['component', 'energy', 'range', 'how', 'method']),
    row(['---', '---', '---', '---', '---']),
    ...parts,
    ...(report.warnings.length > 0 ? ['', ...report.warnings.map((text) => `- ${text}`)] : []),
    '',
    intensity.isAssumed ? 'Carbon assumes the mean of the world: no place was given.' : '',
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function placeText({ carbon: { intensity } }: Report): string {
  const value = Number.isNaN(intensity.gramsPerKilowattHour)
    ? 'by the hour'
    : `${digits(intensity.gramsPerKilowattHour)} g/kWh`;
  const year = intensity.year === null ? '' : `, ${intensity.year}`;
  return `${intensity.name}${year}, ${value} (${intensity.source})`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
