//! Products of bfloat16 tiles with sums in float32; in three parts for nearly float32's accuracy.

use std::sync::OnceLock;

use super::pack::{Lines, Turn};
use super::plan::{Backend, Square};
use super::tiles::{Emulated, Tiles};
use crate::level::emulates_matrix_units;

/// Lines of a tile, and of the two tiles of a panel.
const TILE_LINES: usize = 16;
const PANEL_LINES: usize = 32;
/// Depth of a tile.
const TILE_DEPTH: usize = 32;
const TILE_BYTES: usize = 1024;
/// Sums stay in tiles over as much depth as there mostly is.
const DEPTH: usize = 4096;

/// The units' kernels, `parts` of a float32 being its nearest bfloat16 and, where `high`, the nearest to what is left.
pub fn backend(high: bool) -> Option<&'static dyn Backend> {
    #[cfg(target_arch = "x86_64")]
    if crate::level::Level::detect() == crate::level::Level::Amx {
        return Some(if high {
            &Units::<true>
        } else {
            &Units::<false>
        });
    }
    if emulates_matrix_units() {
        return Some(if high {
            &Plain::<true>
        } else {
            &Plain::<false>
        });
    }
    None
}

/// Whether there are such kernels here.
pub fn has_bfloat16() -> bool {
    backend(true).is_some()
}

/// The plain kernels, and the units' where they may be used.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = (bool, &'static dyn Backend)> {
    let plain: [(bool, &'static dyn Backend); 2] =
        [(true, &Plain::<true>), (false, &Plain::<false>)];
    let units = [true, false].map(|high| backend(high).map(|found| (high, found)));
    plain.into_iter().chain(units.into_iter().flatten())
}

/// The bfloat16 nearest to a number, even ones at ties, as its float32.
#[inline(always)]
fn nearest(value: f32) -> f32 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000;
    let exponent = bits & 0x7f80_0000;
    // Infinities stay, NaN must not round to one, and the largest numbers are cut instead of becoming infinite.
    let cut = bits & 0xffff_0000 | if value.is_nan() { 0x0040_0000 } else { 0 };
    f32::from_bits(match exponent >= 0x7f00_0000 {
        true => cut,
        false => rounded,
    })
}

/// What `nearest` leaves; 0 of infinities and NaN, and cut where rounding up would make the largest numbers infinite.
#[inline(always)]
fn rest(value: f32, near: f32) -> f32 {
    let left = value - near;
    let cut = f32::from_bits(left.to_bits() & 0xffff_0000);
    match (left.is_finite(), value.abs() >= 1.0e38) {
        (false, _) => 0.0,
        (true, true) => cut,
        (true, false) => nearest(left),
    }
}

#[inline(always)]
fn pair(first: f32, second: f32) -> u32 {
    first.to_bits() >> 16 | second.to_bits() & 0xffff_0000
}

/// Pairs of a tile: of a line side by side, or of a depth.
type Pairs = [[u32; 16]; 16];

