/** The audit as text, for a terminal. */
import type { Audit } from './audit.js';
import { sizeText, speedText } from './comparison.js';
import type { Energy } from './energy.js';
import type { CommandCost } from './training.js';

/** What the audit cannot say yet, said in its output. */
const missing = 'Pruning and distillation are not measured yet.';

export function reportText(audit: Audit): string {
  const { latency, energy } = audit;
  const inputs = Object.entries(audit.inputs).map(([name, text]) => `${name} ${text.replace('Tensor ', '')}`);
  return [
    `Audit of ${audit.model}`,
    `  measured on ${audit.hasExamples ? 'your examples' : 'drawn numbers'}, ${rowsText(audit)} an inference: ${inputs.join(', ')}`,
    '',
    ...table([
      ['parameters', audit.parameters.toLocaleString('en')],
      ['file', bytesText(audit.fileBytes)],
      ['arithmetic', `${scaled(audit.flops)}FLOP an inference`],
      ['memory traffic', `${bytesText(audit.trafficBytes)} an inference`],
      [
        'values alive at most',
        `${bytesText(audit.predictedPeakBytes)} (predicted); this process held ${bytesText(audit.processPeakBytes)}`,
      ],
      ['latency', `p50 ${ms(latency.p50Ms)}, p99 ${ms(latency.p99Ms)} over ${latency.runs} runs`],
      ['1,000 inferences', energyText(energy)],
      ['carbon intensity', energy.intensity],
      ...methodRows(energy),
      ...(audit.accuracy === undefined
        ? []
        : [['accuracy', `${percent(audit.accuracy)} of all examples`] as [string, string]]),
      ...trainingRows(audit),
    ]),
    '',
    'Cost by operator',
    ...costRows(audit.operators),
    '',
    'Cost by layer, the dearest nodes',
    ...costRows(audit.layers),
    '',
    ...int8Text(audit),
    missing,
  ].join('\n');
}

/** Rows of one inference. */
export function rowsText({ rowsPerInference }: Audit): string {
  return rowsPerInference === 1 ? 'one row' : `${rowsPerInference} rows`;
}

function costRows(costs: Audit['operators']): string[] {
  return table(
    costs.map(({ name, milliseconds, share, flops }) => [
      name,
      `${ms(milliseconds)}, ${percent(share)}${flops === undefined ? '' : `, ${scaled(flops)}FLOP`}`,
    ]),
  );
}

/** What a command took, for a terminal. */
export function commandText(cost: CommandCost): string {
  return [
    `Audit of ${cost.command}`,
    ...table([
      ['time', `${cost.elapsedSeconds.toFixed(1)} s`],
      ['energy', energyText(cost)],
      ['carbon intensity', cost.intensity],
      ...methodRows(cost),
      ['memory held at most', bytesText(cost.peakMemoryBytes)],
    ]),
    '',
  ].join('\n');
}

function energyText({ energyJoules, lowJoules, highJoules, carbonKilograms }: Energy): string {
  return `${energyJoules.toPrecision(3)} J [${lowJoules.toPrecision(3)}, ${highJoules.toPrecision(3)}], ${(carbonKilograms * 1e6).toPrecision(3)} mg CO2e`;
}

function methodRows({ methods }: Energy): [string, string][] {
  return Object.entries(methods).map(([name, method]) => [`energy of ${name}`, method]);
}

function trainingRows({ training }: Audit): [string, string][] {
  if (!training) return [];
  const { kind, metrics, measured } = training;
  const listed = Object.entries(metrics).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  const joules = metrics.energyJoules;
  const told =
    joules === undefined ? 'not known: the folder holds no energyJoules' : `${joules.toPrecision(3)} J`;
  return [
    ...(kind === undefined ? [] : [['kind', kind] as [string, string]]),
    ['training', listed.join(', ') || 'no metrics in the folder'],
    [
      'energy of training',
      measured
        ? `${energyText(measured)}, ${measured.elapsedSeconds.toFixed(1)} s: ${measured.command}`
        : told,
    ],
  ];
}

function int8Text({ int8, fileBytes, latency, accuracy, hasExamples }: Audit): string[] {
  if (!int8) return ['int8 was left out (--no-int8).'];
  return [
    `With int8 (${int8.mode}, ${int8.quantizedNodes} products)`,
    ...table([
      ['file', `${bytesText(int8.fileBytes)}, ${sizeText(fileBytes, int8.fileBytes)}`],
      ['latency', `p50 ${ms(int8.latency.p50Ms)}, ${speedText(latency.p50Ms, int8.latency.p50Ms)}`],
      ['1,000 inferences', energyText(int8.energy)],
      [
        'largest difference',
        `${percent(int8.relativeDifference)} of the result's spread, on ${hasExamples ? 'all examples' : 'the drawn numbers'}`,
      ],
      ...(int8.agreement === undefined
        ? []
        : [['same class', `${percent(int8.agreement)} of all examples`] as [string, string]]),
      ['accuracy', accuracyText(accuracy, int8.accuracy)],
    ]),
    ...int8.notes.map((note) => `  ${note}`),
  ];
}

function accuracyText(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return 'not known: --data with labels would tell';
  return `${percent(before)} to ${percent(after)} (${(100 * (after - before)).toFixed(2)} points)`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}

function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** With a prefix: 1.23 G. */
function scaled(value: number): string {
  const steps: readonly [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const [size, prefix] = steps.find(([least]) => value >= least) ?? [1, ''];
  return `${(value / size).toPrecision(3)} ${prefix}`;
}

function ms(value: number): string {
  return `${value.toPrecision(3)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
