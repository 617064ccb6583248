//! Convolution gradients as the runtime sees them.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::{DynTensorValueType, TensorElementType};

use super::weight::WeightGradient;
use super::window::Window;
use crate::product::{Backend, Precision, backend, in_pieces};

/// `noosphere.kernels.ConvWeightGradient`: the outputs' gradient [N, O, …] and x [N, C, …] give the weights' [O, C / groups, …].
pub struct ConvWeightGradientOperator;

pub struct ConvWeightGradientKernel {
    gradient: WeightGradient,
    shape: Vec<i64>,
    backend: &'static dyn Backend,
}

/// Attributes: samples, inputs, outputs, groups; along depth, height and width: image, output, kernel, strides, dilations, pads.
pub fn decode(sizes: &[i64], axes: &[i64]) -> Result<WeightGradient, String> {
    let whole = |values: &[i64]| -> Result<Vec<usize>, String> {
        let all = values.iter().map(|&value| usize::try_from(value));
        all.collect::<Result<_, _>>()
            .map_err(|_| "a size is negative".to_string())
    };
    let (sizes, axes) = (whole(sizes)?, whole(axes)?);
    let &[samples, inputs, outputs, groups] = sizes.as_slice() else {
        return Err(format!("expected 4 sizes, got {}", sizes.len()));
    };
    if axes.len() != 18 {
        return Err(format!("expected 18 sizes of axes, got {}", axes.len()));
    }
    let part = |index: usize| [axes[3 * index], axes[3 * index + 1], axes[3 * index + 2]];
    let window = Window {
        image: part(0),
        output: part(1),
        kernel: part(2),
        strides: part(3),
        dilations: part(4),
        pads: part(5),
    };
    let counts = [
        samples,
        groups,
        window.positions(),
        window.pixels(),
        window.taps(),
    ];
    let is_cut = groups > 0 && inputs % groups == 0 && outputs % groups == 0;
    if !is_cut || counts.contains(&0) || window.strides.contains(&0) {
        return Err("sizes must not be 0, and groups divide the channels".to_string());
    }
    Ok(WeightGradient {
        samples,
        inputs,
        outputs,
        groups,
        window,
    })
}

impl Operator for ConvWeightGradientOperator {
    type Kernel<'attr> = ConvWeightGradientKernel;

    fn name(&self) -> &str {
        "ConvWeightGradient"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [
            OperatorInput::required(TensorElementType::Float32),
            OperatorInput::required(TensorElementType::Float32),
        ]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(
        &self,
        info: &KernelContext<'attr>,
    ) -> ort::Result<ConvWeightGradientKernel> {
        let ints = |name: &str| info.get::<Vec<i64>>(name).unwrap_or_default();
        let precision = info.get::<String>("precision").unwrap_or_default();
        let precision = Precision::named(&precision)
            .ok_or_else(|| ort::Error::new(format!("there is no precision {precision:?}")))?;
        Ok(ConvWeightGradientKernel {
            gradient: decode(&ints("sizes"), &ints("axes")).map_err(ort::Error::new)?,
            shape: ints("shape"),
            backend: backend(precision),
        })
    }
}

impl Kernel for ConvWeightGradientKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let WeightGradient {
            samples,
            inputs,
            outputs,
            window,
            ..
        } = self.gradient;
        let read = |index: usize, count: usize| -> ort::Result<*const f32> {
            let value = context
                .input(index)?
                .ok_or_else(|| ort::Error::new("an operand is missing"))?;
            let tensor = value.downcast::<DynTensorValueType>()?;
            match tensor.shape().num_elements() == count {
                true => Ok(tensor.data_ptr().cast()),
                false => Err(ort::Error::new(format!(
                    "operand {index} has not {count} numbers"
                ))),
            }
        };
        let gradient = read(0, samples * outputs * window.positions())?;
        let x = read(1, samples * inputs * window.pixels())?;
        let result = context
            .output(0, self.shape.as_slice())?
            .ok_or_else(|| ort::Error::new("the output is missing"))?;
        let result = result.downcast::<DynTensorValueType>()?;
        if result.shape().num_elements() != self.gradient.size() {
            return Err(ort::Error::new("the result has another size"));
        }
        let to = result.data_ptr().cast_mut().cast();
        // SAFETY: sizes were checked; the output is memory of its own.
        in_pieces(context, &|pieces| unsafe {
            self.gradient.run(gradient, x, to, self.backend, pieces)
        })
    }
}
