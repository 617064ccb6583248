//! Recurrent layers over whole sequences: a piece of the batch runs all its steps without waiting for another one.

mod gru;
mod lstm;
mod operator;
mod pass;

pub use operator::{GruGradientOperator, GruOperator, LstmGradientOperator, LstmOperator};

#[cfg(test)]
mod tests;
