//! The matrix units of x86-64 (Intel Software Developer's Manual, volume 1, chapter 18).

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;

use super::tiles::Tiles;

/// Tiles of the thread, between `configure` and `release`.
pub struct Amx;

/// Palette 1: eight tiles of sixteen rows of 64 bytes.
#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

static CONFIGURATION: Configuration = Configuration {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    row_bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// Whether the processor has tiles of bfloat16 and the kernel lets this process use them.
pub fn is_allowed() -> bool {
    let leaf = __cpuid_count(0, 0).eax;
    if leaf < 7 {
        return false;
    }
    let features = __cpuid_count(7, 0).edx;
    let (bfloat16, tile) = (features >> 22 & 1, features >> 24 & 1);
    bfloat16 == 1 && tile == 1 && ask()
}

#[cfg(target_os = "linux")]
fn ask() -> bool {
    unsafe extern "C" {
        fn syscall(number: std::ffi::c_long, ...) -> std::ffi::c_long;
    }
    const ARCH_PRCTL: std::ffi::c_long = 158;
    const REQUEST_PERMISSION: std::ffi::c_long = 0x1023;
    const TILE_DATA: std::ffi::c_long = 18;
    // SAFETY: a request that changes nothing but what this process may use.
    unsafe { syscall(ARCH_PRCTL, REQUEST_PERMISSION, TILE_DATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn ask() -> bool {
    false
}

/// Gives this thread its tiles.
///
/// # Safety
/// `is_allowed` must have said so.
pub unsafe fn configure() {
    // SAFETY: the instruction reads the 64 bytes of the configuration.
    unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const CONFIGURATION, options(nostack, readonly)) }
}

/// # Safety
/// As `configure`.
pub unsafe fn release() {
    // SAFETY: the instruction only empties the tiles.
    unsafe { asm!("tilerelease", options(nostack, nomem)) }
}

impl Tiles for Amx {
    #[inline(always)]
    unsafe fn zero<const TILE: usize>(&mut self) {
        // SAFETY: the caller's promise.
        unsafe { asm!("tilezero tmm{}", const TILE, options(nostack, nomem)) }
    }

    #[inline(always)]
    unsafe fn load<const TILE: usize>(&mut self, from: *const u8, stride: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            asm!("tileloadd tmm{}, [{} + {}]", const TILE, in(reg) from, in(reg) stride, options(nostack, readonly))
        }
    }

    #[inline(always)]
    unsafe fn store<const TILE: usize>(&mut self, to: *mut u8, stride: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            asm!("tilestored [{} + {}], tmm{}", in(reg) to, in(reg) stride, const TILE, options(nostack))
        }
    }

    #[inline(always)]
    unsafe fn multiply<const SUM: usize, const LEFT: usize, const RIGHT: usize>(&mut self) {
        // SAFETY: the caller's promise.
        unsafe {
            asm!("tdpbf16ps tmm{}, tmm{}, tmm{}", const SUM, const LEFT, const RIGHT, options(nostack, nomem))
        }
    }
}
