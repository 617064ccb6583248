/** If, Loop and Scan from a file: bodies become graphs of their own, and what they read from outside is passed in behind. */
import { FormatError, NoosphereError, ShapeError } from '@noosphere/base';
import {
  type AttributeValue,
  apply,
  fill,
  freshDim,
  type Graph,
  type Inputs,
  makeGraph,
  maybeNumbers,
  type Operator,
  placeholder,
  scalar,
  type Tensor,
} from '../graph/index.js';
import { add, cast, expand, findOperator, gather, slice, squeeze, stack } from '../ops/index.js';
import { type Dim, isStatic, normalizeAxis, type Shape, sameShape } from '../shape/index.js';
import { type ControlRule, type Interpreter, Scope } from './interpret.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from './model.js';

/** The rules by operator. */
export const controlRules: Readonly<Record<string, ControlRule>> = {
  If: importIf,
  Loop: importLoop,
  Scan: importScan,
};

/** What bodies read of the graph around them, in the order in which it is found. */
class Captures {
  readonly tensors: Tensor[] = [];

  /** The place of an outer tensor in a body. Constants need none. */
  enter(outer: Tensor, places: Map<Tensor, Tensor>, interpreter: Interpreter): Tensor {
    if (interpreter.isConstant(outer)) return outer;
    let place = places.get(outer);
    if (!place) {
      place = placeholder(`captured_${this.tensors.length}`, outer.dtype, outer.shape);
      places.set(outer, place);
      if (!this.tensors.includes(outer)) this.tensors.push(outer);
    }
    return place;
  }

  /** The body's places for all captures, those that it does not read included. */
  inputs(places: ReadonlyMap<Tensor, Tensor>): Tensor[] {
    return this.tensors.map(
      (outer, index) => places.get(outer) ?? placeholder(`captured_${index}`, outer.dtype, outer.shape),
    );
  }
}

/** A body interpreted on given places for its inputs. */
interface Body {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly places: Map<Tensor, Tensor>;
}

function interpretBody(
  graph: OnnxGraph,
  inputs: readonly Tensor[],
  scope: Scope,
  captures: Captures,
  interpreter: Interpreter,
): Body {
  const places = new Map<Tensor, Tensor>();
  const inner = new Scope((name) => {
    const outer = scope.find(name);
    return outer && captures.enter(outer, places, interpreter);
  });
  graph.inputs.forEach(({ name }, index) => {
    inner.set(name, inputs[index]);
  });
  return { inputs, outputs: interpreter.graph(graph, inner), places };
}

function closed(name: string, body: Body, captures: Captures): Graph {
  return makeGraph(name, [...body.inputs, ...captures.inputs(body.places)], body.outputs);
}

function graphOf(node: OnnxNode, name: string, inputs?: number): OnnxGraph {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'graph') throw new FormatError('onnx', node.place, `needs the graph '${name}'`);
  const own = attribute.value.inputs.length;
  if (inputs !== undefined && own !== inputs)
    throw new FormatError('onnx', node.place, `its '${name}' takes ${own} inputs, expected ${inputs}`);
  return attribute.value;
}

function required(node: OnnxNode, inputs: Inputs, index: number): Tensor {
  const input = inputs[index];
  if (!input) throw new FormatError('onnx', node.place, `needs input ${index}, got none`);
  return input;
}

/** Applies a control operator with its bodies and what they capture. */
function applyControl(
  node: OnnxNode,
  inputs: Inputs,
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
  captures: Captures,
): readonly Tensor[] {
  const operator: Operator | undefined = findOperator('', node.operator);
  if (!operator) throw new FormatError('onnx', node.place, `there is no operator ${node.operator}`);
  return apply(operator, [...inputs, ...captures.tensors], {
    ...attributes,
    captures: captures.tensors.length,
  } as never);
}

