// The page of operators, from the operators themselves.
import type { Operator } from '@noosphere/core';

/** The records of operators among the exports of a module, by name. */
export function operatorsIn(module: object): Operator[] {
  return Object.values(module)
    .filter(isOperator)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isOperator(value: unknown): value is Operator {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'infer' in value && 'gradient' in value
  );
}

/** docs/ops.md: a row an operator, and the gaps with their reasons. */
export function opsPage(operators: readonly Operator[]): string {
  const gaps = operators.filter((operator) => gapOf(operator) !== undefined);
  return [
    '# Operators',
    '',
    'Written by `npm run docs` from the operators; do not edit.',
    '',
    `${operators.length} operators, ${operators.length - gaps.length} with a gradient. In the column "runs on", \`any\` is a`,
    'standard ONNX operator, which every executor runs and every file may hold; `cpu` stands inside CPU programs only, in',
    'place of a standard form that a test holds it equal to; `none` ends before a program is made.',
    '',
    '| operator | opset | gradient | runs on | what it computes |',
    '|---|---|---|---|---|',
    ...operators.map(
      (operator) =>
        `| ${operator.name} | ${operator.opset} | ${gapOf(operator) === undefined ? 'yes' : 'no'} | ${runsOn(operator)} | ${cell(operator.doc)} |`,
    ),
    '',
    '## Without a gradient',
    '',
    '| operator | why |',
    '|---|---|',
    ...gaps.map((operator) => `| ${operator.name} | ${cell(gapOf(operator) ?? '')} |`),
    '',
  ].join('\n');
}

function gapOf({ gradient }: Operator): string | undefined {
  return 'reason' in gradient ? gradient.reason : undefined;
}

function runsOn({ domain }: Operator): string {
  if (domain === 'com.microsoft') return 'cpu';
  return domain === 'noosphere' ? 'none' : 'any';
}

// A bar would end the cell.
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
