//! Convolutions as products whose operand is never laid out: windows are gathered panel by panel.

mod by_lines;
mod by_pixels;
mod forward;
mod layout;
mod operator;
mod weight;
mod window;

pub use operator::{ConvOperator, ConvWeightGradientOperator};

#[cfg(test)]
mod tests;
