//! One pass over memory for a chain of elementwise operators and reductions of rows.

pub mod math;
mod operator;
mod program;
mod rows;

pub use operator::FusedOperator;
