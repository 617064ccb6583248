//! Pieces on the runtime's threads.

use std::sync::Mutex;

use ort::operator::ComputeContext;

use super::backend::Pieces;

/// Runs with the pieces that the runtime's threads take.
pub fn in_pieces(context: &ComputeContext, run: &dyn Fn(Pieces)) -> ort::Result<()> {
    let failure = Mutex::new(None);
    run(&|count: usize, piece: &(dyn Fn(usize) + Sync)| {
        if count == 1 {
            return piece(0);
        }
        if let Err(error) = context.par_for(count, 0, piece) {
            *failure
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
        }
    });
    let failure = failure
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    failure.map_or(Ok(()), Err)
}
