//! The largest number of each window of images, and where it stands: what the runtime's own kernel does, without its checks of
//! every place.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

/// `noosphere.kernels.MaxPool`: x [N, C, H, W] gives [N, C, OH, OW] and int64 indices into x, as ONNX's MaxPool does.
pub struct MaxPoolOperator;

/// Along one axis: the window's size, steps between windows and within one, and what is padded in front.
#[derive(Clone, Copy, Debug)]
struct Axis {
    size: usize,
    window: usize,
    stride: usize,
    dilation: usize,
    before: usize,
    results: usize,
}

impl Axis {
    /// Places of the window of a result that lie within the axis: the first one, and the end.
    fn places(&self, result: usize) -> (usize, usize) {
        let start = (result * self.stride) as isize - self.before as isize;
        let step = self.dilation as isize;
        let skipped = if start < 0 {
            (-start + step - 1) / step
        } else {
            0
        };
        let end = (start + self.window as isize * step).min(self.size as isize);
        ((start + skipped * step) as usize, end.max(0) as usize)
    }
}

#[derive(Debug)]
pub struct MaxPoolKernel {
    rows: Axis,
    columns: Axis,
    shape: Vec<i64>,
}

impl Operator for MaxPoolOperator {
    type Kernel<'attr> = MaxPoolKernel;

    fn name(&self) -> &str {
        "MaxPool"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(TensorElementType::Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [
            OperatorOutput::required(TensorElementType::Float32),
            OperatorOutput::required(TensorElementType::Int64),
        ]
    }

    fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<MaxPoolKernel> {
        let ints = |name: &str| info.get::<Vec<i64>>(name).unwrap_or_default();
        MaxPoolKernel::new(&ints("rows"), &ints("columns"), ints("shape")).map_err(ort::Error::new)
    }
}

impl MaxPoolKernel {
    /// Of each axis: size, window, stride, dilation, padding in front; `shape` is that of the results.
    fn new(rows: &[i64], columns: &[i64], shape: Vec<i64>) -> Result<MaxPoolKernel, String> {
        let &[_, _, height, width] = &shape[..] else {
            return Err("expected results of four axes".into());
        };
        Ok(MaxPoolKernel {
            rows: axis(rows, height)?,
            columns: axis(columns, width)?,
            shape,
        })
    }

    fn planes(&self) -> usize {
        (self.shape[0] * self.shape[1]) as usize
    }

