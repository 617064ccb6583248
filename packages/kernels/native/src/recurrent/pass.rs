//! What passes of both kinds share: sizes, the order of steps, pieces of the batch.

use crate::product::{Backend, Lines, Packed, Pieces, Rows};

/// Sizes of one direction. Sequences are [steps, batch, …].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub steps: usize,
    pub batch: usize,
    pub hidden: usize,
    /// Whether the first step is the last one in time.
    pub reverse: bool,
}

impl Sizes {
    /// Steps in the order in which the layer reads them; a gradient goes the other way.
    pub fn order(self, backwards: bool) -> impl Iterator<Item = usize> {
        let last = self.steps.saturating_sub(1);
        let falls = self.reverse != backwards;
        (0..self.steps).map(move |at| if falls { last - at } else { at })
    }

    /// The step whose state a step reads; none for the first one.
    pub fn before(self, step: usize) -> Option<usize> {
        match self.reverse {
            false => step.checked_sub(1),
            true => Some(step + 1).filter(|&next| next < self.steps),
        }
    }

    /// Whether no step reads this one's state.
    pub fn is_last(self, step: usize) -> bool {
        step == if self.reverse { 0 } else { self.steps - 1 }
    }
}

/// Rows of the batch that run together: the fewest whose products are worth packing.
const PIECE_ROWS: usize = 12;

/// Runs a function for pieces of the batch, cut by its size alone: first row and number of rows.
pub fn for_pieces(
    batch: usize,
    backend: &dyn Backend,
    pieces: Pieces,
    run: &(dyn Fn(usize, usize) + Sync),
) {
    let rows = PIECE_ROWS.div_ceil(backend.rows()) * backend.rows();
    pieces(batch.div_ceil(rows), &|piece| {
        let first = piece * rows;
        run(first, rows.min(batch - first));
    });
}

/// The state's weights, packed once for all steps.
pub struct StateWeights<'a> {
    packed: Packed,
    depth: usize,
    backend: &'a dyn Backend,
}

impl<'a> StateWeights<'a> {
    /// For `state weightsᵀ` [gates, hidden], or for `gates weights` where `turned`.
    ///
    /// # Safety
    /// `weights` must have `gates * hidden` numbers.
    pub unsafe fn pack(
        weights: *const f32,
        gates: usize,
        hidden: usize,
        turned: bool,
        backend: &'a dyn Backend,
        pieces: Pieces,
    ) -> StateWeights<'a> {
        let (count, depth, line_stride, depth_stride) = match turned {
            false => (gates, hidden, hidden, 1),
            true => (hidden, gates, 1, hidden),
        };
        let columns = Lines {
            data: weights,
            count,
            depth,
            line_stride,
            depth_stride,
        };
        StateWeights {
            // SAFETY: the caller's promise.
            packed: unsafe { Packed::columns(columns, backend, pieces) },
            depth,
            backend,
        }
    }

    /// Multiplies dense rows.
    ///
    /// # Safety
    /// `rows` must have `count` rows of the weights' depth, and `into` be the caller's to write.
    pub unsafe fn multiply(&self, rows: *const f32, count: usize, into: Rows) {
        let lines = Lines {
            data: rows,
            count,
            depth: self.depth,
            line_stride: self.depth,
            depth_stride: 1,
        };
        // SAFETY: the caller's promise.
        unsafe {
            self.packed
                .multiply(lines, into, (0, self.packed.panels), self.backend)
        }
    }
}

/// Runs a function compiled for each level by the one of this processor.
macro_rules! by_level {
    ($name:ident ( $($argument:ident : $kind:ty),* $(,)? ) $body:block) => {
        #[inline]
        pub unsafe fn $name(level: Level, $($argument: $kind),*) {
            #[inline(always)]
            unsafe fn run($($argument: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
            unsafe fn run_avx512($($argument: $kind),*) {
                // SAFETY: the caller's promise.
                unsafe { run($($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn run_avx2($($argument: $kind),*) {
                // SAFETY: the caller's promise.
                unsafe { run($($argument),*) }
            }
            // SAFETY: the level is one that this processor has; the rest is the caller's promise.
            unsafe {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::Amx | Level::Avx512 => run_avx512($($argument),*),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => run_avx2($($argument),*),
                    _ => run($($argument),*),
                }
            }
        }
    };
}
pub(super) use by_level;

/// Numbers that are computed side by side: what vectors hold, in arrays that overlap nothing.
pub const LANES: usize = 16;
pub type Lanes = [f32; LANES];

/// Zeros stand behind the last number.
///
/// # Safety
/// There must be `count` numbers, at most `LANES`.
#[inline(always)]
pub unsafe fn load(from: *const f32, count: usize) -> Lanes {
    // SAFETY: the caller's promise.
    unsafe {
        if count == LANES {
            return from.cast::<Lanes>().read_unaligned();
        }
        let mut lanes = [0.0; LANES];
        std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
        lanes
    }
}

/// # Safety
/// As `load`, for the caller to write.
#[inline(always)]
pub unsafe fn store(to: *mut f32, lanes: Lanes, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if count == LANES {
            return to.cast::<Lanes>().write_unaligned(lanes);
        }
        std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
    }
}

/// Adds a row to another one.
///
/// # Safety
/// Both must have `count` numbers.
pub unsafe fn add_row(to: *mut f32, from: *const f32, count: usize) {
    for at in 0..count {
        // SAFETY: the caller's promise.
        unsafe { *to.add(at) += *from.add(at) };
    }
}

/// Fills rows from others, or with zeros where there are none.
///
/// # Safety
/// Both must have `count` numbers; `from` may be null.
pub unsafe fn fill_row(to: *mut f32, from: *const f32, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match from.is_null() {
            true => to.write_bytes(0, count),
            false => std::ptr::copy_nonoverlapping(from, to, count),
        }
    }
}

/// A pointer of which each piece uses a part of its own.
#[derive(Clone, Copy)]
pub struct Output(pub *mut f32);

// SAFETY: pieces write to different rows.
unsafe impl Sync for Output {}

impl Output {
    /// # Safety
    /// The place must lie in the memory.
    pub unsafe fn at(&self, place: usize) -> *mut f32 {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(place) }
    }
}

/// A pointer that pieces read, or null.
#[derive(Clone, Copy)]
pub struct Input(pub *const f32);

// SAFETY: it is only read.
unsafe impl Sync for Input {}

impl Input {
    pub fn is_there(&self) -> bool {
        !self.0.is_null()
    }

    /// Null where there is nothing.
    ///
    /// # Safety
    /// The place must lie in the memory.
    pub unsafe fn at(&self, place: usize) -> *const f32 {
        match self.is_there() {
            // SAFETY: the caller's promise.
            true => unsafe { self.0.add(place) },
            false => self.0,
        }
    }
}
