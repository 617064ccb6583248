//! The product as the runtime sees it.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::{DynTensorValueType, TensorElementType};

use super::plan::{Backend, Product, Side, Target, multiply};
use super::precision::{Precision, backend};
use super::threads::in_pieces;

/// `noosphere.kernels.Product`: left, right and perhaps a bias of the columns, by the strides that the attributes name.
pub struct ProductOperator;

pub struct ProductKernel {
    product: Product,
    shape: Vec<i64>,
    backend: &'static dyn Backend,
}

/// Integers of the attributes.
pub struct Attributes {
    pub outer: Vec<i64>,
    /// Rows, columns, depth.
    pub sizes: Vec<i64>,
    /// Along the outer dimensions, from a line to the next one, along the depth.
    pub left: Vec<i64>,
    pub right: Vec<i64>,
    /// Along the outer dimensions, from a row to the next one.
    pub result: Vec<i64>,
    pub alpha: f32,
}

impl Attributes {
    /// The product, or what is wrong with the attributes.
    pub fn decode(&self) -> Result<Product, String> {
        let sizes = |values: &[i64], count: usize, what: &str| match values.len() == count {
            true => values
                .iter()
                .map(|&value| usize::try_from(value))
                .collect::<Result<Vec<usize>, _>>()
                .map_err(|_| format!("{what} holds a negative number")),
            false => Err(format!("{what} has {} numbers, not {count}", values.len())),
        };
        let rank = self.outer.len();
        let inner = sizes(&self.sizes, 3, "sizes")?;
        let side = |values: &[i64], what: &str| {
            let all = sizes(values, rank + 2, what)?;
            Ok::<Side, String>(Side {
                outer: all[..rank].to_vec(),
                line: all[rank],
                depth: all[rank + 1],
            })
        };
        let target = sizes(&self.result, rank + 1, "result")?;
        Ok(Product {
            outer: sizes(&self.outer, rank, "outer")?,
            rows: inner[0],
            columns: inner[1],
            depth: inner[2],
            left: side(&self.left, "left")?,
            right: side(&self.right, "right")?,
            result: Target {
                outer: target[..rank].to_vec(),
                row: target[rank],
            },
            alpha: self.alpha,
        })
    }
}

impl Operator for ProductOperator {
    type Kernel<'attr> = ProductKernel;

    fn name(&self) -> &str {
        "Product"
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

    fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<ProductKernel> {
        // An empty list is an attribute that is not there.
        let ints = |name: &str| info.get::<Vec<i64>>(name).unwrap_or_default();
        let product = Attributes {
            outer: ints("outer"),
            sizes: ints("sizes"),
            left: ints("left"),
            right: ints("right"),
            result: ints("result"),
            alpha: info.get::<f32>("alpha").unwrap_or(1.0),
        }
        .decode()
        .map_err(ort::Error::new)?;
        let precision = info.get::<String>("precision").unwrap_or_default();
        let precision = Precision::named(&precision)
            .ok_or_else(|| ort::Error::new(format!("there is no precision {precision:?}")))?;
        Ok(ProductKernel {
            product,
            shape: ints("shape"),
            backend: backend(precision),
        })
    }
}

impl Kernel for ProductKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let product = &self.product;
        let read = |index: usize, least: usize| -> ort::Result<*const f32> {
            let value = context
                .input(index)?
                .ok_or_else(|| ort::Error::new("an operand is missing"))?;
            let tensor = value.downcast::<DynTensorValueType>()?;
            match tensor.shape().num_elements() >= least {
                true => Ok(tensor.data_ptr().cast()),
                false => Err(ort::Error::new(format!(
                    "operand {index} is smaller than its strides say"
                ))),
            }
        };
        let left = read(0, product.left_size())?;
        let right = read(1, product.right_size())?;
        let bias = match context.input(2)? {
            Some(_) => read(2, product.columns)?,
            None => std::ptr::null(),
        };
        let result = context
            .output(0, self.shape.as_slice())?
            .ok_or_else(|| ort::Error::new("the output is missing"))?;
        let result = result.downcast::<DynTensorValueType>()?;
        if result.shape().num_elements() < product.result_size() {
            return Err(ort::Error::new(
                "the result is smaller than its strides say",
            ));
        }
        let to = result.data_ptr().cast_mut().cast();
        // SAFETY: sizes were checked above; the output is the kernel's to write and overlaps no operand.
        in_pieces(context, &|pieces| unsafe {
            multiply(product, left, right, bias, to, self.backend, pieces);
        })
    }
}
