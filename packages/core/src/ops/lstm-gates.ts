/**
 * LSTM with many values in one step: the forward pass keeps what its gradient needs, and each step computes all it can while
 * its values are in the cache. The rule in recurrent-rules.ts computes the gates anew, for all steps at once; beside it
 * this one saves a quarter of the products and a fifth of the memory, and pays with thirty operators a step.
 */
import { type Graph, type Inputs, isGraph, type Node, rewriteGraph, type Tensor } from '../graph/index.js';
import { type Dim, isStatic } from '../shape/index.js';
import { sigmoid } from './activations.js';
import { add, mul } from './arithmetic.js';
import { gradientOf } from './composite.js';
import { scan } from './control.js';
import { ones, zeros } from './creation.js';
import { concat, slice, split, stack, zerosLike } from './joining.js';
import { reshape, squeeze, transpose } from './layout.js';
import { lstmFactors, lstmStepBack } from './lstm-factors.js';
import { gemm, matmul } from './matrix.js';
import { incoming, type Pass, type PassGradients } from './recurrent-pass.js';
import { sum } from './reduce.js';
import { tanh } from './unary.js';

/** Values of one step's state from which it is worth it: below, the operators' own time outweighs what is saved. */
const wideStep = 2 ** 15;

/** Outputs of the LSTM record behind ONNX's three, [T, D, N, H] each: the state before a step, then `LstmFactors`. */
export const keptOutputs = 7;

/** Whether the gates of a node are worth keeping: a wide step of the plain operator. */
export function keepsGates(inputs: Inputs): boolean {
  const [x, , r, , lengths] = inputs;
  const step = [x?.shape[1], r?.shape[2]];
  return (
    !lengths &&
    x?.dtype === 'float32' &&
    isStatic(step as Dim[]) &&
    Number(step[0]) * Number(step[1]) >= wideStep
  );
}

/** Nodes whose kept outputs are read, in the graph and its bodies. */
export function keepingNodes(graph: Graph): ReadonlySet<Node> {
  const kept = new Set<Node>();
  collectKept(graph, kept);
  return kept;
}

/** Puts a scan in the place of every LSTM whose kept outputs are read; the others stay the operator they are. */
export function expandKeptGates(graph: Graph): Graph {
  const kept = keepingNodes(graph);
  if (kept.size === 0) return graph;
  return rewriteGraph(graph, [
    ({ inputs, attributes }, original) =>
      kept.has(original) ? lstmWithGates(inputs, String(attributes.direction)) : undefined,
  ]);
}

/** Nodes of which something behind ONNX's three outputs is read, in the graph and its bodies. */
function collectKept({ nodes, outputs }: Graph, into: Set<Node>): void {
  for (const tensor of [...outputs, ...nodes.flatMap(({ inputs }) => inputs)]) {
    if (tensor?.origin.kind !== 'node' || tensor.origin.index < 3) continue;
    const { operator } = tensor.origin.node;
    const isKept =
      operator.name === 'LSTM' && operator.domain === '' && tensor.origin.index < 3 + keptOutputs;
    if (isKept) into.add(tensor.origin.node);
  }
  for (const { attributes } of nodes)
    for (const value of Object.values(attributes)) if (isGraph(value)) collectKept(value, into);
}

/** All outputs of the LSTM record by a scan: Y, Y_h, Y_c and what is kept. */
function lstmWithGates(inputs: Inputs, direction: string): Tensor[] {
  const directions = inputs[1]?.shape[0] as number;
  const found = Array.from({ length: directions }, (_, index) =>
    directionWithGates(
      inputs.map((input, place) =>
        input && place > 0
          ? squeeze(slice(input, { starts: [index], ends: [index + 1], axes: [0] }), 0)
          : input,
      ),
      direction === 'reverse' || index === 1,
    ),
  );
  const joined = (pick: (each: DirectionResult) => readonly Tensor[], axis: number) =>
    pick(found[0] as DirectionResult).map((_, place) =>
      stack(
        found.map((each) => pick(each)[place] as Tensor),
        { axis },
      ),
    );
  const [output, ...kept] = joined(({ outputs }) => outputs, 1);
  return [output as Tensor, ...joined(({ state }) => state, 0), ...kept];
}