/** A condition that is known picks its branch now; else both become bodies. */
function importIf(node: OnnxNode, inputs: Inputs, scope: Scope, interpreter: Interpreter): readonly Tensor[] {
  const condition = required(node, inputs, 0);
  const known = interpreter.isConstant(condition) ? maybeNumbers(condition)?.[0] : undefined;
  if (known !== undefined) {
    const branch = graphOf(node, known ? 'then_branch' : 'else_branch', 0);
    return interpreter.graph(branch, new Scope((name) => scope.find(name)));
  }
  const captures = new Captures();
  const names = ['then_branch', 'else_branch'] as const;
  const branches = names.map((name) => possibleBody(graphOf(node, name, 0), scope, captures, interpreter));
  const possible = branches.find((branch) => !(branch instanceof NoosphereError));
  if (!possible || possible instanceof NoosphereError) throw branches[0];
  const bodies = branches.map((branch) =>
    branch instanceof NoosphereError ? failingBody(condition, possible, captures, interpreter) : branch,
  );
  // Only now is it known what both of them capture.
  const [onTrue, onFalse] = bodies.map((body, index) => closed(names[index], body, captures));
  return applyControl(node, inputs, { then_branch: onTrue, else_branch: onFalse }, captures);
}

/** A branch's body, or why there is none: one that is not taken need not fit the shapes given. */
function possibleBody(
  graph: OnnxGraph,
  scope: Scope,
  captures: Captures,
  interpreter: Interpreter,
): Body | NoosphereError {
  try {
    return interpretBody(graph, [], scope, captures, interpreter);
  } catch (error) {
    if (NoosphereError.isInstance(error) && error.kind !== 'format') return error;
    throw error;
  }
}

/** In place of a branch that cannot compute on these shapes: one that stops the run by reading beyond a tensor's end. */
function failingBody(condition: Tensor, other: Body, captures: Captures, interpreter: Interpreter): Body {
  const places = new Map<Tensor, Tensor>();
  const outside = add(cast(captures.enter(condition, places, interpreter), 'int64'), scalar('int64', 1));
  const outputs = other.outputs.map(({ dtype, shape }) => {
    const element = gather(fill(dtype, [1], 0), outside);
    return expand(element, isStatic(shape) ? shape : shape.map(() => 1));
  });
  return { inputs: [], outputs, places };
}

/** The most rounds in which a loop's state may show another dimension that changes. */
const mostRounds = 8;

/** A loop's state may change its size from step to step: such dimensions become names, found by interpreting again. */
function importLoop(
  node: OnnxNode,
  inputs: Inputs,
  scope: Scope,
  interpreter: Interpreter,
): readonly Tensor[] {
  const states = inputs.slice(2).map((_, index) => required(node, inputs, index + 2));
  const graph = graphOf(node, 'body', states.length + 2);
  let shapes: Shape[] = states.map((state) => state.shape);
  const opened = new Set<Dim>();
  for (let round = 0; round < mostRounds; round++) {
    const captures = new Captures();
    const places = [
      placeholder(bodyName(graph.inputs[0], 'iteration'), 'int64', []),
      placeholder(bodyName(graph.inputs[1], 'condition'), 'bool', []),
      ...states.map((state, index) =>
        placeholder(bodyName(graph.inputs[index + 2], `state_${index}`), state.dtype, shapes[index]),
      ),
    ];
    const body = interpretBody(graph, places, scope, captures, interpreter);
    if (body.outputs.length < states.length + 1)
      throw new FormatError('onnx', node.place, 'its body returns fewer results than the loop has state');
    const after = body.outputs.slice(1, states.length + 1).map((output) => output.shape);
    const next = after.map((shape, index) => widened(node, shapes[index], shape, opened));
    if (next.every((shape, index) => sameShape(shape, shapes[index]))) {
      const attributes = { body: closed('loop body', body, captures) };
      return applyControl(node, [inputs[0], inputs[1], ...states], attributes, captures);
    }
    shapes = next;
  }
  throw new ShapeError('importOnnx', `${node.place}: the shapes of the loop's state do not settle`);
}

function bodyName(value: OnnxValue, otherwise: string): string {
  return value.name || otherwise;
}

