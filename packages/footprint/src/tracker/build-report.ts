/** From totals to a report. */
import { embodiedKilograms } from '../carbon/embodied.js';
import type { Factors } from '../carbon/factors.js';
import { sciScore } from '../carbon/sci.js';
import { addRanges, type Range, scaleRange } from '../quantities/range.js';
import type { DetectedSources } from '../sources/detect.js';
import { type Component, components, type Method } from '../sources/energy-source.js';
import type { Exceeded } from './budget.js';
import type { Gap } from './gaps.js';
import { type ComponentTotals, joulesOf, type Totals, type View } from './ledger.js';
import type { ComponentReport, Report, WindowReport } from './report.js';

export interface ReportInput {
  readonly name: string;
  readonly startedMs: number;
  readonly view: View;
  readonly totals: Totals;
  readonly methodOf: (component: Component) => Method | undefined;
  readonly factors: Factors;
  readonly functionalUnit?: { readonly unit: string; readonly units: number } | undefined;
  readonly windows: readonly WindowReport[];
  readonly gaps: readonly Gap[];
  readonly exceeded: readonly Exceeded[];
  readonly peakMemoryBytes: number;
  readonly sources: DetectedSources;
  readonly platform: string;
}

export function buildReport(input: ReportInput): Report {
  const { totals, view, factors } = input;
  const { cpuModel, processors, memoryBytes, isVirtual } = input.sources.machine;
  const parts = componentReports(input);
  const energyJoules = joulesOf(totals, view);
  const rangeJoules = rangeOf(totals, view);
  const operationalKilograms = totals.carbonKilograms;
  const { embodied, tariff } = factors.options;
  const embodiedCarbon =
    embodied === undefined ? null : embodiedKilograms(totals.seconds + totals.suspendedSeconds, embodied);
  const scale = energyJoules > 0 ? operationalKilograms / energyJoules : 0;
  const sum = (key: 'joules' | 'idleJoules' | 'processJoules') =>
    components.reduce((total, name) => total + totals.components[name][key], 0);
  return {
    schema: 'noosphere-footprint/1',
    name: input.name,
    startedAt: new Date(input.startedMs).toISOString(),
    elapsedSeconds: totals.seconds,
    suspendedSeconds: totals.suspendedSeconds,
    view,
    energyJoules,
    rangeJoules,
    siteJoules: energyJoules * factors.pue,
    pue: factors.pue,
    components: parts,
    machineJoules: sum('joules'),
    idleJoules: sum('idleJoules'),
    processJoules: sum('processJoules'),
    processCpuSeconds: totals.processCpuSeconds,
    machineCpuSeconds: totals.machineCpuSeconds,
    peakMemoryBytes: input.peakMemoryBytes,
    carbon: {
      operationalKilograms,
      rangeKilograms: scaleRange(rangeJoules, scale),
      embodiedKilograms: embodiedCarbon,
      marginalKilograms: known(totals.marginalCarbonKilograms),
      intensity: factors.intensity,
    },
    sci:
      input.functionalUnit === undefined || embodiedCarbon === null
        ? null
        : sciScore({
            operationalKilograms,
            embodiedKilograms: embodiedCarbon,
            ...input.functionalUnit,
          }),
    waterLitres: known(totals.waterLitres),
    cost:
      tariff === undefined || Number.isNaN(totals.cost)
        ? null
        : { amount: totals.cost, currency: tariff.currency },
    windows: input.windows,
    gaps: input.gaps.map((gap) => ({ ...gap, filledJoules: gap.filledJoules ?? null })),
    budgetExceeded: input.exceeded,
    warnings: warningsOf(input, embodiedCarbon),
    machine: { cpuModel, processors, memoryBytes, isVirtual, platform: input.platform },
  };
}

/** A number, or `null` where it is not known. */
export function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function componentReports({ totals, methodOf }: ReportInput): Partial<Record<Component, ComponentReport>> {
  const parts: Partial<Record<Component, ComponentReport>> = {};
  for (const component of components) {
    const method = methodOf(component);
    if (method === undefined) continue;
    const part = totals.components[component];
    const isUnknown = part.unknownSeconds > 0 && part.measuredSeconds + part.modelledSeconds === 0;
    const seconds = part.measuredSeconds + part.modelledSeconds;
    parts[component] = {
      energyJoules: isUnknown ? null : part.joules,
      rangeJoules: isUnknown ? null : [part.lowJoules, part.highJoules],
      idleJoules: part.idleJoules,
      processJoules: part.processJoules,
      meanPowerWatts: isUnknown || seconds === 0 ? null : part.joules / seconds,
      method: method.name,
      isMeasured: method.isMeasured,
      description: method.description,
      modelledSeconds: part.modelledSeconds,
      unknownSeconds: part.unknownSeconds,
    };
  }
  return parts;
}

/** The part of a component's range that belongs to the view. */
function rangeOf(totals: Totals, view: View): Range {
  return components.reduce<Range>(
    (sum, name) => addRanges(sum, partRange(totals.components[name], view)),
    [0, 0],
  );
}

function partRange(part: ComponentTotals, view: View): Range {
  const share = view === 'machine' ? 1 : part.joules > 0 ? part.processJoules / part.joules : 0;
  return scaleRange([part.lowJoules, part.highJoules], share);
}

function warningsOf(
  { factors, functionalUnit, gaps, totals }: ReportInput,
  embodied: number | null,
): string[] {
  const warnings: string[] = [];
  if (factors.intensity.isAssumed)
    warnings.push(
      `no place was given: carbon assumes the world's mean of ${factors.intensity.year}, ${factors.intensity.gramsPerKilowattHour} g/kWh; give place, e.g. 'FRA'`,
    );
  if (embodied === null)
    warnings.push(
      `embodied carbon${functionalUnit === undefined ? '' : ' and so the SCI score'} is not known: give embodied`,
    );
  if (Number.isNaN(totals.waterLitres)) warnings.push('water is not known: give waterLitresPerKilowattHour');
  if (Number.isNaN(totals.cost)) warnings.push('cost is not known: give tariff');
  for (const name of components)
    if (totals.components[name].unknownSeconds > 0)
      warnings.push(`${name}: not known for ${totals.components[name].unknownSeconds.toFixed(1)} s`);
  for (const component of new Set(gaps.map((gap) => gap.component))) {
    const own = gaps.filter((gap) => gap.component === component);
    warnings.push(`${component}: ${own.length} gap${own.length > 1 ? 's' : ''}, first: ${own[0]?.reason}`);
  }
  return warnings;
}
