/** Eager use: reading a lazy tensor runs the graph behind it. Equal graphs share one program. */
import { GraphError } from '@noosphere/base';
import {
  attributesKey,
  copyNode,
  type Graph,
  type HostTensor,
  hostData,
  isGraph,
  isHostTensor,
  makeGraph,
  type Node,
  placeholder,
  sortNodes,
  type Tensor,
} from '../graph/index.js';
import { cpuExecutor, type Program } from '../runtime/index.js';

const cacheLimit = 64;
const programs = new Map<string, Promise<Program>>();

/** Computes tensors on the CPU, in one run. */
export async function evaluate(tensors: readonly Tensor[]): Promise<readonly HostTensor[]> {
  const { graph, feeds, key } = parametrize(tensors);
  const program = await programFor(key, graph);
  return program.run(feeds);
}

async function programFor(key: string | undefined, graph: Graph): Promise<Program> {
  if (key === undefined) return cpuExecutor.load(graph);
  const found = programs.get(key);
  const program = found ?? cpuExecutor.load(graph);
  programs.delete(key);
  programs.set(key, program);
  if (!found) {
    program.catch(() => programs.delete(key));
    const [oldest] = programs;
    if (programs.size > cacheLimit && oldest) {
      programs.delete(oldest[0]);
      await (await oldest[1]).dispose();
    }
  }
  return program;
}

/** Small constants carry shapes and axes and stay in the graph; larger data become inputs, so that equal graphs are shared. */
const inlineBytes = 64;

/** The graph behind tensors with its data as inputs, and a key equal for equal graphs. */
function parametrize(tensors: readonly Tensor[]): {
  graph: Graph;
  feeds: HostTensor[];
  key: string | undefined;
} {
  const replaced = new Map<Tensor, Tensor>();
  const ids = new Map<Tensor, string>();
  const feeds: HostTensor[] = [];
  const inputs: Tensor[] = [];
  let shareable = true;
  const parts: string[] = [];
  const enter = (tensor: Tensor, decidesShape = false): Tensor => {
    const known = replaced.get(tensor);
    if (known) return known;
    if (tensor.origin.kind === 'input') {
      throw new GraphError(
        'data',
        `${tensor} is a placeholder of a trace and has no data; return it from the compiled function instead`,
      );
    }
    const isInline = tensor.dtype === 'int64' || decidesShape;
    const isLarge = isHostTensor(tensor) && (tensor.byteLength > inlineBytes || !isInline);
    if (!isLarge) {
      if (isHostTensor(tensor)) ids.set(tensor, `${tensor.dtype}[${tensor.shape}]=${hostData(tensor)}`);
      return tensor;
    }
    const input = placeholder(`input_${inputs.length}`, tensor.dtype, tensor.shape);
    ids.set(input, `${input.origin.kind}${inputs.length}:${tensor.dtype}[${tensor.shape}]`);
    inputs.push(input);
    feeds.push(tensor);
    replaced.set(tensor, input);
    return input;
  };
  for (const node of sortNodes(tensors)) {
    if (Object.values(node.attributes).some(isGraph)) shareable = false;
    const copy = copyNode(
      node,
      // The scales of Resize are the only floats that sizes follow from.
      node.inputs.map(
        (input) => input && enter(input, node.operator.name === 'Resize' && input !== node.inputs[0]),
      ),
    );
    parts.push(nodeKey(copy, ids, parts.length));
    node.outputs.forEach((output, index) => {
      replaced.set(output, copy.outputs[index] as Tensor);
    });
  }
  const outputs = tensors.map((tensor) => enter(tensor));
  const key = `${parts.join(';')}→${outputs.map((output) => ids.get(output)).join(',')}`;
  return { graph: makeGraph('eager', inputs, outputs), feeds, key: shareable ? key : undefined };
}

function nodeKey(node: Node, ids: Map<Tensor, string>, position: number): string {
  node.outputs.forEach((output, index) => {
    ids.set(output, `n${position}.${index}`);
  });
  const inputs = node.inputs.map((input) => (input ? ids.get(input) : '-')).join(',');
  const attributes = Object.entries(node.attributes).some(([, value]) => isGraph(value))
    ? ''
    : attributesKey(node.attributes);
  return `${node.operator.domain}.${node.operator.name}(${inputs})${attributes}`;
}
