//! Products of bfloat16 tiles with sums in float32; in three parts for nearly float32's accuracy.

mod backends;
mod check;
mod multiply;
mod numbers;
mod pack;

pub use backends::{PixelBackend, backend, has_bfloat16, pixel_backend};
#[cfg(test)]
pub use backends::{all, plain_pixels};
#[cfg(test)]
pub use check::agrees;
#[cfg(target_arch = "x86_64")]
pub use check::has_matrix_units;
pub use multiply::PixelRows;

/// Lines of a tile, and of the two tiles of a panel.
const TILE_LINES: usize = 16;
const PANEL_LINES: usize = 32;
/// Depth of a tile.
const TILE_DEPTH: usize = 32;
const TILE_BYTES: usize = 1024;
/// Sums stay in tiles over as much depth as there mostly is.
const DEPTH: usize = 4096;
