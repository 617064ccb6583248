//! Convolutions and their gradients as the runtime sees them.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

use super::forward::Convolution;
use super::weight::WeightGradient;
use super::window::Window;
use crate::operands::{ints, precision_of, read, read_optional, write};
use crate::product::{Backend, PixelBackend, Precision, backend, in_pieces, pixel_backend};

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
        Ok(ConvWeightGradientKernel {
            gradient: decode(&ints(info, "sizes"), &ints(info, "axes")).map_err(ort::Error::new)?,
            shape: ints(info, "shape"),
            backend: backend(precision_of(info)?),
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
        let gradient = read(context, 0, samples * outputs * window.positions())?;
        let x = read(context, 1, samples * inputs * window.pixels())?;
        let to = write(context, 0, &self.shape, self.gradient.size())?;
        // SAFETY: sizes were checked; the output is memory of its own.
        in_pieces(context, &|pieces| unsafe {
            self.gradient.run(gradient, x, to, self.backend, pieces)
        })
    }
}

/// `noosphere.kernels.Conv`: x [N, C, …], weights [O, C, …] and perhaps a bias [O], in bfloat16 products.
pub struct ConvOperator;

pub struct ConvKernel {
    convolution: Convolution,
    shape: Vec<i64>,
    backend: &'static dyn PixelBackend,
}

impl Operator for ConvOperator {
    type Kernel<'attr> = ConvKernel;

    fn name(&self) -> &str {
        "Conv"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [
            OperatorInput::required(TensorElementType::Float32),
            OperatorInput::required(TensorElementType::Float32),
            OperatorInput::optional(TensorElementType::Float32),
        ]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<ConvKernel> {
        let sizes = decode(&ints(info, "sizes"), &ints(info, "axes")).map_err(ort::Error::new)?;
        let backend = match precision_of(info)? {
            Precision::Highest => None,
            Precision::High => pixel_backend(true),
            Precision::Medium => pixel_backend(false),
        };
        let backend = backend.ok_or_else(|| ort::Error::new("there are no matrix units"))?;
        if sizes.groups != 1 {
            return Err(ort::Error::new("expected one group"));
        }
        Ok(ConvKernel {
            convolution: Convolution { sizes },
            shape: ints(info, "shape"),
            backend,
        })
    }
}

impl Kernel for ConvKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let sizes = &self.convolution.sizes;
        let x = read(
            context,
            0,
            sizes.samples * sizes.inputs * sizes.window.pixels(),
        )?;
        let weights = read(context, 1, sizes.size())?;
        let bias = read_optional(context, 2, sizes.outputs)?;
        let count = sizes.samples * sizes.outputs * sizes.window.positions();
        let to = write(context, 0, &self.shape, count)?;
        // SAFETY: sizes were checked; the output is memory of its own.
        in_pieces(context, &|pieces| unsafe {
            self.convolution
                .run(x, weights, bias, to, self.backend, pieces)
        })
    }
}
