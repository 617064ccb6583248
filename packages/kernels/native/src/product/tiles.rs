//! Tiles of the matrix units: sixteen rows of 64 bytes each.

/// The instructions that kernels need. Numbers name tiles, 0 … 7.
pub trait Tiles {
    /// # Safety
    /// `TILE` is below 8.
    unsafe fn zero<const TILE: usize>(&mut self);
    /// # Safety
    /// Sixteen rows of 64 bytes, `stride` bytes from one to the next, must lie at `from`.
    unsafe fn load<const TILE: usize>(&mut self, from: *const u8, stride: usize);
    /// # Safety
    /// As `load`, for the caller to write.
    unsafe fn store<const TILE: usize>(&mut self, to: *mut u8, stride: usize);
    /// Adds to a tile of float32 the product of a tile of rows of bfloat16 and one of pairs of rows.
    ///
    /// # Safety
    /// Tiles are below 8.
    unsafe fn multiply<const SUM: usize, const LEFT: usize, const RIGHT: usize>(&mut self);
}

/// The matrix units' arithmetic in plain code.
pub struct Emulated {
    tiles: [[u32; 256]; 8],
}

impl Emulated {
    pub fn new() -> Emulated {
        Emulated {
            tiles: [[0; 256]; 8],
        }
    }
}

/// The float32 of the upper or lower bfloat16 of a pair.
#[inline(always)]
fn widened(pair: u32, upper: bool) -> f32 {
    f32::from_bits(if upper {
        pair & 0xffff_0000
    } else {
        pair << 16
    })
}

impl Tiles for Emulated {
    #[inline(always)]
    unsafe fn zero<const TILE: usize>(&mut self) {
        self.tiles[TILE] = [0; 256];
    }

    #[inline(always)]
    unsafe fn load<const TILE: usize>(&mut self, from: *const u8, stride: usize) {
        for (row, numbers) in self.tiles[TILE].chunks_exact_mut(16).enumerate() {
            for (column, number) in numbers.iter_mut().enumerate() {
                // SAFETY: the caller's promise.
                *number = unsafe {
                    from.add(row * stride + column * 4)
                        .cast::<u32>()
                        .read_unaligned()
                };
            }
        }
    }

    #[inline(always)]
    unsafe fn store<const TILE: usize>(&mut self, to: *mut u8, stride: usize) {
        for (row, numbers) in self.tiles[TILE].chunks_exact(16).enumerate() {
            for (column, &number) in numbers.iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe {
                    to.add(row * stride + column * 4)
                        .cast::<u32>()
                        .write_unaligned(number)
                };
            }
        }
    }

    #[inline(always)]
    unsafe fn multiply<const SUM: usize, const LEFT: usize, const RIGHT: usize>(&mut self) {
        for row in 0..16 {
            let mut even = [0.0_f32; 16];
            let mut odd = [0.0_f32; 16];
            for pair in 0..16 {
                let factors = self.tiles[LEFT][row * 16 + pair];
                let numbers = &self.tiles[RIGHT][pair * 16..pair * 16 + 16];
                for column in 0..16 {
                    even[column] += widened(factors, false) * widened(numbers[column], false);
                    odd[column] += widened(factors, true) * widened(numbers[column], true);
                }
            }
            for column in 0..16 {
                let sum = &mut self.tiles[SUM][row * 16 + column];
                *sum = (f32::from_bits(*sum) + (even[column] + odd[column])).to_bits();
            }
        }
    }
}
