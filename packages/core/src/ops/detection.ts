/** Operators of detectors that files bring: they run forward. */
import { ShapeError } from '@noosphere/base';
import { defineOperator, freshDim, notDifferentiable } from '../graph/index.js';
import { formatShape } from '../shape/index.js';
import { countOf, required } from './like.js';

export const NonMaxSuppression = defineOperator({
  name: 'NonMaxSuppression',
  opset: 11,
  attributes: { center_point_box: 'int' },
  defaults: { center_point_box: 0 },
  infer: ({ inputs }) => {
    const boxes = required('NonMaxSuppression', inputs, 0);
    const scores = required('NonMaxSuppression', inputs, 1);
    if (boxes.rank !== 3 || scores.rank !== 3)
      throw new ShapeError(
        'nonMaxSuppression',
        `expects boxes [N, boxes, 4] and scores [N, classes, boxes], got ${formatShape(boxes.shape)} and ${formatShape(scores.shape)}`,
      );
    return [{ dtype: 'int64', shape: [freshDim('selected'), 3] }];
  },
  gradient: notDifferentiable('its result is integers'),
  flops: ({ inputs }) => countOf(inputs[1]),
  doc: 'The boxes with the highest scores of their class that overlap no better one by more than a threshold: [batch, class, box].',
});

export const RoiAlign = defineOperator({
  name: 'RoiAlign',
  opset: 16,
  attributes: {
    coordinate_transformation_mode: 'string',
    mode: 'string',
    output_height: 'int',
    output_width: 'int',
    sampling_ratio: 'int',
    spatial_scale: 'float',
  },
  defaults: {
    coordinate_transformation_mode: 'half_pixel',
    mode: 'avg',
    output_height: 1,
    output_width: 1,
    sampling_ratio: 0,
    spatial_scale: 1,
  },
  infer: ({ inputs, attributes }) => {
    const x = required('RoiAlign', inputs, 0);
    const rois = required('RoiAlign', inputs, 1);
    if (x.rank !== 4 || rois.rank !== 2)
      throw new ShapeError(
        'roiAlign',
        `expects x [N, C, H, W] and rois [rois, 4], got ${formatShape(x.shape)} and ${formatShape(rois.shape)}`,
      );
    const shape = [rois.shape[0] ?? 0, x.shape[1] ?? 0, attributes.output_height, attributes.output_width];
    return [{ dtype: x.dtype, shape }];
  },
  gradient: notDifferentiable('Noosphere has no rule for it; stop the gradient at its input'),
  flops: ({ outputs }) => 8 * countOf(outputs[0]),
  doc: 'Regions of x pooled to one size, sampled between the pixels.',
});
