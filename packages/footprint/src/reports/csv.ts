/** A report as a row of CodeCarbon's emissions.csv, so that what reads those files reads ours. */

import { knownOptions } from '@noosphere/base';
import { kilowattHours } from '../quantities/units.js';
import type { Component } from '../sources/energy-source.js';
import type { Report } from '../tracker/report.js';

/** CodeCarbon 3.3's columns, in its order (`output_methods/emissions_data.py`). */
export const codecarbonColumns = [
  'timestamp',
  'project_name',
  'run_id',
  'experiment_id',
  'duration',
  'emissions',
  'emissions_rate',
  'cpu_power',
  'gpu_power',
  'ram_power',
  'cpu_energy',
  'gpu_energy',
  'ram_energy',
  'energy_consumed',
  'water_consumed',
  'country_name',
  'country_iso_code',
  'region',
  'cloud_provider',
  'cloud_region',
  'os',
  'python_version',
  'codecarbon_version',
  'cpu_count',
  'cpu_model',
  'gpu_count',
  'gpu_model',
  'longitude',
  'latitude',
  'ram_total_size',
  'tracking_mode',
  'cpu_utilization_percent',
  'gpu_utilization_percent',
  'ram_utilization_percent',
  'ram_used_gb',
  'on_cloud',
  'pue',
  'wue',
] as const;

export interface CsvOptions {
  /** @default the report's start */
  readonly runId?: string;
  /** @default empty */
  readonly experimentId?: string;
}

/**
 * Header and one row for each report, in CodeCarbon's columns and units (kWh, kg, W, GB of 2³⁰ bytes). Energies hold
 * the site's overhead, as CodeCarbon's do. What is not known is empty.
 *
 * @example
 * const { report } = await measure(() => 0, { place: 'SWE', name: 'mnist' });
 * const [header, row] = toCodecarbonCsv([report]).split('\n');
 * console.log(header?.split(',').length, row?.split(',')[1]); // → 38 mnist
 */
export function toCodecarbonCsv(reports: readonly Report[], options: CsvOptions = {}): string {
  knownOptions('toCodecarbonCsv', options, 'runId experimentId');
  const rows = reports.map((report) => {
    const values: Readonly<Record<string, string | number>> = columnValues(report, options);
    return codecarbonColumns.map((column) => field(values[column] ?? '')).join(',');
  });
  return `${[codecarbonColumns.join(','), ...rows].join('\n')}\n`;
}

function columnValues(
  report: Report,
  options: CsvOptions,
): Partial<Record<(typeof codecarbonColumns)[number], string | number>> {
  const { carbon, elapsedSeconds, machine, pue, view } = report;
  const [country = '', region = ''] = carbon.intensity.place.split('-');
  const joules = (component: Component) => {
    const part = report.components[component];
    if (part === undefined) return 0;
    return view === 'machine' ? part.energyJoules : part.processJoules;
  };
  const energy = (component: Component) => {
    const known = joules(component);
    return known === null ? '' : kilowattHours(known * pue);
  };
  const power = (component: Component) => {
    const known = joules(component);
    return known === null || elapsedSeconds === 0 ? '' : (known * pue) / elapsedSeconds;
  };
  const ended = Date.parse(report.startedAt) + 1000 * (elapsedSeconds + report.suspendedSeconds);
  return {
    timestamp: new Date(ended).toISOString().slice(0, 19),
    project_name: report.name,
    run_id: options.runId ?? report.startedAt,
    experiment_id: options.experimentId ?? '',
    duration: elapsedSeconds,
    emissions: carbon.operationalKilograms,
    emissions_rate: elapsedSeconds > 0 ? carbon.operationalKilograms / elapsedSeconds : 0,
    cpu_power: power('cpu'),
    gpu_power: power('gpu'),
    ram_power: power('memory'),
    cpu_energy: energy('cpu'),
    gpu_energy: energy('gpu'),
    ram_energy: energy('memory'),
    energy_consumed: kilowattHours(report.siteJoules),
    water_consumed: report.waterLitres ?? '',
    country_name: carbon.intensity.name,
    country_iso_code: country,
    region,
    os: machine.platform,
    python_version: '',
    codecarbon_version: report.schema,
    cpu_count: machine.processors,
    cpu_model: machine.cpuModel,
    ram_total_size: machine.memoryBytes / 2 ** 30,
    tracking_mode: view,
    cpu_utilization_percent:
      elapsedSeconds > 0 ? (100 * report.machineCpuSeconds) / (elapsedSeconds * machine.processors) : '',
    ram_used_gb: report.peakMemoryBytes / 2 ** 30,
    pue,
  };
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
