//! The product as the runtime sees it.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

use super::backend::Backend;
use super::plan::{Product, Side, Target, multiply};
use super::precision::backend;
use super::threads::in_pieces;
use crate::operands::{ints, precision_of, read_at_least, read_optional, write};

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
        let product = Attributes {
            outer: ints(info, "outer"),
            sizes: ints(info, "sizes"),
            left: ints(info, "left"),
            right: ints(info, "right"),
            result: ints(info, "result"),
            alpha: info.get::<f32>("alpha").unwrap_or(1.0),
        }
        .decode()
        .map_err(ort::Error::new)?;
        Ok(ProductKernel {
            product,
            shape: ints(info, "shape"),
            backend: backend(precision_of(info)?),
        })
    }
}

impl Kernel for ProductKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let product = &self.product;
        let left = read_at_least(context, 0, product.left_size())?;
        let right = read_at_least(context, 1, product.right_size())?;
        let bias = read_optional(context, 2, product.columns)?;
        let to = write(context, 0, &self.shape, product.result_size())?;
        // SAFETY: sizes were checked above; the output is the kernel's to write and overlaps no operand.
        in_pieces(context, &|pieces| unsafe {
            multiply(product, left, right, bias, to, self.backend, pieces);
        })
    }
}
