/** A report in Prometheus' text format. */
import type { Report } from '../tracker/report.js';

/**
 * Gauges in base units with the run, component and method as labels; what is not known is left out.
 *
 * @example
 * const { report } = await measure(() => 0, { place: 'FRA', name: 'mnist' });
 * console.log(toPrometheus(report).split('\n')[1]); // → # TYPE footprint_elapsed_seconds gauge
 */
export function toPrometheus(report: Report): string {
  const labels = { run: report.name, view: report.view };
  const gauges: readonly Gauge[] = [
    ['elapsed_seconds', 'Time that the machine ran.', [[labels, report.elapsedSeconds]]],
    ['energy_joules', 'Energy of the view, without the site.', [[labels, report.energyJoules]]],
    ['site_energy_joules', 'Energy of the view with the site (PUE).', [[labels, report.siteJoules]]],
    [
      'component_energy_joules',
      'Energy of a component of the whole machine.',
      Object.entries(report.components).map(([component, { energyJoules, method }]) => [
        { ...labels, component, method },
        energyJoules,
      ]),
    ],
    ['idle_energy_joules', 'What the machine draws when nobody works.', [[labels, report.idleJoules]]],
    ['process_energy_joules', 'What the tracked processes caused.', [[labels, report.processJoules]]],
    [
      'carbon_kilograms',
      'Operational carbon, CO2e, with the site (PUE).',
      [[{ ...labels, place: report.carbon.intensity.place }, report.carbon.operationalKilograms]],
    ],
    ['embodied_carbon_kilograms', 'Embodied carbon, CO2e.', [[labels, report.carbon.embodiedKilograms]]],
    ['water_litres', 'Water.', [[labels, report.waterLitres]]],
    [
      'cost',
      'Cost in the currency of the label.',
      [[{ ...labels, currency: report.cost?.currency ?? '' }, report.cost?.amount ?? null]],
    ],
    ['peak_memory_bytes', 'Peak resident memory.', [[labels, report.peakMemoryBytes]]],
  ];
  return gauges.map(gaugeText).join('');
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number | null];
type Gauge = readonly [name: string, help: string, samples: readonly Sample[]];

function gaugeText([name, help, samples]: Gauge): string {
  const known = samples.filter(([, value]) => value !== null);
  if (known.length === 0) return '';
  const lines = known.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `footprint_${name}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP footprint_${name} ${help}\n# TYPE footprint_${name} gauge\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
