//! How a product is cut: by its shape alone, so that its bits do not depend on the number of threads.

use super::pack::Lines;
use super::scratch::Scratch;

/// Numbers from one to the next: along each outer dimension, from a line to the next one, along the depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    pub outer: Vec<usize>,
    pub line: usize,
    pub depth: usize,
}

/// Where results go; columns lie side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub outer: Vec<usize>,
    pub row: usize,
}

/// `result[outer][row][column] = alpha * sum over depth of left[outer][row][depth] * right[outer][column][depth] + bias[column]`.
#[derive(Clone, Debug)]
pub struct Product {
    pub outer: Vec<usize>,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub left: Side,
    pub right: Side,
    pub result: Target,
    pub alpha: f32,
}

impl Product {
    /// Numbers that the left operand must have.
    pub fn left_size(&self) -> usize {
        self.side_size(&self.left, self.rows)
    }

    /// Numbers that the right operand must have.
    pub fn right_size(&self) -> usize {
        self.side_size(&self.right, self.columns)
    }

    fn side_size(&self, side: &Side, lines: usize) -> usize {
        let axes = self.outer.iter().zip(&side.outer);
        let inner = [(&lines, &side.line), (&self.depth, &side.depth)];
        reach(axes.chain(inner))
    }

    /// Numbers that the result must have.
    pub fn result_size(&self) -> usize {
        let axes = self.outer.iter().zip(&self.result.outer);
        reach(axes.chain([(&self.rows, &self.result.row), (&self.columns, &1)]))
    }
}

/// One more than the place of the last number; 0 where there is none.
fn reach<'a>(axes: impl Iterator<Item = (&'a usize, &'a usize)>) -> usize {
    axes.map(|(&size, &stride)| size.checked_sub(1).map(|last| last * stride))
        .sum::<Option<usize>>()
        .map_or(0, |last| last + 1)
}

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

/// Memory of one matrix of each operand.
#[derive(Clone, Copy)]
struct Operands {
    left: *const f32,
    right: *const f32,
    bias: *const f32,
    result: *mut f32,
}

// SAFETY: operands are read, and pieces write to different parts of the result.
unsafe impl Sync for Operands {}
unsafe impl Send for Operands {}

impl Operands {
    /// # Safety
    /// The place must lie in the operand.
    unsafe fn left_at(&self, place: usize) -> *const f32 {
        // SAFETY: the caller's promise.
        unsafe { self.left.add(place) }
    }

    /// # Safety
    /// The place must lie in the result.
    unsafe fn result_at(&self, place: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.result.add(place) }
    }
}

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

/// Rows that a piece packs at once: their panels stay in the second cache.
const PIECE_ROWS: usize = 96;
/// Matrices this many are pieces themselves.
const MANY: usize = 8;
/// Fewer pieces than this leave threads waiting, so columns are cut too.
const ENOUGH: usize = 16;

/// Multiplies.
///
/// # Safety
/// Operands must have the sizes that the product says; `bias` is null or has `columns` numbers; no result overlaps an operand.
pub unsafe fn multiply(
    product: &Product,
    left: *const f32,
    right: *const f32,
    bias: *const f32,
    result: *mut f32,
    backend: &dyn Backend,
    pieces: Pieces,
) {
    let count: usize = product.outer.iter().product();
    if count == 0 || product.rows == 0 || product.columns == 0 {
        return;
    }
    let operands = Operands {
        left,
        right,
        bias,
        result,
    };
    let matrix = move |index: usize| {
        let operands = operands;
        let (mut rest, mut left, mut right, mut result) = (index, 0, 0, 0);
        for (axis, &size) in product.outer.iter().enumerate().rev() {
            let at = rest % size;
            rest /= size;
            left += at * product.left.outer[axis];
            right += at * product.right.outer[axis];
            result += at * product.result.outer[axis];
        }
        // SAFETY: within the operands, by the caller's promise.
        unsafe {
            Operands {
                left: operands.left.add(left),
                right: operands.right.add(right),
                bias: operands.bias,
                result: operands.result.add(result),
            }
        }
    };
    let alone = |count: usize, piece: &(dyn Fn(usize) + Sync)| (0..count).for_each(piece);
    // SAFETY: the caller's promise.
    unsafe {
        if count >= MANY {
            pieces(count, &|index| {
                multiply_matrix(product, matrix(index), backend, &alone)
            });
        } else {
            for index in 0..count {
                multiply_matrix(product, matrix(index), backend, pieces);
            }
        }
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

unsafe fn multiply_matrix(
    product: &Product,
    operands: Operands,
    backend: &dyn Backend,
    pieces: Pieces,
) {
    let columns = Lines {
        data: operands.right,
        count: product.columns,
        depth: product.depth,
        line_stride: product.right.line,
        depth_stride: product.right.depth,
    };
    // SAFETY: the columns lie in the operand.
    let right = unsafe { Packed::columns(columns, backend, pieces) };
    let piece_rows = (PIECE_ROWS / backend.rows()).max(1) * backend.rows();
    let row_pieces = product.rows.div_ceil(piece_rows);
    let column_pieces = ENOUGH
        .div_ceil(row_pieces)
        .min(right.panels.div_ceil(8))
        .max(1);
    let piece_panels = right.panels.div_ceil(column_pieces);
    pieces(row_pieces * column_pieces, &|piece| {
        let row = piece / column_pieces * piece_rows;
        let panel = piece % column_pieces * piece_panels;
        // SAFETY: rows lie in their operands, and pieces have different rows or columns.
        unsafe {
            let rows = Lines {
                data: operands.left_at(row * product.left.line),
                count: piece_rows.min(product.rows - row),
                depth: product.depth,
                line_stride: product.left.line,
                depth_stride: product.left.depth,
            };
            let into = Rows {
                result: operands.result_at(row * product.result.row),
                row_stride: product.result.row,
                alpha: product.alpha,
                bias: operands.bias,
                adds: false,
            };
            let panels = (panel, right.panels.min(panel + piece_panels));
            right.multiply(rows, into, panels, backend);
        }
    });
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