/// Packs the tiles of up to 32 lines: for each 32 of depth the nearest numbers' two tiles, then, where `HIGH`, the rests'.
/// A left tile has a line in a row, a right one a pair of depths.
///
/// # Safety
/// The lines must lie in memory, `to` must have room, and `turn` must be one that the processor can run.
#[inline(always)]
unsafe fn pack<const HIGH: bool>(lines: Lines, is_left: bool, turn: Turn, to: *mut u8) {
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

/// Multiplies two panels: 32 rows by 32 columns.
///
/// # Safety
/// Panels must hold `steps` steps, and the square be the caller's to write.
#[inline(always)]
unsafe fn multiply<T: Tiles, const HIGH: bool>(
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
unsafe fn multiply_pixels<T: Tiles, const HIGH: bool>(
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

/// Splits numbers into their nearest bfloat16 and, where `HIGH`, the nearest to what is left.
///
/// # Safety
/// All three must have `count` numbers; `rests` may be null where they are not wanted.
#[inline(always)]
unsafe fn split<const HIGH: bool>(from: *const f32, count: usize, near: *mut u16, rests: *mut u16) {
    for at in 0..count {
        // SAFETY: the caller's promise.
        unsafe {
            let value = *from.add(at);
            let nears = nearest(value);
            *near.add(at) = (nears.to_bits() >> 16) as u16;
            if HIGH {
                *rests.add(at) = (rest(value, nears).to_bits() >> 16) as u16;
            }
        }
    }
}

/// Kernels over pixels of bfloat16, beside those over panels.
pub trait PixelBackend: Backend {
    fn has_rests(&self) -> bool;
    /// # Safety
    /// As `split`.
    unsafe fn split(&self, from: *const f32, count: usize, near: *mut u16, rests: *mut u16);
    /// # Safety
    /// As `multiply_pixels`, between `enter` and `leave`.
    unsafe fn multiply_pixels(
        &self,
        rows: PixelRows,
        taps: &[usize],
        columns: *const u8,
        sums: *mut f32,
    );
}

/// The units' kernels over pixels, or their stand-in.
pub fn pixel_backend(high: bool) -> Option<&'static dyn PixelBackend> {
    #[cfg(target_arch = "x86_64")]
    if crate::level::Level::detect() == crate::level::Level::Amx {
        return Some(if high {
            &Units::<true>
        } else {
            &Units::<false>
        });
    }
    if emulates_matrix_units() {
        return Some(plain_pixels(high));
    }
    None
}

pub fn plain_pixels(high: bool) -> &'static dyn PixelBackend {
    if high {
        &Plain::<true>
    } else {
        &Plain::<false>
    }
}

impl<const HIGH: bool> PixelBackend for Plain<HIGH> {
    fn has_rests(&self) -> bool {
        HIGH
    }

    unsafe fn split(&self, from: *const f32, count: usize, near: *mut u16, rests: *mut u16) {
        // SAFETY: the caller's promise.
        unsafe { split::<HIGH>(from, count, near, rests) }
    }

    unsafe fn multiply_pixels(
        &self,
        rows: PixelRows,
        taps: &[usize],
        columns: *const u8,
        sums: *mut f32,
    ) {
        // SAFETY: the caller's promise.
        unsafe { multiply_pixels::<_, HIGH>(&mut Emulated::new(), rows, taps, columns, sums) }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx2,fma")]
unsafe fn split_in_vectors<const HIGH: bool>(
    from: *const f32,
    count: usize,
    near: *mut u16,
    rests: *mut u16,
) {
    // SAFETY: the caller's promise.
    unsafe { split::<HIGH>(from, count, near, rests) }
}

#[cfg(target_arch = "x86_64")]
impl<const HIGH: bool> PixelBackend for Units<HIGH> {
    fn has_rests(&self) -> bool {
        HIGH
    }

    unsafe fn split(&self, from: *const f32, count: usize, near: *mut u16, rests: *mut u16) {
        // SAFETY: processors with matrix units have these vectors.
        unsafe { split_in_vectors::<HIGH>(from, count, near, rests) }
    }

    unsafe fn multiply_pixels(
        &self,
        rows: PixelRows,
        taps: &[usize],
        columns: *const u8,
        sums: *mut f32,
    ) {
        // SAFETY: between `enter` and `leave`.
        unsafe { multiply_pixels::<_, HIGH>(&mut super::amx::Amx, rows, taps, columns, sums) }
    }
}

/// What a backend of tiles has in common with the other.
macro_rules! tile_sizes {
    ($high:ident) => {
        fn rows(&self) -> usize {
            PANEL_LINES
        }

        fn columns(&self) -> usize {
            PANEL_LINES
        }

        fn depth(&self) -> usize {
            DEPTH
        }

        fn bytes(&self, depth: usize) -> usize {
            depth.next_multiple_of(TILE_DEPTH) * if $high { 4 } else { 2 }
        }
    };
}

/// In plain code.
struct Plain<const HIGH: bool>;

impl<const HIGH: bool> Backend for Plain<HIGH> {
    tile_sizes!(HIGH);

    unsafe fn pack_left(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack::<HIGH>(lines, true, super::pack::turn_plainly, to) }
    }

    unsafe fn pack_right(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack::<HIGH>(lines, false, super::pack::turn_plainly, to) }
    }

    unsafe fn multiply(&self, depth: usize, left: *const u8, right: *const u8, square: Square) {
        let steps = depth.div_ceil(TILE_DEPTH);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: as the caller's, and the processor has AVX2.
            return unsafe { multiply_emulated_avx2::<HIGH>(steps, left, right, square) };
        }
        // SAFETY: the caller's promise.
        unsafe { multiply::<_, HIGH>(&mut Emulated::new(), steps, left, right, square) }
    }
}

