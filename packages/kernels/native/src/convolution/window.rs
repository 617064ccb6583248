//! Where windows lie on an image of up to three axes.

/// Sizes along depth, height and width; 1 where there is no such axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub image: [usize; 3],
    pub output: [usize; 3],
    pub kernel: [usize; 3],
    pub strides: [usize; 3],
    pub dilations: [usize; 3],
    /// In front of the image.
    pub pads: [usize; 3],
}

impl Window {
    /// Positions of an output.
    pub fn positions(&self) -> usize {
        self.output.iter().product()
    }

    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    pub fn pixels(&self) -> usize {
        self.image.iter().product()
    }

    /// Where a position meets the image along an axis; nothing in the padding.
    fn meets(&self, axis: usize, position: usize, tap: usize) -> Option<usize> {
        let place = position * self.strides[axis] + tap * self.dilations[axis];
        place
            .checked_sub(self.pads[axis])
            .filter(|&place| place < self.image[axis])
    }

    /// What a tap of the kernel sees of one channel, for positions from `first`: zeros in the padding.
    ///
    /// # Safety
    /// The channel must have `pixels()` numbers, and there must be `first + to.len()` positions.
    pub unsafe fn gather(&self, channel: *const f32, tap: usize, first: usize, to: &mut [f32]) {
        let [_, height, width] = self.output;
        let taps = [
            tap / (self.kernel[1] * self.kernel[2]),
            tap / self.kernel[2] % self.kernel[1],
            tap % self.kernel[2],
        ];
        let (mut at, mut done) = (first, 0);
        while done < to.len() {
            let column = at % width;
            let count = (width - column).min(to.len() - done);
            let row = at / width;
            let planes = self.meets(0, row / height, taps[0]);
            let rows = self.meets(1, row % height, taps[1]);
            let run = &mut to[done..done + count];
            match (planes, rows) {
                (Some(plane), Some(row)) => {
                    let line = (plane * self.image[1] + row) * self.image[2];
                    // SAFETY: the line lies in the image.
                    unsafe { self.gather_line(channel.add(line), taps[2], column, run) };
                }
                _ => run.fill(0.0),
            }
            done += count;
            at += count;
        }
    }

    /// `gather` along one line of the image, from one column of the output.
    ///
    /// # Safety
    /// The line must have the image's width.
    unsafe fn gather_line(&self, line: *const f32, tap: usize, column: usize, to: &mut [f32]) {
        let (stride, pad, width) = (self.strides[2], self.pads[2], self.image[2]);
        let offset = tap * self.dilations[2];
        // Columns whose place is not in front of the image, and those that are not behind it.
        let first = pad.saturating_sub(offset).div_ceil(stride);
        let last = (width + pad).saturating_sub(offset).div_ceil(stride);
        let begin = first.saturating_sub(column).min(to.len());
        let end = last.saturating_sub(column).clamp(begin, to.len());
        to[..begin].fill(0.0);
        to[end..].fill(0.0);
        if begin == end {
            return;
        }
        let place = (column + begin) * stride + offset - pad;
        let inside = &mut to[begin..end];
        // SAFETY: from the first to the last such column all places lie in the line.
        unsafe {
            if stride == 1 {
                let from = std::slice::from_raw_parts(line.add(place), inside.len());
                inside.copy_from_slice(from);
            } else {
                for (index, number) in inside.iter_mut().enumerate() {
                    *number = *line.add(place + index * stride);
                }
            }
        }
    }
}
