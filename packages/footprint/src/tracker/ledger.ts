/** Running totals. A window is the difference of two of them, so windows add up to the whole by construction. */
import { type Component, components } from '../sources/energy-source.js';

/** Totals of one component since the start of tracking. */
export interface ComponentTotals {
  /** Of the whole machine. */
  readonly joules: number;
  readonly lowJoules: number;
  readonly highJoules: number;
  /** The part that the machine draws when nobody works on it. */
  readonly idleJoules: number;
  /** The part of the tracked processes, without any of the idle part. */
  readonly processJoules: number;
  readonly measuredSeconds: number;
  /** Time filled by a model because the meter failed. */
  readonly modelledSeconds: number;
  /** Time of which nothing is known. */
  readonly unknownSeconds: number;
}

export interface Totals {
  /** Time that the machine ran. */
  readonly seconds: number;
  readonly suspendedSeconds: number;
  readonly components: Readonly<Record<Component, ComponentTotals>>;
  readonly machineCpuSeconds: number;
  readonly processCpuSeconds: number;
  /** Of the chosen view, with PUE; NaN where the factor is not known. */
  readonly carbonKilograms: number;
  readonly marginalCarbonKilograms: number;
  readonly waterLitres: number;
  readonly cost: number;
}

const noComponent: ComponentTotals = {
  joules: 0,
  lowJoules: 0,
  highJoules: 0,
  idleJoules: 0,
  processJoules: 0,
  measuredSeconds: 0,
  modelledSeconds: 0,
  unknownSeconds: 0,
};

export const nothing: Totals = {
  seconds: 0,
  suspendedSeconds: 0,
  components: { cpu: noComponent, memory: noComponent, gpu: noComponent, board: noComponent },
  machineCpuSeconds: 0,
  processCpuSeconds: 0,
  carbonKilograms: 0,
  marginalCarbonKilograms: 0,
  waterLitres: 0,
  cost: 0,
};

export function addTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, 1);
}

export function subtractTotals(a: Totals, b: Totals): Totals {
  return combine(a, b, -1);
}

function combine(a: Totals, b: Totals, sign: 1 | -1): Totals {
  const joined = (name: Component) => combineComponent(a.components[name], b.components[name], sign);
  return {
    seconds: a.seconds + sign * b.seconds,
    suspendedSeconds: a.suspendedSeconds + sign * b.suspendedSeconds,
    components: {
      cpu: joined('cpu'),
      memory: joined('memory'),
      gpu: joined('gpu'),
      board: joined('board'),
    },
    machineCpuSeconds: a.machineCpuSeconds + sign * b.machineCpuSeconds,
    processCpuSeconds: a.processCpuSeconds + sign * b.processCpuSeconds,
    carbonKilograms: a.carbonKilograms + sign * b.carbonKilograms,
    marginalCarbonKilograms: a.marginalCarbonKilograms + sign * b.marginalCarbonKilograms,
    waterLitres: a.waterLitres + sign * b.waterLitres,
    cost: a.cost + sign * b.cost,
  };
}

function combineComponent(a: ComponentTotals, b: ComponentTotals, sign: 1 | -1): ComponentTotals {
  return {
    joules: a.joules + sign * b.joules,
    lowJoules: a.lowJoules + sign * b.lowJoules,
    highJoules: a.highJoules + sign * b.highJoules,
    idleJoules: a.idleJoules + sign * b.idleJoules,
    processJoules: a.processJoules + sign * b.processJoules,
    measuredSeconds: a.measuredSeconds + sign * b.measuredSeconds,
    modelledSeconds: a.modelledSeconds + sign * b.modelledSeconds,
    unknownSeconds: a.unknownSeconds + sign * b.unknownSeconds,
  };
}

/** Whose energy a report states: of the whole machine, or of the tracked processes without the idle part. */
export type View = 'machine' | 'process';

/** Joules of a view. */
export function joulesOf(totals: Totals, view: View): number {
  return components.reduce((sum, name) => {
    const { joules, processJoules } = totals.components[name];
    return sum + (view === 'machine' ? joules : processJoules);
  }, 0);
}
