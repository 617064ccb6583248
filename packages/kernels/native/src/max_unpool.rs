//! Numbers at the places that a pool chose, zeros elsewhere: the gradient of pools whose windows do not overlap.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::{DynTensorValueType, TensorElementType};

/// `noosphere.kernels.MaxUnpool`: x [N, C, …] and int64 indices into the result give the result, of the attribute `shape`.
pub struct MaxUnpoolOperator;

pub struct MaxUnpoolKernel {
    shape: Vec<i64>,
}

impl Operator for MaxUnpoolOperator {
    type Kernel<'attr> = MaxUnpoolKernel;

    fn name(&self) -> &str {
        "MaxUnpool"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [
            OperatorInput::required(TensorElementType::Float32),
            OperatorInput::required(TensorElementType::Int64),
        ]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<MaxUnpoolKernel> {
        let shape = info.get::<Vec<i64>>("shape").unwrap_or_default();
        if shape.len() < 2 || shape.iter().any(|&dim| dim < 0) {
            return Err(ort::Error::new("expected the sizes of the result"));
        }
        Ok(MaxUnpoolKernel { shape })
    }
}

/// One image of one channel; indices beyond it, as of windows that chose nothing, are left out.
fn spread(first: i64, from: &[f32], indices: &[i64], to: &mut [f32]) {
    to.fill(0.0);
    for (&value, &index) in from.iter().zip(indices) {
        if let Some(place) = usize::try_from(index - first)
            .ok()
            .and_then(|place| to.get_mut(place))
        {
            *place = value;
        }
    }
}

/// Where planes are read and written; each by one thread.
struct Planes {
    from: *const f32,
    indices: *const i64,
    to: *mut f32,
}

// SAFETY: threads write to different planes.
unsafe impl Sync for Planes {}

impl Kernel for MaxUnpoolKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let count = (self.shape[0] * self.shape[1]) as usize;
        let outside = self.shape[2..].iter().product::<i64>() as usize;
        let input = |index: usize| {
            context
                .input(index)?
                .ok_or_else(|| ort::Error::new("an input is missing"))
        };
        let (values, indices) = (input(0)?, input(1)?);
        let (values, indices) = (
            values.downcast::<DynTensorValueType>()?,
            indices.downcast::<DynTensorValueType>()?,
        );
        let size = values.shape().num_elements();
        if count == 0 || size % count != 0 || indices.shape().num_elements() != size {
            return Err(ort::Error::new(
                "the inputs have not the images and channels of the result",
            ));
        }
        let inside = size / count;
        let result = context
            .output(0, self.shape.as_slice())?
            .ok_or_else(|| ort::Error::new("the output is missing"))?;
        let result = result.downcast::<DynTensorValueType>()?;
        // The output is the kernel's to write.
        let planes = Planes {
            from: values.data_ptr().cast(),
            indices: indices.data_ptr().cast(),
            to: result.data_ptr().cast_mut().cast(),
        };
        let planes = &planes;
        context.par_for(count, 0, |plane| {
            // SAFETY: sizes were checked, and each plane lies behind the one before it.
            unsafe {
                spread(
                    (plane * outside) as i64,
                    std::slice::from_raw_parts(planes.from.add(plane * inside), inside),
                    std::slice::from_raw_parts(planes.indices.add(plane * inside), inside),
                    std::slice::from_raw_parts_mut(planes.to.add(plane * outside), outside),
                );
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_stand_at_their_places_and_strange_places_are_left_out() {
        let mut to = [9.0; 6];
        super::spread(12, &[1.0, 2.0, 3.0, 4.0], &[13, 17, 5, 99], &mut to);
        assert_eq!(to, [0.0, 1.0, 0.0, 0.0, 0.0, 2.0]);
    }
}
