/** What encoder and decoder share: layers one above the other, a norm behind them, and a cache for each. */
import { knownOptions } from '@noosphere/base';
import type { Tensor } from '@noosphere/core';
import { type TransformerLayerOptions, transformerLayerNames } from './feed-forward.js';
import type { KeyValueCache } from './key-value-cache.js';
import { LayerNorm } from './layer-norm.js';

export interface TransformerStackOptions extends TransformerLayerOptions {
  /** Normalise behind the last layer, as layers need that normalise first. @default what `normFirst` is */
  readonly finalNorm?: boolean;
}

/** A layer that can go on from the keys and values of earlier tokens. */
interface CachingLayer {
  emptyCache(batch: number, capacity: number): KeyValueCache;
}

export abstract class TransformerStack<Layer extends CachingLayer> {
  readonly layers: readonly Layer[];
  readonly norm: LayerNorm | undefined;

  constructor(
    name: string,
    layers: number,
    size: number,
    options: TransformerStackOptions,
    makeLayer: (options: TransformerLayerOptions) => Layer,
  ) {
    const { finalNorm, ...each } = knownOptions(name, options, [...transformerLayerNames, 'finalNorm']);
    const { normFirst = false, epsilon = 1e-5, bias = true } = each;
    this.layers = Array.from({ length: layers }, () => makeLayer(each));
    this.norm = (finalNorm ?? normFirst) ? new LayerNorm(size, { epsilon, bias }) : undefined;
  }

  /** Caches for `forwardCached`, one a layer, that have room for so many tokens. */
  emptyCaches(batch: number, capacity: number): KeyValueCache[] {
    return this.layers.map((layer) => layer.emptyCache(batch, capacity));
  }

  /** Through all layers and the norm. */
  protected through(x: Tensor, pass: (layer: Layer, x: Tensor) => Tensor): Tensor {
    const last = this.layers.reduce((value, layer) => pass(layer, value), x);
    return this.norm ? this.norm.forward(last) : last;
  }

  /** The same with caches, one a layer, and what they are behind the tokens. */
  protected throughCached(
    x: Tensor,
    caches: readonly KeyValueCache[],
    pass: (layer: Layer, x: Tensor, cache: KeyValueCache) => { output: Tensor; cache: KeyValueCache },
  ): { output: Tensor; caches: KeyValueCache[] } {
    const next: KeyValueCache[] = [];
    const output = this.through(x, (layer, value) => {
      const passed = pass(layer, value, caches[next.length] as KeyValueCache);
      next.push(passed.cache);
      return passed.output;
    });
    return { output, caches: next };
  }
}
