//! What multiplies: small kernels over panels, one set for each kind of number and instruction set.

use super::pack::Lines;

/// A small part of the result, as one call of a kernel makes it.
#[derive(Clone, Copy)]
pub struct Square {
    pub result: *mut f32,
    pub row_stride: usize,
    /// Rows and columns that are there: at most those of the kernel.
    pub rows: usize,
    pub columns: usize,
    pub alpha: f32,
    /// Of these columns, or null.
    pub bias: *const f32,
    /// Whether earlier depths are in the result already.
    pub adds: bool,
}

impl Square {
    /// A result from its sum and what is there.
    ///
    /// # Safety
    /// The bias, where there is one, must have the column.
    #[inline(always)]
    unsafe fn finish(&self, sum: f32, there: f32, column: usize) -> f32 {
        let value = sum * self.alpha;
        match (self.adds, self.bias.is_null()) {
            (true, _) => value + there,
            (false, true) => value,
            // SAFETY: the caller's promise.
            (false, false) => value + unsafe { *self.bias.add(column) },
        }
    }

    /// Writes what is there of a kernel's sums.
    ///
    /// # Safety
    /// The result must be the caller's to write, and the bias, where there is one, have its columns.
    #[inline(always)]
    pub unsafe fn store<const ROWS: usize, const COLUMNS: usize>(
        &self,
        sums: &[[f32; COLUMNS]; ROWS],
    ) {
        for (row, sums) in sums.iter().enumerate().take(self.rows) {
            for (column, &sum) in sums.iter().enumerate().take(self.columns) {
                // SAFETY: the caller's promise.
                unsafe {
                    let place = self.result.add(row * self.row_stride + column);
                    let there = if self.adds { *place } else { 0.0 };
                    *place = self.finish(sum, there, column);
                }
            }
        }
    }
}

/// Kernels over panels: lines of the left operand by lines of the right one.
pub trait Backend: Sync {
    /// Lines of a left panel.
    fn rows(&self) -> usize;
    /// Lines of a right panel.
    fn columns(&self) -> usize;
    /// The most depth of a block; blocks end at its multiples.
    fn depth(&self) -> usize;
    /// Bytes of a packed line of such a depth.
    fn bytes(&self, depth: usize) -> usize;
    /// Readies the thread that packs and multiplies.
    fn enter(&self) {}
    /// Ends what `enter` began.
    fn leave(&self) {}
    /// # Safety
    /// Lines must lie in memory, and `to` must have `rows() * bytes(depth)` bytes.
    unsafe fn pack_left(&self, lines: Lines, to: *mut u8);
    /// # Safety
    /// Lines must lie in memory, and `to` must have `columns() * bytes(depth)` bytes.
    unsafe fn pack_right(&self, lines: Lines, to: *mut u8);
    /// # Safety
    /// Panels must have been packed for this depth, between `enter` and `leave`, and the square be the caller's to write.
    unsafe fn multiply(&self, depth: usize, left: *const u8, right: *const u8, square: Square);
}

/// Runs pieces 0 … count - 1, on any threads.
pub type Pieces<'a> = &'a dyn Fn(usize, &(dyn Fn(usize) + Sync));
