/** The audit as one HTML page. */
import {
  type Block,
  barChart,
  type Cell,
  type Chart,
  type KeyFigure,
  page,
  type Section,
} from '@noosphere/report';
import type { Audit, OperatorCost } from './audit.js';
import { sizeText, speedText } from './comparison.js';
import type { Energy } from './energy.js';
import { rowsText } from './report.js';
import type { CommandCost } from './training.js';

export interface PageFacts {
  readonly audit: Audit | undefined;
  readonly trained: CommandCost | undefined;
  readonly seed: number;
  /** What this run took, as a sentence. */
  readonly footprint: string;
}

/** @throws where neither a model nor a command was measured */
export async function auditPage({ audit, trained, seed, footprint }: PageFacts): Promise<string> {
  const energy = audit?.energy ?? trained;
  if (!energy) throw new TypeError('internal: a page of nothing');
  const training = audit?.training?.measured ?? trained;
  const sections = [
    ...(audit
      ? [await inferenceSection(audit), ...(await costSections(audit)), await int8Section(audit)]
      : []),
    ...(training ? [trainingSection(training)] : []),
  ];
  return page({
    kicker: 'Noosphere model-audit',
    title: `What ${audit?.model ?? trained?.command} costs`,
    summary: summaryOf(audit, trained),
    keyFigures: audit ? auditFigures(audit) : commandFigures(energy, trained),
    sections,
    sources: [
      {
        name: `Carbon intensity: ${energy.intensity}`,
        href: 'https://ourworldindata.org/electricity-mix',
        licence: 'CC BY 4.0',
        note: 'a yearly mean of the place',
      },
    ],
    method: methodBlocks(energy, audit),
    seeds: audit && !audit.hasExamples ? [seed] : [],
    footprint,
  });
}

function summaryOf(audit: Audit | undefined, trained: CommandCost | undefined): string[] {
  const lines: string[] = [];
  if (audit) {
    const { latency, energy, int8, accuracy } = audit;
    lines.push(
      `One inference of ${rowsText(audit)} takes ${digits(latency.p50Ms)} ms in the middle of ${latency.runs} runs; a thousand take ${digits(energy.energyJoules)} J, between ${digits(energy.lowJoules)} and ${digits(energy.highJoules)}.`,
    );
    if (int8) {
      const quality =
        accuracy === undefined || int8.accuracy === undefined
          ? `its results differ by up to ${percent(int8.relativeDifference)} % of their spread`
          : `its accuracy is ${percent(int8.accuracy)} % instead of ${percent(accuracy)} %`;
      lines.push(
        `With int8 the file is ${sizeText(audit.fileBytes, int8.fileBytes)} and an inference ${speedText(latency.p50Ms, int8.latency.p50Ms)} (${digits(int8.latency.p50Ms)} ms); ${quality}.`,
      );
    }
  }
  if (trained)
    lines.push(
      `The command took ${digits(trained.elapsedSeconds)} s and ${digits(trained.energyJoules)} J: ${trained.command}.`,
    );
  return lines;
}

function auditFigures({ parameters, fileBytes, latency, energy, accuracy }: Audit): KeyFigure[] {
  return [
    { label: 'Parameters', value: parameters.toLocaleString('en') },
    { label: 'File', value: fileBytes / 1e6, unit: 'MB' },
    {
      label: 'Latency, median',
      value: latency.p50Ms,
      unit: 'ms',
      note: `99th percentile ${digits(latency.p99Ms)} ms`,
    },
    {
      label: 'Energy of 1,000 inferences',
      value: digits(energy.energyJoules),
      unit: 'J',
      note: `${digits(energy.lowJoules)} to ${digits(energy.highJoules)} J`,
    },
    { label: 'Carbon of 1,000 inferences', value: digits(energy.carbonKilograms * 1e6), unit: 'mg CO2e' },
    ...(accuracy === undefined
      ? []
      : [{ label: 'Accuracy on your examples', value: percent(accuracy), unit: '%' }]),
  ];
}

function commandFigures(energy: Energy, trained: CommandCost | undefined): KeyFigure[] {
  return [
    {
      label: 'Energy',
      value: digits(energy.energyJoules),
      unit: 'J',
      note: `${digits(energy.lowJoules)} to ${digits(energy.highJoules)} J`,
    },
    { label: 'Carbon', value: digits(energy.carbonKilograms * 1e6), unit: 'mg CO2e' },
    ...(trained ? [{ label: 'Time', value: digits(trained.elapsedSeconds), unit: 's' }] : []),
  ];
}

async function inferenceSection(audit: Audit): Promise<Section> {
  const inputs = Object.entries(audit.inputs).map(([name, text]) => `${name} ${text.replace('Tensor ', '')}`);
  const rows: readonly (readonly [string, number, string])[] = [
    ['Arithmetic of an inference', audit.flops / 1e6, 'million floating point operations'],
    ['Memory traffic of an inference', audit.trafficBytes / 1e6, 'MB, predicted'],
    ['Values alive at most', audit.predictedPeakBytes / 1e6, 'MB, predicted'],
    ['Memory of this process at most', audit.processPeakBytes / 1e6, 'MB'],
  ];
  return {
    title: 'One inference',
    blocks: [
      {
        kind: 'paragraph',
        text: `Measured on ${audit.hasExamples ? 'your examples' : 'drawn numbers'}, ${rowsText(audit)} an inference: ${inputs.join(', ')}.${audit.hasExamples ? ' Accuracy and differences are those of all examples.' : ''}`,
      },
      {
        kind: 'table',
        caption: 'What one inference needs',
        columns: [{ header: 'Quantity' }, { header: 'Value' }, { header: 'Unit' }],
        rows,
      },
    ],
  };
}

