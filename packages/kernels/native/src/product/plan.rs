//! How a product is cut: by its shape alone, so that its bits do not depend on the number of threads.

use super::backend::{Backend, Pieces};
use super::pack::Lines;
use super::packed::{Packed, Rows};

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
