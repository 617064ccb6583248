//! One pass over memory for a chain of elementwise operators and reductions of rows.

mod level;
mod math;
mod operator;
mod program;
mod rows;

pub use level::Level;
pub use operator::FusedOperator;
