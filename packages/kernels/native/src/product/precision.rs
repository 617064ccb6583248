//! How exact products are, by the names that PyTorch and JAX use.

use super::backend::Backend;
use super::bfloat16;
use super::float32;
use crate::level::Level;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// float32.
    Highest,
    /// Three products of bfloat16: a float32 is the sum of two of them, nearly.
    High,
    /// One product of bfloat16, sums in float32.
    Medium,
}

impl Precision {
    pub fn named(name: &str) -> Option<Precision> {
        match name {
            "" | "highest" => Some(Precision::Highest),
            "high" => Some(Precision::High),
            "medium" => Some(Precision::Medium),
            _ => None,
        }
    }
}

/// The kernels of a precision; float32 where the processor has no matrix units for bfloat16.
pub fn backend(precision: Precision) -> &'static dyn Backend {
    let float32 = float32::backend(Level::detect());
    match precision {
        Precision::Highest => float32,
        Precision::High => bfloat16::backend(true).unwrap_or(float32),
        Precision::Medium => bfloat16::backend(false).unwrap_or(float32),
    }
}