/// The same in wider vectors: tests that train take a fraction of the time.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn multiply_emulated_avx2<const HIGH: bool>(
    steps: usize,
    left: *const u8,
    right: *const u8,
    square: Square,
) {
    // SAFETY: the caller's promise.
    unsafe { multiply::<_, HIGH>(&mut Emulated::new(), steps, left, right, square) }
}

/// On the matrix units.
#[cfg(target_arch = "x86_64")]
struct Units<const HIGH: bool>;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx2,fma")]
unsafe fn pack_in_vectors<const HIGH: bool>(lines: Lines, is_left: bool, to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { pack::<HIGH>(lines, is_left, super::pack::turn_square, to) }
}

#[cfg(target_arch = "x86_64")]
impl<const HIGH: bool> Backend for Units<HIGH> {
    tile_sizes!(HIGH);

    fn enter(&self) {
        // SAFETY: there is such a backend only where the units may be used.
        unsafe { super::amx::configure() }
    }

    fn leave(&self) {
        // SAFETY: as `enter`.
        unsafe { super::amx::release() }
    }

    unsafe fn pack_left(&self, lines: Lines, to: *mut u8) {
        // SAFETY: processors with matrix units have these vectors.
        unsafe { pack_in_vectors::<HIGH>(lines, true, to) }
    }

    unsafe fn pack_right(&self, lines: Lines, to: *mut u8) {
        // SAFETY: as `pack_left`.
        unsafe { pack_in_vectors::<HIGH>(lines, false, to) }
    }

    unsafe fn multiply(&self, depth: usize, left: *const u8, right: *const u8, square: Square) {
        let steps = depth.div_ceil(TILE_DEPTH);
        // SAFETY: between `enter` and `leave`.
        unsafe { multiply::<_, HIGH>(&mut super::amx::Amx, steps, left, right, square) }
    }
}

static UNITS: OnceLock<bool> = OnceLock::new();

/// Whether this process may use matrix units, and they gave the sums that plain code gives when they were asked.
#[cfg(target_arch = "x86_64")]
pub fn has_matrix_units() -> bool {
    *UNITS.get_or_init(|| super::amx::is_allowed() && agrees(&Units::<true>))
}

/// Whether a backend gives the plain code's sums, in whole squares and in parts.
pub fn agrees(backend: &dyn Backend) -> bool {
    use super::plan::{Product, Side, Target, multiply};
    let (rows, columns, depth) = (48, 40, 72);
    let product = Product {
        outer: Vec::new(),
        rows,
        columns,
        depth,
        left: Side {
            outer: Vec::new(),
            line: depth,
            depth: 1,
        },
        right: Side {
            outer: Vec::new(),
            line: 1,
            depth: columns,
        },
        result: Target {
            outer: Vec::new(),
            row: columns,
        },
        alpha: 1.0,
    };
    let numbers = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| ((index * 37 % 101) as f32 - 50.0) / 33.0)
            .collect()
    };
    let (left, right) = (numbers(rows * depth), numbers(columns * depth));
    let alone = |count: usize, piece: &(dyn Fn(usize) + Sync)| (0..count).for_each(piece);
    let run = |backend: &dyn Backend| {
        let mut result = vec![0.0_f32; rows * columns];
        // SAFETY: operands have the product's sizes.
        unsafe {
            multiply(
                &product,
                left.as_ptr(),
                right.as_ptr(),
                std::ptr::null(),
                result.as_mut_ptr(),
                backend,
                &alone,
            );
        }
        result
    };
    let (ours, plain) = (run(backend), run(&Plain::<true>));
    ours.iter()
        .zip(&plain)
        .all(|(ours, plain)| (ours - plain).abs() <= 1e-4)
}