async function costSections({ operators, layers }: Audit): Promise<Section[]> {
  const blocks: Block[] = [];
  if (operators.length > 0)
    blocks.push({ kind: 'chart', chart: await costChart('Time by operator', operators) });
  if (layers.length > 0) {
    blocks.push({ kind: 'chart', chart: await costChart('Time of the dearest layers', layers) });
    blocks.push({
      kind: 'details',
      summary: 'The numbers',
      blocks: [costTable('Operators', operators), costTable('Layers', layers)],
    });
  }
  return blocks.length > 0 ? [{ title: 'Where the time goes', blocks }] : [];
}

function costChart(title: string, costs: readonly OperatorCost[]): Promise<Chart> {
  const [first] = costs;
  return barChart({
    title,
    alt: `${first?.name} takes ${percent(first?.share ?? 0)} % of the time, the most.`,
    categories: numbered(costs.map(({ name }) => name)),
    series: [{ name: 'Time', values: costs.map(({ milliseconds }) => milliseconds) }],
    valueAxis: { label: 'Time of one inference under the profiler', unit: 'ms' },
  });
}

/** Nodes may share a name; a chart's categories may not. */
function numbered(names: readonly string[]): string[] {
  return names.map((name, index) =>
    names.indexOf(name) === index ? name || `node ${index}` : `${name} (${index})`,
  );
}

function costTable(caption: string, costs: readonly OperatorCost[]): Block {
  return {
    kind: 'table',
    caption,
    columns: [
      { header: 'Name' },
      { header: 'Time', unit: 'ms' },
      { header: 'Share', unit: '%', decimals: 1 },
      { header: 'Arithmetic', unit: 'MFLOP' },
    ],
    rows: costs.map(({ name, milliseconds, share, flops }) => [
      name,
      milliseconds,
      100 * share,
      flops === undefined ? null : flops / 1e6,
    ]),
  };
}

async function int8Section({ int8, ...audit }: Audit): Promise<Section> {
  if (!int8)
    return { title: 'With int8', blocks: [{ kind: 'paragraph', text: 'It was left out (--no-int8).' }] };
  const sides = [audit.energy, int8.energy];
  const chart = await barChart({
    title: 'Energy of 1,000 inferences, before and with int8',
    alt: `${digits(int8.energy.energyJoules)} J with int8, ${digits(audit.energy.energyJoules)} J before.`,
    categories: ['As it is', `int8, ${int8.mode}`],
    series: [
      {
        name: 'Energy',
        values: sides.map(({ energyJoules }) => energyJoules),
        interval: {
          low: sides.map(({ lowJoules }) => lowJoules),
          high: sides.map(({ highJoules }) => highJoules),
        },
      },
    ],
    valueAxis: { label: 'Energy', unit: 'J' },
  });
  const inPercent = (share: number | undefined): Cell => (share === undefined ? null : 100 * share);
  const rows: readonly (readonly Cell[])[] = [
    ['File', 'kB', audit.fileBytes / 1e3, int8.fileBytes / 1e3],
    ['Latency, median', 'ms', audit.latency.p50Ms, int8.latency.p50Ms],
    ['Latency, 99th percentile', 'ms', audit.latency.p99Ms, int8.latency.p99Ms],
    ['Energy of 1,000 inferences', 'J', audit.energy.energyJoules, int8.energy.energyJoules],
    ['Accuracy', '%', inPercent(audit.accuracy), inPercent(int8.accuracy)],
    ['Same class as before', '%', null, inPercent(int8.agreement)],
    ['Largest difference over the spread', '%', null, 100 * int8.relativeDifference],
  ];
  return {
    title: 'With int8',
    blocks: [
      { kind: 'paragraph', text: `${int8.quantizedNodes} products are quantised, ${int8.mode}.` },
      {
        kind: 'table',
        caption: 'Before, and with int8',
        columns: [{ header: 'Quantity' }, { header: 'Unit' }, { header: 'As it is' }, { header: 'int8' }],
        rows,
      },
      { kind: 'chart', chart },
      ...(int8.notes.length > 0 ? [{ kind: 'list' as const, items: int8.notes }] : []),
    ],
  };
}

function trainingSection({
  command,
  elapsedSeconds,
  peakMemoryBytes,
  energyJoules,
  lowJoules,
  highJoules,
  carbonKilograms,
}: CommandCost): Section {
  const rows: readonly (readonly [string, number, string])[] = [
    ['Time', elapsedSeconds, 's'],
    ['Energy', energyJoules, `J, ${digits(lowJoules)} to ${digits(highJoules)}`],
    ['Carbon', carbonKilograms * 1e3, 'g CO2e'],
    ['Memory held at most', peakMemoryBytes / 1e6, 'MB'],
  ];
  return {
    title: 'The command',
    blocks: [
      { kind: 'paragraph', text: ['Measured with all its children: ', { code: command }, '.'] },
      {
        kind: 'table',
        caption: 'What the command took',
        columns: [{ header: 'Quantity' }, { header: 'Value' }, { header: 'Unit' }],
        rows,
      },
    ],
  };
}

function methodBlocks({ methods }: Energy, audit: Audit | undefined): Block[] {
  return [
    {
      kind: 'list',
      items: [
        ...Object.entries(methods).map(([name, method]) => `Energy of ${name}: ${method}.`),
        ...(audit
          ? [
              'Latency: wall time of one run after another, after a warm-up; energy over 3 seconds and more of such runs, scaled to 1,000.',
            ]
          : []),
        'Pruning and distillation are not measured yet.',
      ],
    },
  ];
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumSignificantDigits: 3 });
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