/** Dimensions that differ between two steps become open, under names of their own. */
function widened(node: OnnxNode, before: Shape, after: Shape, opened: Set<Dim>): Dim[] {
  if (before.length !== after.length)
    throw new ShapeError(
      'importOnnx',
      `${node.place}: the rank of the loop's state changes, which is not carried`,
    );
  return before.map((dim, axis) => {
    if (dim === after[axis] || opened.has(dim)) return dim;
    const open = freshDim('loop');
    opened.add(open);
    return open;
  });
}

function importScan(
  node: OnnxNode,
  inputs: Inputs,
  scope: Scope,
  interpreter: Interpreter,
  opset: number,
): readonly Tensor[] {
  if (opset < 9) return importBatchedScan(node, inputs, scope, interpreter);
  const tensors = inputs.map((_, index) => required(node, inputs, index));
  const axes = integersOf(node, 'scan_input_axes');
  return applyScan(node, tensors, scope, interpreter, {
    scan_input_directions: integersOf(node, 'scan_input_directions'),
    scan_output_directions: integersOf(node, 'scan_output_directions'),
    scan_input_axes: axes,
    scan_output_axes: integersOf(node, 'scan_output_axes'),
  });
}

interface ScanAxes {
  readonly scan_input_directions: number[] | undefined;
  readonly scan_output_directions: number[] | undefined;
  readonly scan_input_axes: number[] | undefined;
  readonly scan_output_axes: number[] | undefined;
}

function applyScan(
  node: OnnxNode,
  tensors: readonly Tensor[],
  scope: Scope,
  interpreter: Interpreter,
  along: ScanAxes,
): readonly Tensor[] {
  const count = integerOf(node, 'num_scan_inputs') ?? 0;
  const graph = graphOf(node, 'body', tensors.length);
  if (count < 1 || count > tensors.length)
    throw new FormatError('onnx', node.place, `walks along ${count} of ${tensors.length} inputs`);
  const states = tensors.length - count;
  const places = tensors.map((tensor, index) => {
    const name = bodyName(graph.inputs[index], `input_${index}`);
    if (index < states) return placeholder(name, tensor.dtype, tensor.shape);
    const axis = normalizeAxis('Scan', along.scan_input_axes?.[index - states] ?? 0, tensor.rank);
    return placeholder(
      name,
      tensor.dtype,
      tensor.shape.filter((_, k) => k !== axis),
    );
  });
  const captures = new Captures();
  const body = interpretBody(graph, places, scope, captures, interpreter);
  return applyControl(
    node,
    tensors,
    { body: closed('scan body', body, captures), num_scan_inputs: count, ...along },
    captures,
  );
}

/** Scan-8 walked along axis 1 of a batch: here each of the batch is a scan of its own. */
function importBatchedScan(
  node: OnnxNode,
  inputs: Inputs,
  scope: Scope,
  interpreter: Interpreter,
): readonly Tensor[] {
  const [lengths, ...rest] = inputs;
  const tensors = rest.map((_, index) => required(node, rest, index));
  const size = tensors[0]?.shape[0];
  if (lengths || typeof size !== 'number')
    throw new FormatError(
      'onnx',
      node.place,
      'is a Scan of opset 8 over lengths or an open batch, which cannot be imported',
    );
  const directions = integersOf(node, 'directions');
  const results = Array.from({ length: size }, (_, item) => {
    const own = tensors.map((tensor) =>
      squeeze(slice(tensor, { starts: [item], ends: [item + 1], axes: [0] }), 0),
    );
    return applyScan(node, own, scope, interpreter, {
      scan_input_directions: directions,
      scan_output_directions: undefined,
      scan_input_axes: undefined,
      scan_output_axes: undefined,
    });
  });
  return (results[0] ?? []).map((_, index) => stack(results.map((each) => each[index])));
}

function attributeOf(node: OnnxNode, name: string): OnnxAttribute | undefined {
  return node.attributes.get(name);
}

function integerOf(node: OnnxNode, name: string): number | undefined {
  const attribute = attributeOf(node, name);
  return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
}

function integersOf(node: OnnxNode, name: string): number[] | undefined {
  const attribute = attributeOf(node, name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
}
