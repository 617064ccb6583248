//! Whether matrix units are there and give the right sums.
#![cfg(any(test, target_arch = "x86_64"))]

#[cfg(target_arch = "x86_64")]
use std::sync::OnceLock;

use super::backends::Plain;
#[cfg(target_arch = "x86_64")]
use super::backends::Units;
use crate::product::backend::Backend;

#[cfg(target_arch = "x86_64")]
static UNITS: OnceLock<bool> = OnceLock::new();

/// Whether this process may use matrix units, and they gave the sums that plain code gives when they were asked.
#[cfg(target_arch = "x86_64")]
pub fn has_matrix_units() -> bool {
    *UNITS.get_or_init(|| crate::product::amx::is_allowed() && agrees(&Units::<true>))
}

/// Whether a backend gives the plain code's sums, in whole squares and in parts.
pub fn agrees(backend: &dyn Backend) -> bool {
    use crate::product::plan::{Product, Side, Target, multiply};
    let (rows, columns, depth) = (48, 40, 72);
    let product = Product {
        outer: Vec::new(),
        rows,
        columns,
        depth,
        left: Side {
            outer: Vec::new(),
            line: depth,
            depth: 1,
        },
        right: Side {
            outer: Vec::new(),
            line: 1,
            depth: columns,
        },
        result: Target {
            outer: Vec::new(),
            row: columns,
        },
        alpha: 1.0,
    };
    let numbers = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| ((index * 37 % 101) as f32 - 50.0) / 33.0)
            .collect()
    };
    let (left, right) = (numbers(rows * depth), numbers(columns * depth));
    let alone = |count: usize, piece: &(dyn Fn(usize) + Sync)| (0..count).for_each(piece);
    let run = |backend: &dyn Backend| {
        let mut result = vec![0.0_f32; rows * columns];
        // SAFETY: operands have the product's sizes.
        unsafe {
            multiply(
                &product,
                left.as_ptr(),
                right.as_ptr(),
                std::ptr::null(),
                result.as_mut_ptr(),
                backend,
                &alone,
            );
        }
        result
    };
    let (ours, plain) = (run(backend), run(&Plain::<true>));
    ours.iter()
        .zip(&plain)
        .all(|(ours, plain)| (ours - plain).abs() <= 1e-4)
}
