/** That a folder's weights are those of its graph. */
import { join } from 'node:path';
import {
  ArgumentError,
  FormatError,
  type HostTensor,
  hostData,
  type ImportedModel,
  isFloat,
  sameShape,
} from '@noosphere/core';
import { bytesOf } from '@noosphere/core/operators';
import type { ModelManifest } from './manifest.js';

type Weights = Readonly<Record<string, HostTensor>>;

/** Weights as `forward` gets them: a name that is not there is refused where it is asked for. */
export function refusingUnknown(weights: Weights): Weights {
  return new Proxy(weights, {
    get: (target, name) => {
      if (typeof name !== 'string' || Object.hasOwn(target, name)) return Reflect.get(target, name);
      throw new ArgumentError(
        'saveModel',
        `forward asks for the weight '${name}', expected one of ${Object.keys(target).join(', ') || 'none'}; are these weights of another model?`,
      );
    },
  });
}

/** Which initializer of the exported graph holds each weight. Throws where the graph was traced over other tensors. */
export function parametersOf(weights: Weights, { initializers }: ImportedModel): Record<string, string> {
  const firstNames = new Map<HostTensor, string>();
  for (const [name, tensor] of Object.entries(weights))
    if (!firstNames.has(tensor)) firstNames.set(tensor, name);
  const places = Object.entries(weights).map(([name, tensor]) => {
    const first = firstNames.get(tensor) ?? name;
    return [name, Object.hasOwn(initializers, first) ? first : ''] as const;
  });
  const unused = places.filter(([, place]) => place === '').map(([name]) => name);
  const foreign = Object.entries(initializers).filter(([name]) => !Object.hasOwn(weights, name));
  const twin = unused.find((name) => {
    const { shape, dtype, size } = weights[name] as HostTensor;
    const isLike = (other: HostTensor) => other.dtype === dtype && sameShape(other.shape, shape);
    return isFloat(dtype) && Number(size) > 1 && foreign.some(([, other]) => isLike(other));
  });
  if (twin !== undefined || (places.length > 0 && unused.length === places.length))
    throw new ArgumentError(
      'saveModel',
      `forward computes with other tensors than the weights: it does not use '${twin ?? unused[0]}'; give the weights of this very model, such as stateDict(model), or read them from forward's second argument`,
    );
  return Object.fromEntries(places);
}

/** Throws unless weights.safetensors holds exactly the parameters of model.onnx, value for value. */
export function requireSameWeights(
  folder: string,
  { parameters }: ModelManifest,
  { initializers }: ImportedModel,
  weights: Weights,
): void {
  const refuse = (message: string) => {
    const wayOut = 'the files are of different models; take the folder from its source again';
    throw new FormatError('loadModel', join(folder, 'weights.safetensors'), `${message}; ${wayOut}`);
  };
  // A folder of format 1 does not say which weights its graph uses.
  const places = parameters ?? Object.fromEntries(Object.keys(weights).map((name) => [name, name]));
  const missing = Object.keys(places).find((name) => !Object.hasOwn(weights, name));
  if (missing !== undefined) refuse(`lacks '${missing}'`);
  for (const [name, tensor] of Object.entries(weights)) {
    const place = places[name];
    if (place === undefined) refuse(`holds '${name}', which model.json does not name`);
    if (!place) continue;
    const found = Object.hasOwn(initializers, place) ? initializers[place] : undefined;
    if (!found && !parameters) continue;
    if (!found) refuse(`holds '${name}', which model.onnx has not`);
    else if (found.dtype !== tensor.dtype || !sameShape(found.shape, tensor.shape))
      refuse(`holds '${name}' as ${tensor}, model.onnx as ${found}`);
    else if (Buffer.compare(bytesOf(hostData(found)), bytesOf(hostData(tensor))) !== 0)
      refuse(`holds other values of '${name}' than model.onnx`);
  }
}
