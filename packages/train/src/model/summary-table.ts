/** A summary as text. */
import type { Summary, SummaryRow } from './summary.js';

const count = (value: number) => value.toLocaleString('en-US');

/** 1,234,567 as `1.23 M`. */
function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2;
  return `${rest.toFixed(digits)} ${units[unit]}`.trimEnd();
}

const flops = (value: number, unit = '') =>
  scaled(
    value,
    ['', 'k', 'M', 'G', 'T'].map((prefix) => prefix + unit),
  );
const memory = (value: number) => scaled(value, ['B', 'kB', 'MB', 'GB']);

/** Layers indented by their depth, numbers at the right of their columns, totals below. */
export function summaryTable(summary: Omit<Summary, 'toString'>, inputs: readonly string[]): string {
  const header = ['layer', 'type', 'output', 'parameters', 'FLOPs', 'memory'];
  const lines = [header, ...summary.rows.map(cells)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(widths.reduce((total, width) => total + width + 2, -2));
  const buffers = summary.buffers > 0 ? `, ${count(summary.buffers)} of buffers` : '';
  return [
    text[0],
    rule,
    ...text.slice(1),
    rule,
    `parameters: ${count(summary.parameters)}${buffers} (${memory(summary.parameterBytes)})`,
    `forward pass of ${inputs.join(' and ')}: ${flops(summary.flops, 'FLOPs')}, ${memory(summary.activationBytes)} computed`,
  ].join('\n');
}

function cells({
  path,
  type,
  outputShape,
  parameters,
  flops: operations,
  activationBytes,
  calls,
}: SummaryRow): string[] {
  const depth = path === '' ? 0 : path.split('.').length;
  const name = path === '' ? 'model' : (path.split('.').at(-1) ?? path);
  const times = calls > 1 ? ` (${calls} calls)` : '';
  return [
    `${'  '.repeat(depth)}${name}`,
    `${type}${times}`,
    outputShape,
    count(parameters),
    flops(operations),
    memory(activationBytes),
  ];
}
