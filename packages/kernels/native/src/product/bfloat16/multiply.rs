//! Products of tiles: 32 rows by 32 columns, in panels or of pixels as they lie.

use super::{PANEL_LINES, TILE_BYTES};
use crate::product::backend::Square;
use crate::product::tiles::Tiles;

/// Multiplies two panels: 32 rows by 32 columns.
///
/// # Safety
/// Panels must hold `steps` steps, and the square be the caller's to write.
#[inline(always)]
pub unsafe fn multiply<T: Tiles, const HIGH: bool>(
    tiles: &mut T,
    steps: usize,
    mut left: *const u8,
    mut right: *const u8,
    square: Square,
) {
    let whole = square.rows == PANEL_LINES && square.columns == PANEL_LINES && square.alpha == 1.0;
    let stride = square.row_stride * 4;
    let result = square.result.cast::<u8>();
    let step_bytes = if HIGH { 4 * TILE_BYTES } else { 2 * TILE_BYTES };
    // SAFETY: panels hold the steps' tiles; results are read and written only where the square is whole.
    unsafe {
        if whole && square.adds {
            tiles.load::<0>(result, stride);
            tiles.load::<1>(result.add(64), stride);
            tiles.load::<2>(result.add(16 * stride), stride);
            tiles.load::<3>(result.add(16 * stride + 64), stride);
        } else if whole && !square.bias.is_null() {
            // A stride of nothing: the same numbers in every row.
            let bias = square.bias.cast::<u8>();
            tiles.load::<0>(bias, 0);
            tiles.load::<1>(bias.add(64), 0);
            tiles.load::<2>(bias, 0);
            tiles.load::<3>(bias.add(64), 0);
        } else {
            tiles.zero::<0>();
            tiles.zero::<1>();
            tiles.zero::<2>();
            tiles.zero::<3>();
        }
        for _ in 0..steps {
            tiles.load::<4>(left, 64);
            tiles.load::<5>(left.add(TILE_BYTES), 64);
            if HIGH {
                tiles.load::<6>(right.add(2 * TILE_BYTES), 64);
                tiles.load::<7>(right.add(3 * TILE_BYTES), 64);
                multiply_all(tiles);
            }
            tiles.load::<6>(right, 64);
            tiles.load::<7>(right.add(TILE_BYTES), 64);
            multiply_all(tiles);
            if HIGH {
                tiles.load::<4>(left.add(2 * TILE_BYTES), 64);
                tiles.load::<5>(left.add(3 * TILE_BYTES), 64);
                multiply_all(tiles);
            }
            left = left.add(step_bytes);
            right = right.add(step_bytes);
        }
        if whole {
            tiles.store::<0>(result, stride);
            tiles.store::<1>(result.add(64), stride);
            tiles.store::<2>(result.add(16 * stride), stride);
            tiles.store::<3>(result.add(16 * stride + 64), stride);
            return;
        }
        let mut sums = [[0.0_f32; PANEL_LINES]; PANEL_LINES];
        let kept = sums.as_mut_ptr().cast::<u8>();
        tiles.store::<0>(kept, 128);
        tiles.store::<1>(kept.add(64), 128);
        tiles.store::<2>(kept.add(16 * 128), 128);
        tiles.store::<3>(kept.add(16 * 128 + 64), 128);
        square.store(&sums);
    }
}

/// # Safety
/// Tiles 4 … 7 must be loaded.
#[inline(always)]
unsafe fn multiply_all<T: Tiles>(tiles: &mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        tiles.multiply::<0, 4, 6>();
        tiles.multiply::<1, 4, 7>();
        tiles.multiply::<2, 5, 6>();
        tiles.multiply::<3, 5, 7>();
    }
}

/// Rows that lie in memory as bfloat16: `near`, and in three products the `rests`.
#[derive(Clone, Copy)]
pub struct PixelRows {
    pub near: *const u8,
    pub rests: *const u8,
    /// Bytes from a row to the next one.
    pub stride: usize,
    /// Steps of 32 channels of a tap.
    pub steps: usize,
}

/// Sums over taps of 32 rows by 32 columns: rows begin at their tap's bytes, columns are packed tap behind tap.
///
/// # Safety
/// Rows, columns and 32 rows of 32 sums must lie in memory.
#[inline(always)]
pub unsafe fn multiply_pixels<T: Tiles, const HIGH: bool>(
    tiles: &mut T,
    rows: PixelRows,
    taps: &[usize],
    mut columns: *const u8,
    sums: *mut f32,
) {
    let step_bytes = if HIGH { 4 * TILE_BYTES } else { 2 * TILE_BYTES };
    let below = 16 * rows.stride;
    // SAFETY: the caller's promise.
    unsafe {
        tiles.zero::<0>();
        tiles.zero::<1>();
        tiles.zero::<2>();
        tiles.zero::<3>();
        for tap in taps {
            for step in 0..rows.steps {
                let at = tap + step * 64;
                tiles.load::<4>(rows.near.add(at), rows.stride);
                tiles.load::<5>(rows.near.add(at + below), rows.stride);
                if HIGH {
                    tiles.load::<6>(columns.add(2 * TILE_BYTES), 64);
                    tiles.load::<7>(columns.add(3 * TILE_BYTES), 64);
                    multiply_all(tiles);
                }
                tiles.load::<6>(columns, 64);
                tiles.load::<7>(columns.add(TILE_BYTES), 64);
                multiply_all(tiles);
                if HIGH {
                    tiles.load::<4>(rows.rests.add(at), rows.stride);
                    tiles.load::<5>(rows.rests.add(at + below), rows.stride);
                    multiply_all(tiles);
                }
                columns = columns.add(step_bytes);
            }
        }
        let sums = sums.cast::<u8>();
        tiles.store::<0>(sums, 128);
        tiles.store::<1>(sums.add(64), 128);
        tiles.store::<2>(sums.add(16 * 128), 128);
        tiles.store::<3>(sums.add(16 * 128 + 64), 128);
    }
}
