//! Products of matrices: operands are packed into panels, and a small kernel multiplies panel by panel.

#[cfg(target_arch = "x86_64")]
mod amx;
mod backend;
mod bfloat16;
mod float32;
mod operator;
mod pack;
mod packed;
mod plan;
mod precision;
mod scratch;
mod threads;
mod tiles;

pub use backend::{Backend, Pieces, Square};
#[cfg(target_arch = "x86_64")]
pub use bfloat16::has_matrix_units;
#[cfg(test)]
pub use bfloat16::plain_pixels;
pub use bfloat16::{PixelBackend, PixelRows, has_bfloat16, pixel_backend};
pub use operator::ProductOperator;
pub use pack::{Lines, turn};
pub use packed::{Packed, Rows};
pub use precision::{Precision, backend};
pub use scratch::Scratch;
pub use threads::in_pieces;

#[cfg(test)]
mod tests;
