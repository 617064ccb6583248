/** Which nodes the fused kernel can take in, and as what instructions. */
import { hostData, isHostTensor, type Node, type Tensor } from '../../graph/index.js';
import { type FusedCode, fusedCodes } from '../../ops/fused.js';

const codes: ReadonlySet<string> = new Set(fusedCodes);
const comparisons: ReadonlySet<string> = new Set([
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Equal',
]);

/** An instruction of a node: a code on some of its inputs. */
export interface Step {
  readonly code: FusedCode;
  readonly inputs: readonly Tensor[];
}

/** The one instruction that does what a node does on float32 numbers, or `undefined` where none does. */
export function stepOf(node: Node): Step | undefined {
  const { operator, outputs } = node;
  const [output] = outputs;
  const inputs = node.inputs as readonly Tensor[];
  if (!output || outputs.length !== 1 || inputs.some((input) => input === undefined)) return undefined;
  if (!output.shape.every((dim) => typeof dim === 'number' && dim > 0)) return undefined;
  const isComparison = comparisons.has(operator.name);
  if (output.dtype !== (isComparison ? 'bool' : 'float32') || operator.domain !== '') return undefined;
  if (operator.name === 'Cast') return inputs[0]?.dtype === 'bool' ? { code: 'Identity', inputs } : undefined;
  const values = operator.name === 'Where' ? inputs.slice(1) : inputs;
  if (!values.every(({ dtype }) => dtype === 'float32')) return undefined;
  if (operator.name === 'Pow' && isSquare(inputs[1]))
    return { code: 'Mul', inputs: [inputs[0] as Tensor, inputs[0] as Tensor] };
  const isOne = codes.has(operator.name) && inputs.length <= 3;
  if (!isOne || ((operator.name === 'Max' || operator.name === 'Min') && inputs.length !== 2))
    return undefined;
  return { code: operator.name as FusedCode, inputs };
}

function isSquare(exponent: Tensor | undefined): boolean {
  return constantOf(exponent) === 2;
}

/** The value of a float32 constant of one element. */
export function constantOf(tensor: Tensor | undefined): number | undefined {
  if (!tensor || !isHostTensor(tensor) || tensor.dtype !== 'float32' || tensor.size !== 1) return undefined;
  return (hostData(tensor) as Float32Array)[0];
}
