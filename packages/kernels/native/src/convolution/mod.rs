//! Convolutions as products whose operand is never laid out: windows are gathered panel by panel.

mod by_lines;
mod by_pixels;
mod operator;
mod weight;
mod window;

pub use operator::ConvWeightGradientOperator;

#[cfg(test)]
mod tests;
