//! The gradient of a convolution's weights: outputs' gradients times what each tap saw, summed over samples and positions.

use super::window::Window;
use super::{by_lines, by_pixels};
use crate::product::{Backend, Pieces};

/// Fewer pieces leave threads waiting.
pub const ENOUGH: usize = 16;
/// Numbers that sums of all pieces may hold together.
const MOST_SUMS: usize = 8 << 20;
/// With fewer channels of a group, pixels would fill too little of a panel.
const LEAST_CHANNELS: usize = 8;

/// Sizes of the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightGradient {
    pub samples: usize,
    /// Channels in and out, of all groups.
    pub inputs: usize,
    pub outputs: usize,
    pub groups: usize,
    pub window: Window,
}

/// Memory that pieces write, each a part of its own.
#[derive(Clone, Copy)]
pub struct Shared(pub *mut f32);

// SAFETY: pieces write to different parts.
unsafe impl Sync for Shared {}

impl Shared {
    pub fn at(&self, place: usize) -> *mut f32 {
        // SAFETY: places lie in the memory, whose size the plan counted.
        unsafe { self.0.add(place) }
    }
}

/// Memory that pieces read.
#[derive(Clone, Copy)]
pub struct Source(pub *const f32);

// SAFETY: it is only read.
unsafe impl Sync for Source {}

impl Source {
    pub fn at(&self, place: usize) -> *const f32 {
        // SAFETY: places lie in the operand, by the caller's promise.
        unsafe { self.0.add(place) }
    }
}

impl WeightGradient {
    /// Outputs of a group.
    pub fn rows(&self) -> usize {
        self.outputs / self.groups
    }

    /// Channels of a group.
    pub fn channels(&self) -> usize {
        self.inputs / self.groups
    }

    /// Numbers of the result.
    pub fn size(&self) -> usize {
        self.outputs * self.channels() * self.window.taps()
    }

    /// How many sums there may be beside each other.
    pub fn most_sums(&self) -> usize {
        (MOST_SUMS / self.size().max(1)).max(1)
    }

    /// # Safety
    /// `gradient` [samples, outputs, positions] and `x` [samples, inputs, pixels] must lie in memory, `result` be the caller's.
    pub unsafe fn run(
        &self,
        gradient: *const f32,
        x: *const f32,
        result: *mut f32,
        backend: &dyn Backend,
        pieces: Pieces,
    ) {
        let (gradient, x, result) = (Source(gradient), Source(x), Shared(result));
        // SAFETY: the caller's promise.
        unsafe {
            match self.channels() < LEAST_CHANNELS {
                true => by_lines::run(self, gradient, x, result, backend, pieces),
                false => by_pixels::run(self, gradient, x, result, backend, pieces),
            }
        }
    }
}
