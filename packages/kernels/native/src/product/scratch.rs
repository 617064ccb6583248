//! Memory for packed operands, kept between products: fresh pages cost as much as the packing.

use std::sync::Mutex;

/// A cache line, which vectors and tiles are aligned to.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

static KEPT: Mutex<Vec<Vec<Line>>> = Mutex::new(Vec::new());

/// More than threads and operands need at a time would only hold memory.
const MOST_KEPT: usize = 32;

/// Aligned memory of unknown content, given back when it is dropped.
pub struct Scratch {
    lines: Vec<Line>,
}

impl Scratch {
    /// At least so many bytes: the smallest that fits of those that are kept, else the largest, grown.
    pub fn take(bytes: usize) -> Scratch {
        let count = bytes.div_ceil(size_of::<Line>());
        let mut kept = KEPT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let fitting = (0..kept.len())
            .filter(|&index| kept[index].len() >= count)
            .min_by_key(|&index| kept[index].len());
        let chosen = fitting.or_else(|| (0..kept.len()).max_by_key(|&index| kept[index].len()));
        let mut lines = chosen.map_or_else(Vec::new, |index| kept.swap_remove(index));
        drop(kept);
        if lines.len() < count {
            // The old content is of no use: nothing is copied.
            lines = vec![Line([0; 64]); count];
        }
        Scratch { lines }
    }

    pub fn pointer(&mut self) -> *mut u8 {
        self.lines.as_mut_ptr().cast()
    }

    pub fn start(&self) -> *const u8 {
        self.lines.as_ptr().cast()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut kept = KEPT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if kept.len() < MOST_KEPT {
            kept.push(std::mem::take(&mut self.lines));
        }
    }
}
