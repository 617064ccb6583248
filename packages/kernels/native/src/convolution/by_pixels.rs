//! Where channels are many: an image is laid out pixel by pixel, and what a tap saw lies there as it is, one step of the window
//! behind the other. Positions beyond a line's end count zeros.

use super::layout::Layout;
use super::weight::{ENOUGH, Shared, Source, WeightGradient};
use crate::product::{Backend, Lines, Pieces, Scratch, Square, turn};

/// Depth of a block: so many positions are packed at a time.
const BLOCK: usize = 384;
/// Channels of a piece.
const PIECE_CHANNELS: usize = 64;

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
    let channel_pieces = sizes.channels().div_ceil(PIECE_CHANNELS);
    let wide = sizes.groups * channel_pieces;
    let sample_pieces = ENOUGH
        .div_ceil(wide)
        .min(sizes.most_sums())
        .min(sizes.samples);
    let step = sizes.samples.div_ceil(sample_pieces);
    let mut scratch = Scratch::take(sample_pieces * sizes.size() * 4);
    let sums = Shared(scratch.pointer().cast());
    pieces(wide * sample_pieces, &|piece| {
        let (sample_piece, wide_piece) = (piece / wide, piece % wide);
        let first = wide_piece % channel_pieces * PIECE_CHANNELS;
        let count = PIECE_CHANNELS.min(sizes.channels() - first);
        let layout = Layout::of(&sizes.window, count.next_multiple_of(backend.columns()));
        let start = (sample_piece * step).min(sizes.samples);
        let part = Part {
            sizes,
            layout,
            group: wide_piece / channel_pieces,
            channels: (first, count),
            samples: (start, sizes.samples.min(start + step)),
            sums: sums.at(sample_piece * sizes.size()),
        };
        // SAFETY: pieces have different channels or sums of their own.
        unsafe { part.run(gradient, x, backend) };
    });
    let (taps, channels) = (sizes.window.taps(), sizes.channels());
    // From [outputs, taps, channels] of each piece to [outputs, channels, taps].
    pieces(sizes.outputs, &|output| {
        for (tap, channel) in (0..taps).flat_map(|tap| (0..channels).map(move |at| (tap, at))) {
            let place = (output * taps + tap) * channels + channel;
            // SAFETY: places lie in the sums and in the result.
            unsafe {
                *result.at((output * channels + channel) * taps + tap) = (0..sample_pieces)
                    .filter(|index| index * step < sizes.samples)
                    .map(|index| *sums.at(index * sizes.size() + place))
                    .sum();
            }
        }
    });
}

/// Channels of a group over some samples.
struct Part<'a> {
    sizes: &'a WeightGradient,
    layout: Layout<'a>,
    group: usize,
    /// First and number.
    channels: (usize, usize),
    samples: (usize, usize),
    /// [outputs, taps, channels] of all groups.
    sums: *mut f32,
}

