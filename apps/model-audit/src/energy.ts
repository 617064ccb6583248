/** Energy and carbon: of 1,000 inferences, and of a command that trains. */
import { type CarbonIntensity, measure, type Report } from '@noosphere/footprint';
import type { AuditOptions } from './options.js';
import type { Latency, Measured } from './program.js';

export interface Energy {
  readonly energyJoules: number;
  readonly lowJoules: number;
  readonly highJoules: number;
  readonly carbonKilograms: number;
  /** Grams a kilowatt-hour, with place, year and source. */
  readonly intensity: string;
  /** How each component was measured or modelled. */
  readonly methods: Readonly<Record<string, string>>;
}

const inferencesCounted = 1000;
/** Least time that energy is measured over: a sample a second needs some. */
const leastEnergyMs = 3000;

/** Of 1,000 inferences of one row each: runs for some seconds under the tracker and scales. */
export async function energyOfInferences(
  measured: Measured,
  latency: Latency,
  { place }: Pick<AuditOptions, 'place'>,
): Promise<Energy> {
  const runs = Math.max(latency.runs, Math.ceil(leastEnergyMs / latency.p50Ms));
  const { report } = await measure(() => measured.latency(runs, 0), {
    name: 'inference',
    ...(place === undefined ? {} : { place }),
  });
  return energyOf(report, inferencesCounted / runs);
}

/** What a report says of energy and carbon. @param scale Of the reported work that is asked for. */
export function energyOf(report: Report, scale = 1): Energy {
  return {
    energyJoules: report.energyJoules * scale,
    lowJoules: report.rangeJoules[0] * scale,
    highJoules: report.rangeJoules[1] * scale,
    carbonKilograms: report.carbon.operationalKilograms * scale,
    intensity: describeIntensity(report.carbon.intensity),
    methods: Object.fromEntries(
      Object.entries(report.components).map(([name, component]) => [name, component.description]),
    ),
  };
}

function describeIntensity({ gramsPerKilowattHour, name, year, source, isAssumed }: CarbonIntensity): string {
  const when = year === null ? '' : ` ${year}`;
  const assumed = isAssumed ? ', assumed: no --place was given' : '';
  return `${gramsPerKilowattHour} g/kWh, ${name}${when} (${source}${assumed})`;
}
