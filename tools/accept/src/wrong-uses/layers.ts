/** Layers of sizes and options that do not go together, and inputs and states of others. */
import { ones, reshape } from '@noosphere/core';
import {
  BatchNorm1d,
  Conv2d,
  Dropout,
  Linear,
  LSTM,
  loadStateDict,
  MultiheadAttention,
  Random,
  stateDict,
} from '@noosphere/train';
import { refused, rowFit, type WrongUse } from './wrong-use.js';

const random = new Random(9);

export const layerUses: readonly WrongUse[] = [
  refused('dropout of 1.5', async () => new Dropout(1.5), [/Dropout/, /1\.5/], /\[0, 1\)|between|from 0/),
  refused(
    'heads that do not divide the width',
    async () => new MultiheadAttention(10, 3, random),
    [/10/, /\b3\b/],
    /divi|multiple/,
  ),
  refused(
    'groups that do not divide the channels',
    async () => new Conv2d(3, 4, 3, random, { groups: 2 }),
    [/\b3\b/, /\b2\b/, /groups/],
    /divi|multiple/,
  ),
  refused(
    'an image with other channels than the layer has',
    async () => new Conv2d(3, 4, 3, random).forward(ones([1, 1, 8, 8])),
    [/1 channels/, /expects 3/],
    /channels/,
  ),
  refused(
    'an image smaller than the kernel',
    async () => new Conv2d(1, 4, 5, random).forward(ones([1, 1, 3, 3])),
    [/\b3\b/, /\b5\b/],
    /pad|smaller|larger|fit/,
  ),
  refused(
    'a sequence of another width than the LSTM takes',
    async () => new LSTM(3, 4, random).forward(ones([5, 2, 7])),
    [/\b7\b/, /\b3\b/],
    /\[T, N|input/,
  ),
  refused(
    'batch norm over other channels',
    async () => new BatchNorm1d(4).forward(ones([2, 3])),
    [/\b3\b/, /\b4\b/],
    /channels|features|must|expects/,
  ),
  refused(
    'a state dict of another model',
    async () => loadStateDict(rowFit().model, stateDict({ fc: new Linear(2, 3, random) })),
    [/missing weight, bias/, /unexpected fc\.weight/],
    /rename|strict/,
  ),
  refused(
    'a reshape that does not fit',
    async () => reshape(ones([4, 2]), [3, 3]),
    [/\[4, 2\]/, /\[3, 3\]/],
    /elements|-1|fit/,
  ),
  refused(
    'an option by PyTorch’s name, through a variable',
    async () => {
      const options = { bias: false, stride: 2 };
      return new Conv2d(3, 8, 3, random, options);
    },
    [/Conv2d/, /'stride'/],
    /did you mean strides/,
  ),
];
