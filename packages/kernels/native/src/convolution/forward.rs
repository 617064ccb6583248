//! The convolution itself on matrix units: pixels become bfloat16 once, and every tap multiplies them where they lie.

use super::layout::Layout;
use super::weight::{Shared, Source, WeightGradient};
use crate::product::{Lines, Pieces, PixelBackend, PixelRows, Scratch, turn};

/// Rows and columns of a product of tiles.
const PANEL: usize = 32;

/// Sizes as of the gradient, one group.
pub struct Convolution {
    pub sizes: WeightGradient,
}

/// Weights in panels of outputs, tap behind tap.
struct Weights {
    scratch: Scratch,
    panel_bytes: usize,
}

// SAFETY: they are only read once they are packed.
unsafe impl Sync for Weights {}

impl Convolution {
    fn panels(&self) -> usize {
        self.sizes.outputs.div_ceil(PANEL)
    }

    /// # Safety
    /// `x` [samples, inputs, pixels] and `weights` [outputs, inputs, taps] must lie in memory, `bias` be null or have the outputs,
    /// and `result` [samples, outputs, positions] be the caller's.
    pub unsafe fn run(
        &self,
        x: *const f32,
        weights: *const f32,
        bias: *const f32,
        result: *mut f32,
        backend: &dyn PixelBackend,
        pieces: Pieces,
    ) {
        let (x, weights, bias, result) = (Source(x), Source(weights), Source(bias), Shared(result));
        let channels = self.sizes.inputs.next_multiple_of(PANEL);
        let layout = Layout::of(&self.sizes.window, channels);
        // SAFETY: the caller's promise.
        unsafe {
            let weights = self.pack(weights, channels, backend, pieces);
            pieces(self.sizes.samples, &|sample| {
                self.run_sample(&layout, sample, x, &weights, bias, result, backend)
            });
        }
    }

    /// # Safety
    /// As `run`.
    unsafe fn pack(
        &self,
        weights: Source,
        channels: usize,
        backend: &dyn PixelBackend,
        pieces: Pieces,
    ) -> Weights {
        let (taps, inputs) = (self.sizes.window.taps(), self.sizes.inputs);
        let tap_bytes = PANEL * backend.bytes(channels);
        let panel_bytes = taps * tap_bytes;
        let mut scratch = Scratch::take(self.panels() * panel_bytes);
        let to = Shared(scratch.pointer().cast());
        pieces(self.panels(), &|panel| {
            backend.enter();
            for tap in 0..taps {
                let first = panel * PANEL;
                let lines = Lines {
                    data: weights.at(first * inputs * taps + tap),
                    count: PANEL.min(self.sizes.outputs - first),
                    depth: inputs,
                    line_stride: inputs * taps,
                    depth_stride: taps,
                };
                // SAFETY: the panel's weights lie in memory, its bytes in the scratch memory.
                unsafe {
                    backend.pack_right(
                        lines,
                        to.at((panel * panel_bytes + tap * tap_bytes) / 4).cast(),
                    )
                };
            }
            backend.leave();
        });
        Weights {
            scratch,
            panel_bytes,
        }
    }

    /// # Safety
    /// As `run`; the sample's results must be this thread's to write.
    #[allow(clippy::too_many_arguments)]
    unsafe fn run_sample(
        &self,
        layout: &Layout,
        sample: usize,
        x: Source,
        weights: &Weights,
        bias: Source,
        result: Shared,
        backend: &dyn PixelBackend,
    ) {
        let (sizes, channels) = (&self.sizes, layout.channels);
        let (window, stride) = (&sizes.window, layout.window.strides[2]);
        // The last rows of a panel may lie behind the last pixel.
        let numbers = (layout.pixels + PANEL * stride) * channels;
        let planes = if backend.has_rests() { 2 } else { 1 };
        let width = window.image[2];
        let mut scratch =
            Scratch::take(planes * numbers * 2 + width * channels * 4 + PANEL * PANEL * 4);
        // SAFETY: parts of the scratch memory, one behind the other; what is read lies in the operands.
        unsafe {
            let near = scratch.pointer();
            let rests = near.add((planes - 1) * numbers * 2);
            let line = near.add(planes * numbers * 2).cast::<f32>();
            let sums = line.add(width * channels);
            near.write_bytes(0, planes * numbers * 2);
            // Channels that are not there stay zero.
            line.write_bytes(0, width * channels);
            let image = x.at(sample * sizes.inputs * window.pixels());
            for (pixel, place) in layout.lines() {
                let size = (sizes.inputs, width);
                turn(image.add(place), window.pixels(), size, line, channels);
                let at = pixel * channels;
                backend.split(
                    line,
                    width * channels,
                    near.cast::<u16>().add(at),
                    rests.cast::<u16>().add(at),
                );
            }
            let taps: Vec<usize> = (0..window.taps())
                .map(|tap| layout.pixel(tap) * channels * 2)
                .collect();
            let lines = self.output_lines(layout);
            let mut first_line = 0;
            backend.enter();
            for start in (0..layout.depth).step_by(PANEL) {
                let at = start * stride * channels * 2;
                let rows = PixelRows {
                    near: near.add(at),
                    rests: rests.add(at),
                    stride: stride * channels * 2,
                    steps: channels / PANEL,
                };
                while first_line < lines.len() && lines[first_line].0 + window.output[2] <= start {
                    first_line += 1;
                }
                let seen = lines[first_line..]
                    .iter()
                    .take_while(|line| line.0 < start + PANEL);
                let seen: Vec<(usize, usize)> = seen.copied().collect();
                if seen.is_empty() {
                    continue;
                }
                for panel in 0..self.panels() {
                    let columns = weights.scratch.start().add(panel * weights.panel_bytes);
                    backend.multiply_pixels(rows, &taps, columns, sums);
                    let first = panel * PANEL;
                    let outputs = PANEL.min(sizes.outputs - first);
                    if !bias.0.is_null() {
                        add_bias(sums, bias.at(first), outputs);
                    }
                    let to = (sample * sizes.outputs + first) * window.positions();
                    for &(place, position) in &seen {
                        let (begin, end) = (
                            place.max(start),
                            (place + window.output[2]).min(start + PANEL),
                        );
                        // Sums of positions become results of outputs.
                        let to = result.at(to + position + begin - place);
                        turn(
                            sums.add((begin - start) * PANEL),
                            PANEL,
                            (end - begin, outputs),
                            to,
                            window.positions(),
                        );
                    }
                }
            }
            backend.leave();
        }
    }

    /// For each line of the output the position it begins at in the layout, and in the output.
    fn output_lines(&self, layout: &Layout) -> Vec<(usize, usize)> {
        let [planes, rows, columns] = layout.window.output;
        (0..planes * rows)
            .map(|line| (layout.place([line / rows, line % rows]), line * columns))
            .collect()
    }
}

/// # Safety
/// There must be 32 rows of 32 sums, and `count` numbers of the bias.
unsafe fn add_bias(sums: *mut f32, bias: *const f32, count: usize) {
    for row in 0..PANEL {
        for column in 0..count {
            // SAFETY: the caller's promise.
            unsafe { *sums.add(row * PANEL + column) += *bias.add(column) };
        }
    }
}