    /// One image of one channel. `first` is the index of its first number in the whole input.
    fn plane(&self, first: usize, from: &[f32], to: &mut [f32], indices: &mut [i64]) {
        let width = self.columns.size;
        let columns: Vec<_> = (0..self.columns.results)
            .map(|result| self.columns.places(result))
            .collect();
        let results = to
            .chunks_mut(self.columns.results)
            .zip(indices.chunks_mut(self.columns.results));
        for (result, (to, indices)) in results.enumerate() {
            let (top, bottom) = self.rows.places(result);
            for ((to, index), &(left, right)) in to.iter_mut().zip(indices).zip(&columns) {
                // As in the runtime: a window of nothing but NaN gives the least number.
                let mut best = (f32::MIN, -1 - width as isize);
                for row in (top..bottom).step_by(self.rows.dilation) {
                    let line = &from[row * width..(row + 1) * width];
                    for column in (left..right).step_by(self.columns.dilation) {
                        if line[column] > best.0 {
                            best = (line[column], (row * width + column) as isize);
                        }
                    }
                }
                *to = best.0;
                *index = (first as isize + best.1) as i64;
            }
        }
    }
}

fn axis(list: &[i64], results: i64) -> Result<Axis, String> {
    let whole: Vec<usize> = list
        .iter()
        .map(|&value| usize::try_from(value).unwrap_or(usize::MAX))
        .collect();
    let &[size, window, stride, dilation, before] = &whole[..] else {
        return Err("expected five numbers for an axis".into());
    };
    let results = usize::try_from(results).map_err(|_| "expected a size from 0")?;
    let is_good = whole.iter().all(|&value| value < 1 << 31) && stride > 0 && dilation > 0;
    if is_good {
        Ok(Axis {
            size,
            window,
            stride,
            dilation,
            before,
            results,
        })
    } else {
        Err("an axis cannot be read".into())
    }
}

/// Where planes are read and written; each by one thread.
struct Planes {
    from: *const f32,
    to: *mut f32,
    indices: *mut i64,
}

// SAFETY: threads write to different planes.
unsafe impl Sync for Planes {}

impl Kernel for MaxPoolKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let (inside, outside) = (
            self.rows.size * self.columns.size,
            self.rows.results * self.columns.results,
        );
        let input = context
            .input(0)?
            .ok_or_else(|| ort::Error::new("the input is missing"))?;
        let input = input.downcast::<ort::value::DynTensorValueType>()?;
        if input.shape().num_elements() != self.planes() * inside {
            return Err(ort::Error::new(
                "the input has not the size of the attributes",
            ));
        }
        let output = |index: usize| {
            context
                .output(index, self.shape.as_slice())?
                .ok_or_else(|| ort::Error::new("an output is missing"))
        };
        let (values, indices) = (output(0)?, output(1)?);
        let (values, indices) = (
            values.downcast::<ort::value::DynTensorValueType>()?,
            indices.downcast::<ort::value::DynTensorValueType>()?,
        );
        // Outputs are the kernel's to write.
        let planes = Planes {
            from: input.data_ptr().cast(),
            to: values.data_ptr().cast_mut().cast(),
            indices: indices.data_ptr().cast_mut().cast(),
        };
        let planes = &planes;
        let kernel = &*self;
        context.par_for(self.planes(), 0, |plane| {
            // SAFETY: sizes were checked, and each plane lies behind the one before it.
            unsafe {
                kernel.plane(
                    plane * inside,
                    std::slice::from_raw_parts(planes.from.add(plane * inside), inside),
                    std::slice::from_raw_parts_mut(planes.to.add(plane * outside), outside),
                    std::slice::from_raw_parts_mut(planes.indices.add(plane * outside), outside),
                );
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows by their definition: every place of every window, looked at one by one.
    #[test]
    fn windows_give_their_largest_number_and_its_place() {
        for (size, window, stride, dilation, before, results) in [
            (8, 2, 2, 1, 0, 4),
            (9, 3, 2, 1, 1, 5),
            (7, 3, 1, 2, 2, 7),
            (5, 3, 3, 1, 0, 2),
            (4, 2, 2, 1, 1, 3),
        ] {
            let list = [size, window, stride, dilation, before];
            let kernel = MaxPoolKernel::new(&list, &list, vec![1, 1, results, results]).unwrap();
            let count = (size * size) as usize;
            let from: Vec<f32> = (0..count)
                .map(|index| ((index * 37 + 11) % 101) as f32 - 50.0)
                .collect();
            let outside = (results * results) as usize;
            let (mut to, mut indices) = (vec![0.0; outside], vec![0; outside]);
            kernel.plane(1000, &from, &mut to, &mut indices);
            for result in 0..outside as i64 {
                let mut best = (f32::MIN, -1);
                for place in 0..window * window {
                    let row = result / results * stride - before + place / window * dilation;
                    let column = result % results * stride - before + place % window * dilation;
                    if (0..size).contains(&row) && (0..size).contains(&column) {
                        let index = row * size + column;
                        if from[index as usize] > best.0 {
                            best = (from[index as usize], index);
                        }
                    }
                }
                assert_eq!(
                    (to[result as usize], indices[result as usize]),
                    (best.0, 1000 + best.1)
                );
            }
        }
    }

    #[test]
    fn bad_attributes_are_refused() {
        assert!(MaxPoolKernel::new(&[4, 2, 0, 1, 0], &[4, 2, 2, 1, 0], vec![1, 1, 2, 2]).is_err());
        assert!(MaxPoolKernel::new(&[4, 2, 2, 1], &[4, 2, 2, 1, 0], vec![1, 1, 2, 2]).is_err());
        assert!(MaxPoolKernel::new(&[4, 2, 2, 1, 0], &[4, 2, 2, 1, 0], vec![1, 2, 2]).is_err());
    }
}