impl Part<'_> {
    /// # Safety
    /// As `WeightGradient::run`; the sums of the group's channels must be this thread's to write.
    unsafe fn run(&self, gradient: Source, x: Source, backend: &dyn Backend) {
        let (
            sizes,
            Layout {
                pixels, channels, ..
            },
        ) = (self.sizes, self.layout);
        let left_bytes = backend.rows() * backend.bytes(BLOCK);
        let right_bytes = backend.columns() * backend.bytes(BLOCK);
        let row_panels = sizes.rows().div_ceil(backend.rows());
        let (image_bytes, line_bytes) = (pixels * channels * 4, backend.rows() * BLOCK * 4);
        let total = image_bytes + line_bytes + right_bytes + row_panels * left_bytes;
        let mut scratch = Scratch::take(total);
        // SAFETY: parts of the scratch memory, one behind the other; what is read lies in the operands.
        unsafe {
            let image = scratch.pointer();
            let lines = image.add(image_bytes);
            let right = lines.add(line_bytes);
            let memory = Memory {
                image: image.cast(),
                lines: lines.cast(),
                right,
                left: right.add(right_bytes),
                left_bytes,
            };
            // What is not of the image stays zero.
            memory.image.write_bytes(0, pixels * channels);
            backend.enter();
            for sample in self.samples.0..self.samples.1 {
                let channel =
                    sample * sizes.inputs + self.group * sizes.channels() + self.channels.0;
                let from = x.at(channel * sizes.window.pixels());
                for (pixel, line) in self.layout.lines() {
                    let size = (self.channels.1, sizes.window.image[2]);
                    let to = memory.image.add(pixel * channels);
                    turn(from.add(line), sizes.window.pixels(), size, to, channels);
                }
                for start in (0..self.layout.depth).step_by(BLOCK) {
                    let is_first = sample == self.samples.0 && start == 0;
                    self.add_block(gradient, sample, start, is_first, &memory, backend);
                }
            }
            backend.leave();
        }
    }

    /// Adds the products of a block of positions.
    ///
    /// # Safety
    /// As `run`; the memory must be of these sizes.
    unsafe fn add_block(
        &self,
        gradient: Source,
        sample: usize,
        start: usize,
        is_first: bool,
        memory: &Memory,
        backend: &dyn Backend,
    ) {
        let (sizes, channels) = (self.sizes, self.layout.channels);
        let (height, width) = (backend.rows(), backend.columns());
        let depth = BLOCK.min(self.layout.depth - start);
        let row_panels = sizes.rows().div_ceil(height);
        let (taps, stride) = (sizes.window.taps(), sizes.window.strides[2]);
        // SAFETY: lines, panels and squares lie in the memory of this thread.
        unsafe {
            for panel in 0..row_panels {
                let count = height.min(sizes.rows() - panel * height);
                for row in 0..count {
                    let output = self.group * sizes.rows() + panel * height + row;
                    let to = std::slice::from_raw_parts_mut(memory.lines.add(row * depth), depth);
                    self.gather(gradient, sample * sizes.outputs + output, start, to);
                }
                let lines = Lines {
                    data: memory.lines,
                    count,
                    depth,
                    line_stride: depth,
                    depth_stride: 1,
                };
                backend.pack_left(lines, memory.left.add(panel * memory.left_bytes));
            }
            for tap in 0..taps {
                let pixel = self.layout.pixel(tap) + start * stride;
                for first in (0..self.channels.1).step_by(width) {
                    let lines = Lines {
                        data: memory.image.add(pixel * channels + first),
                        count: width,
                        depth,
                        line_stride: 1,
                        depth_stride: stride * channels,
                    };
                    backend.pack_right(lines, memory.right);
                    for panel in 0..row_panels {
                        let row = self.group * sizes.rows() + panel * height;
                        let place = (row * taps + tap) * sizes.channels() + self.channels.0 + first;
                        let square = Square {
                            result: self.sums.add(place),
                            row_stride: taps * sizes.channels(),
                            rows: height.min(sizes.rows() - panel * height),
                            columns: width.min(self.channels.1 - first),
                            alpha: 1.0,
                            bias: std::ptr::null(),
                            adds: !is_first,
                        };
                        let left = memory.left.add(panel * memory.left_bytes);
                        backend.multiply(depth, left, memory.right, square);
                    }
                }
            }
        }
    }

    /// The gradient of an output's positions from `start`, zeros beyond lines' ends.
    ///
    /// # Safety
    /// As `run`.
    unsafe fn gather(&self, gradient: Source, output: usize, start: usize, to: &mut [f32]) {
        let window = &self.sizes.window;
        let [planes, rows, columns] = window.output;
        to.fill(0.0);
        let end = start + to.len();
        for (plane, row) in (0..planes).flat_map(|plane| (0..rows).map(move |row| (plane, row))) {
            let place = self.layout.place([plane, row]);
            let (begin, finish) = (place.max(start), (place + columns).min(end));
            if begin >= finish {
                continue;
            }
            let line = (output * planes + plane) * rows + row;
            let from = gradient.at(line * columns + begin - place);
            // SAFETY: part of a line of the output.
            let from = unsafe { std::slice::from_raw_parts(from, finish - begin) };
            to[begin - start..finish - start].copy_from_slice(from);
        }
    }
}

/// Memory of a thread: an image, lines before they are packed, and what is packed.
struct Memory {
    image: *mut f32,
    lines: *mut f32,
    right: *mut u8,
    left: *mut u8,
    left_bytes: usize,
}
