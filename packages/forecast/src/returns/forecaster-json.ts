/** Forecasters as plain JSON: for people, and for programs without an ONNX runtime. */
import { FormatError, type HostTensor, hostData, mapTree, namedTensors, tensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import { featureWidth } from './features.js';
import type { Forecaster } from './forecaster.js';
import { createNetwork, type Network, type NetworkShape, networkKinds } from './networks.js';
import type { Scaler } from './scaler.js';

/** A forecaster in JSON; parameters go by the names that PyTorch gives them. */
export interface ForecasterJson extends NetworkShape {
  readonly format: 'noosphere-forecaster';
  readonly version: 1;
  readonly horizon: number;
  readonly inputScaler: Scaler;
  readonly targetScaler: Scaler;
  readonly parameters: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >;
}

/** A forecaster as JSON; float32 weights lose nothing in it. */
export function forecasterToJson(forecaster: Forecaster): ForecasterJson {
  const { shape, horizon, inputScaler, targetScaler, network } = forecaster;
  const parameters = [...namedTensors(network)].map(([name, leaf]) => {
    const host = leaf as HostTensor<'float32'>;
    return [name, { shape: host.shape, data: Array.from(hostData(host)) }] as const;
  });
  return {
    format: 'noosphere-forecaster',
    version: 1,
    ...shape,
    horizon,
    inputScaler,
    targetScaler,
    parameters: Object.fromEntries(parameters),
  };
}

/**
 * A forecaster from JSON, checked: what is missing or does not fit is a `FormatError` that names the field.
 * @example
 * const history = { name: 'A', dates: [], prices: Float64Array.from({ length: 400 }, (_, day) => 2 + Math.sin(day)) };
 * const { forecaster } = await fitForecaster('linear', history, splitByTime(400));
 * const copy = forecasterFromJson(JSON.parse(JSON.stringify(forecasterToJson(forecaster))));
 * console.log(copy.shape.kind, copy.horizon); // → linear 1
 */
export function forecasterFromJson(json: unknown): Forecaster {
  if (field(json, 'format') !== 'noosphere-forecaster' || field(json, 'version') !== 1) {
    refuse('format', "expected 'noosphere-forecaster' of version 1", field(json, 'format'));
  }
  const kind = networkKinds.find((each) => each === field(json, 'kind'));
  if (!kind) refuse('kind', `expected one of ${networkKinds.join(', ')}`, field(json, 'kind'));
  const features = field(json, 'features');
  if (features !== 'close' && features !== 'bars') refuse('features', 'expected close or bars', features);
  const shape: NetworkShape = {
    kind,
    features,
    lookback: whole(json, 'lookback', 1, 10_000),
    hiddenSize: whole(json, 'hiddenSize', kind === 'linear' ? 0 : 1, 100_000),
  };
  return {
    shape,
    horizon: whole(json, 'horizon', 1, 10_000),
    inputScaler: scalerAt(json, 'inputScaler', featureWidth[features]),
    targetScaler: scalerAt(json, 'targetScaler', 1),
    network: networkAt(json, shape),
  };
}

function networkAt(json: unknown, shape: NetworkShape): Network {
  const parameters = field(json, 'parameters');
  const expectedShape = parameterShapes(shape);
  for (const [name, expected] of expectedShape) {
    const found = field(field(parameters, name), 'shape');
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      refuse(`parameters.${name}.shape`, `expected [${expected.join(', ')}]`, found);
    }
  }
  // Only now is anything of these sizes made: the numbers above came with as much data.
  const data = new Map(
    [...expectedShape].map(([name, dims]) => {
      const count = dims.reduce((product, dim) => product * dim, 1);
      return [name, numbersAt(field(parameters, name), 'data', count, `parameters.${name}.data`)] as const;
    }),
  );
  return mapTree(createNetwork(shape, new Random(0)), (leaf, path) =>
    tensor(Float32Array.from(data.get(path) ?? []), { shape: leaf.shape as readonly number[] }),
  );
}

/** The shape of each parameter, without making one: sizes from a file may be anything. */
function parameterShapes({
  kind,
  features,
  lookback,
  hiddenSize,
}: NetworkShape): Map<string, readonly number[]> {
  const width = featureWidth[features];
  const output = (inputs: number): [string, readonly number[]][] => [
    ['output.weight', [1, inputs]],
    ['output.bias', [1]],
  ];
  switch (kind) {
    case 'linear':
      return new Map(output(lookback * width));
    case 'mlp':
      return new Map([
        ['hidden.weight', [hiddenSize, lookback * width]],
        ['hidden.bias', [hiddenSize]],
        ...output(hiddenSize),
      ]);
    case 'lstm':
      return new Map([
        ['lstm.weight_ih_l0', [4 * hiddenSize, width]],
        ['lstm.weight_hh_l0', [4 * hiddenSize, hiddenSize]],
        ['lstm.bias_ih_l0', [4 * hiddenSize]],
        ['lstm.bias_hh_l0', [4 * hiddenSize]],
        ...output(hiddenSize),
      ]);
  }
}

function field(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null
    ? (json as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function whole(json: unknown, name: string, least: number, most: number): number {
  const value = field(json, name);
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return fits ? value : refuse(name, `expected a whole number from ${least} to ${most}`, value);
}

function scalerAt(json: unknown, name: string, width: number): Scaler {
  const scaler = field(json, name);
  const deviation = numbersAt(scaler, 'deviation', width, `${name}.deviation`);
  if (!deviation.every((value) => value > 0))
    refuse(`${name}.deviation`, 'expected numbers above zero', deviation);
  return { mean: numbersAt(scaler, 'mean', width, `${name}.mean`), deviation };
}

function numbersAt(json: unknown, name: string, count: number, place: string): readonly number[] {
  const value = field(json, name);
  const fits = Array.isArray(value) && value.length === count && value.every(Number.isFinite);
  return fits ? (value as readonly number[]) : refuse(place, `expected ${count} finite numbers`, value);
}

function refuse(place: string, expected: string, got: unknown): never {
  const text = JSON.stringify(got) ?? 'nothing';
  throw new FormatError(
    'forecasterFromJson',
    place,
    `${expected}, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`,
  );
}
