// The page of operators, from the operators themselves.
import { nativeKernelOf, type Operator } from '@noosphere/core/operators';

/** What the page needs of an operator. */
export type DocumentedOperator = Pick<Operator, 'name' | 'domain' | 'opset' | 'doc'> & {
  readonly gradient: object;
};

/** docs/ops.md: a row an operator, and the gaps with their reasons. */
export function opsPage(records: readonly DocumentedOperator[]): string {
  const operators = records.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const gaps = operators.filter((operator) => gapOf(operator) !== undefined);
  return [
    '# Operators',
    '',
    'Written by `npm run docs` from the operators; do not edit.',
    '',
    `${operators.length} operators, ${operators.length - gaps.length} with a gradient. In the column "runs on", \`any\` is a`,
    'standard ONNX operator, which every executor runs and every file may hold; `cpu` stands inside CPU programs only, in',
    'place of a standard form that a test holds it equal to. Operators are claimed for the element types that tensors carry',
    '(float16, float32, float64, bool, the integers of 8 to 64 bits); strings, 8- and 4-bit floats, bfloat16 and',
    'optionals are refused when a file is read. Files of opset 1 to 26 are read. Their older forms, sequences whose lengths are',
    'known, and Bernoulli, Compress, ConvInteger, CumProd, QLinearConv, QLinearMatMul, RandomNormal, RandomUniform and Swish',
    'become uses of the operators below. The column "kernel" names what `@noosphere/kernels` runs in the place of float32 uses of',
    'known shapes, where it is worth it: chains of elementwise operators in one pass, products, convolutions (in bfloat16) and the',
    'gradients of their weights, recurrent layers and pools.',
    '',
    '| operator | opset | gradient | runs on | kernel | what it computes |',
    '|---|---|---|---|---|---|',
    ...operators.map(
      (operator) =>
        `| ${operator.name} | ${operator.opset} | ${gapOf(operator) === undefined ? 'yes' : 'no'} | ${runsOn(operator)} | ${nativeKernelOf(operator.name) ?? ''} | ${cell(operator.doc)} |`,
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

function gapOf({ gradient }: DocumentedOperator): string | undefined {
  return 'reason' in gradient ? String(gradient.reason) : undefined;
}

function runsOn({ domain }: DocumentedOperator): string {
  return domain === '' ? 'any' : 'cpu';
}

// A bar would end the cell.
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
