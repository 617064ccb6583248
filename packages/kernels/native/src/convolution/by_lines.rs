//! Where channels are few: what a tap of a channel saw is a line, and lines are turned into panels.

use super::weight::{ENOUGH, Shared, Source, WeightGradient};
use crate::product::{Backend, Lines, Pieces, Scratch, Square};

/// Depth of a block: so many positions of samples are packed at a time.
const BLOCK: usize = 384;
/// Columns of a piece: its left panels are packed once for all of them.
const PIECE_PANELS: usize = 12;
/// Blocks that a piece should have at least.
const LEAST_BLOCKS: usize = 4;

/// Part of the sums: columns of a group over part of all positions of all samples.
struct Part {
    group: usize,
    panels: (usize, usize),
    depth: (usize, usize),
    sums: *mut f32,
}

struct ByLines<'a>(&'a WeightGradient);

/// # Safety
/// As `WeightGradient::run`.
pub unsafe fn run(
    sizes: &WeightGradient,
    gradient: Source,
    x: Source,
    result: Shared,
    backend: &dyn Backend,
    pieces: Pieces,
) {
    let own = ByLines(sizes);
    let panels = own.columns().div_ceil(backend.columns());
    let column_pieces = panels.div_ceil(PIECE_PANELS);
    let wide = sizes.groups * column_pieces;
    let most = (own.depth() / (BLOCK * LEAST_BLOCKS)).min(sizes.most_sums());
    let depth_pieces = ENOUGH.div_ceil(wide).min(most).max(1);
    let step = own.depth().div_ceil(depth_pieces).next_multiple_of(BLOCK);
    let mut scratch = Scratch::take(match depth_pieces {
        1 => 0,
        count => count * sizes.size() * 4,
    });
    let sums = match depth_pieces {
        1 => result,
        _ => Shared(scratch.pointer().cast()),
    };
    pieces(wide * depth_pieces, &|piece| {
        let (depth_piece, wide_piece) = (piece / wide, piece % wide);
        let (group, first) = (
            wide_piece / column_pieces,
            wide_piece % column_pieces * PIECE_PANELS,
        );
        let start = (depth_piece * step).min(own.depth());
        let part = Part {
            group,
            panels: (first, panels.min(first + PIECE_PANELS)),
            depth: (start, own.depth().min(start + step)),
            sums: sums.at(depth_piece * sizes.size()),
        };
        // SAFETY: pieces have different columns or sums of their own.
        unsafe { own.run_part(&part, gradient, x, backend) };
    });
    if depth_pieces == 1 {
        return;
    }
    let numbers = 16384;
    pieces(sizes.size().div_ceil(numbers), &|piece| {
        let first = piece * numbers;
        for place in first..sizes.size().min(first + numbers) {
            // SAFETY: places lie in the sums and in the result.
            unsafe {
                *result.at(place) = (0..depth_pieces)
                    .map(|index| *sums.at(index * sizes.size() + place))
                    .sum();
            }
        }
    });
}

impl ByLines<'_> {
    /// Channels of a group times taps.
    fn columns(&self) -> usize {
        self.0.channels() * self.0.window.taps()
    }

    fn depth(&self) -> usize {
        self.0.samples * self.0.window.positions()
    }

    /// # Safety
    /// As `run`; the part's sums must be this thread's to write.
    unsafe fn run_part(&self, part: &Part, gradient: Source, x: Source, backend: &dyn Backend) {
        let (height, width) = (backend.rows(), backend.columns());
        let row_panels = self.0.rows().div_ceil(height);
        let line = height.max(width) * BLOCK * 4;
        let (left_bytes, right_bytes) =
            (height * backend.bytes(BLOCK), width * backend.bytes(BLOCK));
        let mut scratch = Scratch::take(line + right_bytes + row_panels * left_bytes);
        // SAFETY: parts of the scratch memory, one behind the other.
        let (lines, right, left) = unsafe {
            let start = scratch.pointer();
            (
                start.cast::<f32>(),
                start.add(line),
                start.add(line + right_bytes),
            )
        };
        let sums = Shared(part.sums);
        let own = part.group * self.0.rows() * self.columns();
        backend.enter();
        let mut start = part.depth.0;
        loop {
            let depth = BLOCK.min(part.depth.1 - start);
            let gathered = |count: usize| Lines {
                data: lines,
                count,
                depth,
                line_stride: depth,
                depth_stride: 1,
            };
            // SAFETY: what is gathered lies in the operands; panels and squares in memory of this thread.
            unsafe {
                for panel in 0..row_panels {
                    let count = height.min(self.0.rows() - panel * height);
                    for row in 0..count {
                        let output = part.group * self.0.rows() + panel * height + row;
                        let to = std::slice::from_raw_parts_mut(lines.add(row * depth), depth);
                        self.gather_gradient(gradient, output, start, to);
                    }
                    backend.pack_left(gathered(count), left.add(panel * left_bytes));
                }
                for panel in part.panels.0..part.panels.1 {
                    let first = panel * width;
                    let count = width.min(self.columns() - first);
                    for column in 0..count {
                        let to = std::slice::from_raw_parts_mut(lines.add(column * depth), depth);
                        self.gather_windows(x, part.group, first + column, start, to);
                    }
                    backend.pack_right(gathered(count), right);
                    for row_panel in 0..row_panels {
                        let row = row_panel * height;
                        let square = Square {
                            result: sums.at(own + row * self.columns() + first),
                            row_stride: self.columns(),
                            rows: height.min(self.0.rows() - row),
                            columns: count,
                            alpha: 1.0,
                            bias: std::ptr::null(),
                            adds: start > part.depth.0,
                        };
                        backend.multiply(depth, left.add(row_panel * left_bytes), right, square);
                    }
                }
            }
            start += depth;
            if start >= part.depth.1 {
                break;
            }
        }
        backend.leave();
    }

    /// Gradients of an output's positions, over samples.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn gather_gradient(
        &self,
        gradient: Source,
        output: usize,
        start: usize,
        to: &mut [f32],
    ) {
        let positions = self.0.window.positions();
        self.by_sample(start, to, |sample, first, run| {
            let from = gradient.at((sample * self.0.outputs + output) * positions + first);
            // SAFETY: positions of one output of one sample.
            run.copy_from_slice(unsafe { std::slice::from_raw_parts(from, run.len()) });
        });
    }

    /// What a tap of a channel saw at positions, over samples.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn gather_windows(
        &self,
        x: Source,
        group: usize,
        column: usize,
        start: usize,
        to: &mut [f32],
    ) {
        let taps = self.0.window.taps();
        let channel = group * self.0.channels() + column / taps;
        self.by_sample(start, to, |sample, first, run| {
            let image = x.at((sample * self.0.inputs + channel) * self.0.window.pixels());
            // SAFETY: a channel of one sample.
            unsafe { self.0.window.gather(image, column % taps, first, run) };
        });
    }

    /// Calls for each sample with the first position and the part of `to` that is the sample's.
    fn by_sample(
        &self,
        start: usize,
        to: &mut [f32],
        mut each: impl FnMut(usize, usize, &mut [f32]),
    ) {
        let positions = self.0.window.positions();
        let mut done = 0;
        while done < to.len() {
            let at = start + done;
            let count = (positions - at % positions).min(to.len() - done);
            each(at / positions, at % positions, &mut to[done..done + count]);
            done += count;
        }
    }
}
