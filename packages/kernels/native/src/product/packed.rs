//! A right operand in panels, and its products with rows.

use super::backend::{Backend, Pieces, Square};
use super::pack::Lines;
use super::scratch::Scratch;

/// A pointer that pieces share, each for a part of its own.
#[derive(Clone, Copy)]
struct Shared(*mut u8);

// SAFETY: pieces write to different parts, and read only what an earlier round wrote.
unsafe impl Sync for Shared {}

impl Shared {
    fn at(&self, bytes: usize) -> *mut u8 {
        // SAFETY: within the scratch memory, whose size the plan counted.
        unsafe { self.0.add(bytes) }
    }
}

/// Depths at which blocks end: of equal size, so that none is a sliver.
fn depth_blocks(depth: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = depth.div_ceil(most).max(1);
    let size = depth.div_ceil(count).next_multiple_of(32).min(most);
    (0..count).map(move |index| {
        let first = (index * size).min(depth);
        (first, size.min(depth - first))
    })
}

/// Where a product's rows go.
#[derive(Clone, Copy)]
pub struct Rows {
    pub result: *mut f32,
    pub row_stride: usize,
    pub alpha: f32,
    /// Of all columns, or null.
    pub bias: *const f32,
    /// Whether the product is added to what is there.
    pub adds: bool,
}

/// A right operand in panels, for as many products as need it.
pub struct Packed {
    scratch: Scratch,
    columns: usize,
    pub panels: usize,
    panel_bytes: usize,
    /// Where blocks of depth begin, and how deep they are.
    blocks: Vec<(usize, usize)>,
}

// SAFETY: it is only read once it is made.
unsafe impl Sync for Packed {}

impl Packed {
    /// # Safety
    /// The columns must lie in memory.
    pub unsafe fn columns(columns: Lines, backend: &dyn Backend, pieces: Pieces) -> Packed {
        let width = backend.columns();
        let panels = columns.count.div_ceil(width);
        let blocks: Vec<(usize, usize)> = depth_blocks(columns.depth, backend.depth()).collect();
        let panel_bytes: usize = blocks
            .iter()
            .map(|&(_, depth)| width * backend.bytes(depth))
            .sum();
        let mut scratch = Scratch::take(panels * panel_bytes);
        let shared = (columns, Shared(scratch.pointer()));
        // Small panels are packed several at a time.
        let together = (16384 / panel_bytes.max(1)).clamp(1, panels.max(1));
        pieces(panels.div_ceil(together), &|piece| {
            // As a whole: it is the pair that threads may share.
            let (columns, to) = shared;
            backend.enter();
            for panel in piece * together..panels.min((piece + 1) * together) {
                let mut bytes = panel * panel_bytes;
                for &(start, depth) in &blocks {
                    // SAFETY: the panel's columns lie in memory, its bytes in the scratch memory.
                    unsafe {
                        let part = columns.part(panel * width, width, start, depth);
                        backend.pack_right(part, to.at(bytes));
                    }
                    bytes += width * backend.bytes(depth);
                }
            }
            backend.leave();
        });
        Packed {
            scratch,
            columns: columns.count,
            panels,
            panel_bytes,
            blocks,
        }
    }

    /// Multiplies rows with the columns of some panels.
    ///
    /// # Safety
    /// Rows must lie in memory and be as deep as the columns, results be the caller's to write, a bias have all columns; the
    /// backend must be the one that packed.
    pub unsafe fn multiply(
        &self,
        rows: Lines,
        into: Rows,
        panels: (usize, usize),
        backend: &dyn Backend,
    ) {
        let (height, width) = (backend.rows(), backend.columns());
        let row_panels = rows.count.div_ceil(height);
        let most = self.blocks.iter().map(|&(_, depth)| depth).max();
        let mut packed =
            Scratch::take(row_panels * height * backend.bytes(most.unwrap_or_default()));
        let left = packed.pointer();
        backend.enter();
        let mut before = 0;
        for (index, &(start, depth)) in self.blocks.iter().enumerate() {
            let left_bytes = height * backend.bytes(depth);
            for panel in 0..row_panels {
                // SAFETY: the panel's rows lie in memory, its bytes in the scratch memory.
                unsafe {
                    let part = rows.part(panel * height, height, start, depth);
                    backend.pack_left(part, left.add(panel * left_bytes));
                }
            }
            for column_panel in panels.0..panels.1 {
                let column = column_panel * width;
                for panel in 0..row_panels {
                    let row = panel * height;
                    // SAFETY: the square lies in the results; panels were packed for this depth.
                    unsafe {
                        let square = Square {
                            result: into.result.add(row * into.row_stride + column),
                            row_stride: into.row_stride,
                            rows: height.min(rows.count - row),
                            columns: width.min(self.columns - column),
                            alpha: into.alpha,
                            bias: match into.bias.is_null() {
                                true => into.bias,
                                false => into.bias.add(column),
                            },
                            adds: into.adds || index > 0,
                        };
                        let right = self.scratch.start().add(column_panel * self.panel_bytes);
                        let left = left.add(panel * left_bytes);
                        backend.multiply(depth, left, right.add(before), square);
                    }
                }
            }
            before += width * backend.bytes(depth);
        }
        backend.leave();
    }
}
