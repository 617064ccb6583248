//! Products of float32 panels, by the instruction sets.

use super::backend::{Backend, Square};
use super::pack::{Lines, pack_panel};
use crate::level::Level;

/// Depth of a block: a panel of the right operand stays in the first cache.
const DEPTH: usize = 384;

/// The float32 kernels of a level.
pub fn backend(level: Level) -> &'static dyn Backend {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Amx | Level::Avx512 => &Avx512,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => &Avx2,
        _ => &Plain,
    }
}

struct Plain;

impl Backend for Plain {
    fn rows(&self) -> usize {
        4
    }

    fn columns(&self) -> usize {
        8
    }

    fn depth(&self) -> usize {
        DEPTH
    }

    fn bytes(&self, depth: usize) -> usize {
        depth * 4
    }

    unsafe fn pack_left(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack_panel::<4>(lines, to.cast()) }
    }

    unsafe fn pack_right(&self, lines: Lines, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { pack_panel::<8>(lines, to.cast()) }
    }

    unsafe fn multiply(&self, depth: usize, left: *const u8, right: *const u8, square: Square) {
        let (left, right) = (left.cast::<[f32; 4]>(), right.cast::<[f32; 8]>());
        let mut sums = [[0.0_f32; 8]; 4];
        for at in 0..depth {
            // SAFETY: panels hold `depth` lines.
            let (left, right) = unsafe { (&*left.add(at), &*right.add(at)) };
            for (sums, &factor) in sums.iter_mut().zip(left) {
                for (sum, &number) in sums.iter_mut().zip(right) {
                    *sum += factor * number;
                }
            }
        }
        // SAFETY: the caller's promise.
        unsafe { square.store(&sums) }
    }
}

/// A backend of vectors: `ROWS` rows by two vectors of `WIDTH` numbers.
#[cfg(target_arch = "x86_64")]
macro_rules! vector_backend {
    ($name:ident, $features:literal, $rows:literal, $width:literal, $vector:ident, $zero:ident, $load:ident, $store:ident,
     $broadcast:ident, $add:ident, $multiply:ident, $multiply_add:ident) => {
        struct $name;

        impl Backend for $name {
            fn rows(&self) -> usize {
                $rows
            }

            fn columns(&self) -> usize {
                2 * $width
            }

            fn depth(&self) -> usize {
                DEPTH
            }

            fn bytes(&self, depth: usize) -> usize {
                depth * 4
            }

            unsafe fn pack_left(&self, lines: Lines, to: *mut u8) {
                #[target_feature(enable = $features)]
                unsafe fn pack(lines: Lines, to: *mut u8) {
                    // SAFETY: the caller's promise.
                    unsafe { pack_panel::<$rows>(lines, to.cast()) }
                }
                // SAFETY: the level is one that this processor has.
                unsafe { pack(lines, to) }
            }

            unsafe fn pack_right(&self, lines: Lines, to: *mut u8) {
                // SAFETY: the level is one that this processor has.
                unsafe { super::pack::pack_panel_turned::<{ 2 * $width }>(lines, to.cast()) }
            }

            unsafe fn multiply(
                &self,
                depth: usize,
                left: *const u8,
                right: *const u8,
                square: Square,
            ) {
                use std::arch::x86_64::*;
                #[target_feature(enable = $features)]
                unsafe fn run(
                    depth: usize,
                    mut left: *const f32,
                    mut right: *const f32,
                    square: Square,
                ) {
                    // SAFETY: panels hold `depth` lines, and the square is the caller's to write.
                    unsafe {
                        let mut sums = [[$zero(); 2]; $rows];
                        for _ in 0..depth {
                            let (first, second) = ($load(right), $load(right.add($width)));
                            for (row, sums) in sums.iter_mut().enumerate() {
                                let factor = $broadcast(*left.add(row));
                                sums[0] = $multiply_add(factor, first, sums[0]);
                                sums[1] = $multiply_add(factor, second, sums[1]);
                            }
                            left = left.add($rows);
                            right = right.add(2 * $width);
                        }
                        if square.rows < $rows || square.columns < 2 * $width {
                            let mut kept = [[0.0_f32; 2 * $width]; $rows];
                            for (row, sums) in sums.iter().enumerate() {
                                $store(kept[row].as_mut_ptr(), sums[0]);
                                $store(kept[row].as_mut_ptr().add($width), sums[1]);
                            }
                            return square.store(&kept);
                        }
                        for (row, sums) in sums.iter().enumerate() {
                            for (half, &sum) in sums.iter().enumerate() {
                                let place =
                                    square.result.add(row * square.row_stride + half * $width);
                                let mut value = sum;
                                if square.alpha != 1.0 {
                                    value = $multiply(value, $broadcast(square.alpha));
                                }
                                if square.adds {
                                    value = $add(value, $load(place));
                                } else if !square.bias.is_null() {
                                    value = $add(value, $load(square.bias.add(half * $width)));
                                }
                                $store(place, value);
                            }
                        }
                    }
                }
                // SAFETY: the level is one that this processor has; the rest is the caller's promise.
                unsafe { run(depth, left.cast(), right.cast(), square) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vector_backend!(
    Avx2,
    "avx2,fma",
    6,
    8,
    __m256,
    _mm256_setzero_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps
);
#[cfg(target_arch = "x86_64")]
vector_backend!(
    Avx512,
    "avx512f,avx2,fma",
    14,
    16,
    __m512,
    _mm512_setzero_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps
);
