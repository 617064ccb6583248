//! An image laid out pixel by pixel, with its padding: what a tap sees lies there as it is, one step of the window behind the
//! other. Positions beyond a line's end are of no line.

use super::window::Window;

/// Sizes of the image with its padding, and the steps on it.
#[derive(Clone, Copy)]
pub struct Layout<'a> {
    pub window: &'a Window,
    /// Along height and width.
    pub padded: [usize; 2],
    pub pixels: usize,
    /// Positions from the first to the last one, those beyond lines' ends too.
    pub depth: usize,
    /// Channels of a pixel, the last ones zeros.
    pub channels: usize,
}

impl<'a> Layout<'a> {
    pub fn of(window: &'a Window, channels: usize) -> Layout<'a> {
        let along = |axis: usize| {
            let seen = (window.output[axis] - 1) * window.strides[axis]
                + (window.kernel[axis] - 1) * window.dilations[axis]
                + 1;
            seen.max(window.image[axis] + window.pads[axis])
        };
        // Lines of whole steps: from one to the next is a number of positions.
        let padded = [along(1), along(2).next_multiple_of(window.strides[2])];
        let layout = Layout {
            window,
            padded,
            pixels: along(0) * padded[0] * padded[1],
            depth: 0,
            channels,
        };
        let last = [window.output[0] - 1, window.output[1] - 1];
        Layout {
            depth: layout.place(last) + window.output[2],
            ..layout
        }
    }

    /// The position at which a line of the output begins.
    pub fn place(&self, [plane, row]: [usize; 2]) -> usize {
        let [height, width] = self.padded;
        let strides = self.window.strides;
        (plane * strides[0] * height + row * strides[1]) * width / strides[2]
    }

    /// The pixel that a tap sees at the first position.
    pub fn pixel(&self, tap: usize) -> usize {
        let window = self.window;
        let [_, kernel_height, kernel_width] = window.kernel;
        let plane = tap / (kernel_height * kernel_width) * window.dilations[0];
        let row = tap / kernel_width % kernel_height * window.dilations[1];
        let [height, width] = self.padded;
        (plane * height + row) * width + tap % kernel_width * window.dilations[2]
    }

    /// Where the pixels of the image's lines stand, and where the lines begin in a channel.
    pub fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let [planes, rows, columns] = self.window.image;
        let [height, width] = self.padded;
        let pads = self.window.pads;
        (0..planes * rows).map(move |line| {
            let place = (line / rows + pads[0]) * height + line % rows + pads[1];
            (place * width + pads[2], line * columns)
        })
    }
}
