//! Panels of float32: a few lines side by side, one depth after the other.

use crate::level::Level;

/// Part of an operand: lines (rows of the left one, columns of the right one) along the depth that is summed over.
#[derive(Clone, Copy)]
pub struct Lines {
    pub data: *const f32,
    pub count: usize,
    pub depth: usize,
    /// Numbers from a line to the next one, and from a depth to the next one.
    pub line_stride: usize,
    pub depth_stride: usize,
}

// SAFETY: numbers are only read.
unsafe impl Sync for Lines {}

impl Lines {
    /// Up to `count` lines from `first`, and their depths from `start`.
    ///
    /// # Safety
    /// `first` must be a line's, `start` a depth's number.
    pub unsafe fn part(&self, first: usize, count: usize, start: usize, depth: usize) -> Lines {
        Lines {
            // SAFETY: the caller's promise.
            data: unsafe {
                self.data
                    .add(first * self.line_stride + start * self.depth_stride)
            },
            count: count.min(self.count - first),
            depth,
            ..*self
        }
    }
}

/// Packs up to `WIDTH` lines: number `[depth][line]`, zeros for lines that are not there.
///
/// # Safety
/// The lines must lie in memory, and `to` must have room for `WIDTH * depth` numbers.
#[inline(always)]
pub unsafe fn pack_panel<const WIDTH: usize>(lines: Lines, to: *mut f32) {
    let Lines {
        data,
        count,
        depth,
        line_stride,
        depth_stride,
    } = lines;
    // SAFETY: the caller's promise; `line` stays below `count`, `at` below `depth`.
    unsafe {
        if count < WIDTH {
            for at in 0..depth {
                for line in 0..WIDTH {
                    *to.add(at * WIDTH + line) = match line < count {
                        true => *data.add(line * line_stride + at * depth_stride),
                        false => 0.0,
                    };
                }
            }
        } else if line_stride == 1 {
            for at in 0..depth {
                std::ptr::copy_nonoverlapping(
                    data.add(at * depth_stride),
                    to.add(at * WIDTH),
                    WIDTH,
                );
            }
        } else {
            for at in 0..depth {
                for line in 0..WIDTH {
                    *to.add(at * WIDTH + line) = *data.add(line * line_stride + at * depth_stride);
                }
            }
        }
    }
}

/// `pack_panel` for lines whose numbers lie side by side along the depth: squares of eight are turned in registers.
///
/// # Safety
/// As `pack_panel`; `WIDTH` is a multiple of 8, and the processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub unsafe fn pack_panel_turned<const WIDTH: usize>(lines: Lines, to: *mut f32) {
    if lines.count < WIDTH || lines.depth_stride != 1 {
        // SAFETY: the caller's promise.
        return unsafe { pack_panel::<WIDTH>(lines, to) };
    }
    let whole = lines.depth / 8 * 8;
    // SAFETY: squares lie inside of the lines; what is left is packed number by number.
    unsafe {
        for at in (0..whole).step_by(8) {
            for line in (0..WIDTH).step_by(8) {
                turn_square(
                    lines.data.add(line * lines.line_stride + at),
                    lines.line_stride,
                    to.add(at * WIDTH + line),
                    WIDTH,
                );
            }
        }
        let rest = Lines {
            data: lines.data.add(whole),
            depth: lines.depth - whole,
            ..lines
        };
        pack_panel::<WIDTH>(rest, to.add(whole * WIDTH));
    }
}

/// Turns eight rows of eight numbers into columns; strides count numbers.
pub type Turn = unsafe fn(*const f32, usize, *mut f32, usize);

/// A `Turn` of any processor.
///
/// # Safety
/// Both squares must lie in memory.
pub unsafe fn turn_plainly(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
    for row in 0..8 {
        for column in 0..8 {
            // SAFETY: the caller's promise.
            unsafe { *to.add(column * to_stride + row) = *from.add(row * from_stride + column) };
        }
    }
}

/// A `Turn` in registers.
///
/// # Safety
/// Both squares must lie in memory, and the processor must have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
pub unsafe fn turn_square(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
    use std::arch::x86_64::*;
    // SAFETY: the caller's squares.
    unsafe {
        let row = |index: usize| _mm256_loadu_ps(from.add(index * from_stride));
        let pairs = |index: usize| {
            let (upper, lower) = (row(index), row(index + 1));
            (
                _mm256_unpacklo_ps(upper, lower),
                _mm256_unpackhi_ps(upper, lower),
            )
        };
        let quads = |first: usize| {
            let ((a, b), (c, d)) = (pairs(first), pairs(first + 2));
            [
                _mm256_shuffle_ps::<0x44>(a, c),
                _mm256_shuffle_ps::<0xee>(a, c),
                _mm256_shuffle_ps::<0x44>(b, d),
                _mm256_shuffle_ps::<0xee>(b, d),
            ]
        };
        let (upper, lower) = (quads(0), quads(4));
        for index in 0..4 {
            let near = _mm256_permute2f128_ps::<0x20>(upper[index], lower[index]);
            let far = _mm256_permute2f128_ps::<0x31>(upper[index], lower[index]);
            _mm256_storeu_ps(to.add(index * to_stride), near);
            _mm256_storeu_ps(to.add((index + 4) * to_stride), far);
        }
    }
}

/// Turns lines of a few numbers into columns: `to[column * to_stride + line] = from[line * from_stride + column]`.
///
/// # Safety
/// `count` lines of `width` numbers must lie in memory, and their places in `to`.
pub unsafe fn turn(
    from: *const f32,
    from_stride: usize,
    (count, width): (usize, usize),
    to: *mut f32,
    to_stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    let square: Turn = match Level::detect() {
        Level::Plain => turn_plainly,
        _ => turn_square,
    };
    #[cfg(not(target_arch = "x86_64"))]
    let square: Turn = turn_plainly;
    let (whole_lines, whole_columns) = (count / 8 * 8, width / 8 * 8);
    // SAFETY: the caller's promise; squares lie within whole eights.
    unsafe {
        for line in (0..whole_lines).step_by(8) {
            for column in (0..whole_columns).step_by(8) {
                let (from, to) = (
                    from.add(line * from_stride + column),
                    to.add(column * to_stride + line),
                );
                square(from, from_stride, to, to_stride);
            }
        }
        for line in 0..count {
            let first = if line < whole_lines { whole_columns } else { 0 };
            for column in first..width {
                *to.add(column * to_stride + line) = *from.add(line * from_stride + column);
            }
        }
    }
}
