//! The kernels on matrix units, and their arithmetic in plain code.

use super::multiply::{PixelRows, multiply, multiply_pixels};
use super::numbers::split;
use super::pack::pack;
use super::{DEPTH, PANEL_LINES, TILE_DEPTH};
use crate::level::emulates_matrix_units;
use crate::product::backend::{Backend, Square};
use crate::product::pack::Lines;
use crate::product::tiles::Emulated;

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
        unsafe {
            multiply_pixels::<_, HIGH>(&mut crate::product::amx::Amx, rows, taps, columns, sums)
        }
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
pub struct Plain<const HIGH: bool>;

impl<const HIGH: bool> Backend for Plain<HIGH> {
    tile_sizes!(HIGH);

    unsafe fn pack_left(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack::<HIGH>(lines, true, crate::product::pack::turn_plainly, to) }
    }

    unsafe fn pack_right(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack::<HIGH>(lines, false, crate::product::pack::turn_plainly, to) }
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
pub struct Units<const HIGH: bool>;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx2,fma")]
unsafe fn pack_in_vectors<const HIGH: bool>(lines: Lines, is_left: bool, to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { pack::<HIGH>(lines, is_left, crate::product::pack::turn_square, to) }
}

#[cfg(target_arch = "x86_64")]
impl<const HIGH: bool> Backend for Units<HIGH> {
    tile_sizes!(HIGH);

    fn enter(&self) {
        // SAFETY: there is such a backend only where the units may be used.
        unsafe { crate::product::amx::configure() }
    }

    fn leave(&self) {
        // SAFETY: as `enter`.
        unsafe { crate::product::amx::release() }
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
        unsafe { multiply::<_, HIGH>(&mut crate::product::amx::Amx, steps, left, right, square) }
    }
}
