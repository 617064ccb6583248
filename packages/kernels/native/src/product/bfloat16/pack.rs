//! Tiles of bfloat16 from lines of float32.

use super::numbers::{nearest, pair, rest};
use super::{PANEL_LINES, TILE_BYTES, TILE_DEPTH, TILE_LINES};
use crate::product::pack::{Lines, Turn};

/// Pairs of a tile: of a line side by side, or of a depth.
type Pairs = [[u32; 16]; 16];

/// Packs the tiles of up to 32 lines: for each 32 of depth the nearest numbers' two tiles, then, where `HIGH`, the rests'.
/// A left tile has a line in a row, a right one a pair of depths.
///
/// # Safety
/// The lines must lie in memory, `to` must have room, and `turn` must be one that the processor can run.
#[inline(always)]
pub unsafe fn pack<const HIGH: bool>(lines: Lines, is_left: bool, turn: Turn, to: *mut u8) {
    let step_bytes = PANEL_LINES / TILE_LINES * TILE_BYTES * if HIGH { 2 } else { 1 };
    for (step, at) in (0..lines.depth).step_by(TILE_DEPTH).enumerate() {
        for tile in 0..PANEL_LINES / TILE_LINES {
            let first = tile * TILE_LINES;
            let there = Lines {
                // Nothing is read at a place where no line is.
                data: lines
                    .data
                    .wrapping_add(first * lines.line_stride + at * lines.depth_stride),
                count: lines.count.saturating_sub(first).min(TILE_LINES),
                depth: TILE_DEPTH.min(lines.depth - at),
                ..lines
            };
            // SAFETY: the caller's promise.
            unsafe {
                let to = to.add(step * step_bytes + tile * TILE_BYTES);
                pack_tile::<HIGH>(there, is_left, turn, to);
            }
        }
    }
}

/// # Safety
/// As `pack`.
#[inline(always)]
unsafe fn pack_tile<const HIGH: bool>(lines: Lines, is_left: bool, turn: Turn, to: *mut u8) {
    let mut near: Pairs = [[0; 16]; 16];
    let mut left: Pairs = [[0; 16]; 16];
    let whole = lines.count == TILE_LINES && lines.depth == TILE_DEPTH;
    let in_lines = !(whole && lines.line_stride == 1);
    // SAFETY: places lie within the lines.
    unsafe {
        if !in_lines {
            for at in 0..16 {
                let first = lines.data.add(2 * at * lines.depth_stride);
                let second = first.add(lines.depth_stride);
                for line in 0..16 {
                    let numbers = (*first.add(line), *second.add(line));
                    let nears = (nearest(numbers.0), nearest(numbers.1));
                    near[at][line] = pair(nears.0, nears.1);
                    if HIGH {
                        left[at][line] = pair(rest(numbers.0, nears.0), rest(numbers.1, nears.1));
                    }
                }
            }
        } else {
            for line in 0..lines.count {
                let mut numbers = [0.0_f32; TILE_DEPTH];
                let from = lines.data.add(line * lines.line_stride);
                if lines.depth_stride == 1 {
                    std::ptr::copy_nonoverlapping(from, numbers.as_mut_ptr(), lines.depth);
                } else {
                    for (at, number) in numbers.iter_mut().enumerate().take(lines.depth) {
                        *number = *from.add(at * lines.depth_stride);
                    }
                }
                for at in 0..16 {
                    let numbers = (numbers[2 * at], numbers[2 * at + 1]);
                    let nears = (nearest(numbers.0), nearest(numbers.1));
                    near[line][at] = pair(nears.0, nears.1);
                    if HIGH {
                        left[line][at] = pair(rest(numbers.0, nears.0), rest(numbers.1, nears.1));
                    }
                }
            }
        }
        write(&near, in_lines == is_left, turn, to);
        if HIGH {
            write(&left, in_lines == is_left, turn, to.add(2 * TILE_BYTES));
        }
    }
}

/// # Safety
/// `to` must have room for a tile.
#[inline(always)]
unsafe fn write(pairs: &Pairs, as_is: bool, turn: Turn, to: *mut u8) {
    let (from, to) = (pairs.as_ptr().cast::<f32>(), to.cast::<f32>());
    // SAFETY: both have sixteen rows of sixteen pairs, which are moved as if they were float32.
    unsafe {
        if as_is {
            return std::ptr::copy_nonoverlapping(from, to, 256);
        }
        for (row, column) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
            turn(
                from.add(row * 16 + column),
                16,
                to.add(column * 16 + row),
                16,
            );
        }
    }
}
