//! Products of matrices: operands are packed into panels, and a small kernel multiplies panel by panel.

#[cfg(target_arch = "x86_64")]
mod amx;
mod bfloat16;
mod float32;
mod operator;
mod pack;
mod plan;
mod precision;
mod scratch;
mod tiles;

pub use bfloat16::has_bfloat16;
#[cfg(target_arch = "x86_64")]
pub use bfloat16::has_matrix_units;
pub use operator::ProductOperator;
pub use pack::Lines;
pub use plan::{Backend, Packed, Pieces, Rows};
pub use precision::{Precision, backend};

#[cfg(test)]
mod tests;