/** Where a gradient reaches what was kept, in gradients of gradients. */
export const lstmWithGatesGradient = gradientOf<{ readonly direction: string }>((inputs, { direction }) =>
  lstmWithGates(inputs, direction),
);

interface DirectionResult {
  /** Last hidden state and cell [N, H]. */
  readonly state: readonly Tensor[];
  /** [T, N, H] each. */
  readonly outputs: readonly Tensor[];
}

function directionWithGates(
  [x, w, r, b, , firstHidden, firstCell]: Inputs,
  reverse: boolean,
): DirectionResult {
  const [sequence, inputWeights, stateWeights] = [x, w, r] as [Tensor, Tensor, Tensor];
  const weights = split(concat([inputWeights, stateWeights], { axis: 1 }), { axis: 0, parts: 4 });
  const biases = b && split(sum(reshape(b, [2, -1]), { axes: 0 }), { axis: 0, parts: 4 });
  const zero = zeros([sequence.shape[1] as number, stateWeights.shape[1] as number]);
  return scan(
    ([hBefore, cBefore], [xt]) => {
      const rows = concat([xt, hBefore], { axis: 1 });
      const gate = (place: number, activation: (x: Tensor) => Tensor) =>
        activation(
          gemm(rows, weights[place] as Tensor, {
            transposeB: true,
            ...(biases ? { c: biases[place] as Tensor } : {}),
          }),
        );
      const [i, o, f, g] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, sigmoid), gate(3, tanh)];
      const [kept, written] = [mul(f, cBefore), mul(i, g)];
      const c = add(kept, written);
      const squashed = tanh(c);
      const h = mul(o, squashed);
      const factors = lstmFactors({ i, o, f, g, kept, written, squashed, h });
      return { state: [h, c], outputs: [h, hBefore, ...factors] };
    },
    { state: [firstHidden ?? zero, firstCell ?? zero], sequences: [sequence], reverse },
  );
}

/** The gradient from what was kept; that of the weights is summed step by step. */
export function lstmPassWithGates(pass: Pass): PassGradients {
  const { x, w, r, b, kept, onLastCell, firstCell, reverse } = pass;
  const [rows, size] = [x.shape[1] as number, 4 * (r.shape[1] as number)];
  const { hidden, each } = incoming(pass);
  const oneRow = ones([1, rows]);
  const { state, outputs } = scan(
    ([dh, dc, dw, dr, db], [xt, hBefore, p, f, qi, qo, qf, qg, ...extra]) => {
      const { gates, cellBefore } = lstmStepBack(dh, dc, [p, f, qi, qo, qf, qg]);
      return {
        state: [
          gemm(gates, r, each ? { c: extra[0] as Tensor } : {}),
          cellBefore,
          gemm(xt, gates, { transposeA: true, c: dw }),
          gemm(hBefore, gates, { transposeA: true, c: dr }),
          add(db, matmul(oneRow, gates)),
        ],
        outputs: [gemm(gates, w)],
      };
    },
    {
      state: [
        hidden,
        onLastCell ?? zerosLike(firstCell),
        zeros([w.shape[1] as number, size]),
        zeros([r.shape[1] as number, size]),
        zeros([1, size]),
      ],
      sequences: [x, ...kept, ...(each ? [each] : [])],
      reverse: !reverse,
    },
  );
  const [onFirstHidden, onFirstCell, dw, dr, db] = state as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const bias = reshape(db, [-1]);
  return {
    x: outputs[0] as Tensor,
    w: transpose(dw),
    r: transpose(dr),
    b: b && concat([bias, bias], { axis: 0 }),
    firstHidden: onFirstHidden,
    firstCell: onFirstCell,
  };
}
