use super::backend::Backend;
use super::plan::{Product, Side, Target, multiply};
use super::{bfloat16, float32};
use crate::drawn::numbers;
use crate::level::Level;

/// A product of dense matrices; a turned operand has its lines along the other axis.
fn dense(outer: usize, rows: usize, columns: usize, depth: usize, turned: (bool, bool)) -> Product {
    let side = |lines: usize, along: bool| Side {
        outer: vec![lines * depth],
        line: if along { 1 } else { depth },
        depth: if along { lines } else { 1 },
    };
    Product {
        outer: vec![outer],
        rows,
        columns,
        depth,
        left: side(rows, turned.0),
        right: side(columns, turned.1),
        result: Target {
            outer: vec![rows * columns],
            row: columns,
        },
        alpha: 1.0,
    }
}

fn run(
    product: &Product,
    left: &[f32],
    right: &[f32],
    bias: &[f32],
    backend: &dyn Backend,
    threads: usize,
) -> Vec<f32> {
    let size = product.result_size();
    let mut result = vec![f32::NAN; size];
    let pieces = |count: usize, piece: &(dyn Fn(usize) + Sync)| {
        let next = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        if index >= count {
                            break;
                        }
                        piece(index);
                    }
                });
            }
        });
    };
    let bias = if bias.is_empty() {
        std::ptr::null()
    } else {
        bias.as_ptr()
    };
    // SAFETY: sizes are those of the product.
    unsafe {
        multiply(
            product,
            left.as_ptr(),
            right.as_ptr(),
            bias,
            result.as_mut_ptr(),
            backend,
            &pieces,
        )
    };
    result
}

/// The sums in float64, and for each the sum of magnitudes, which rounding is measured by.
fn expected(
    product: &Product,
    left: &[f32],
    right: &[f32],
    bias: &[f32],
) -> Vec<(usize, f64, f64)> {
    let count: usize = product.outer.iter().product();
    let mut found = Vec::new();
    for index in 0..count {
        let (mut rest, mut places) = (index, [0, 0, 0]);
        for (axis, &size) in product.outer.iter().enumerate().rev() {
            let at = rest % size;
            rest /= size;
            places[0] += at * product.left.outer[axis];
            places[1] += at * product.right.outer[axis];
            places[2] += at * product.result.outer[axis];
        }
        for row in 0..product.rows {
            for column in 0..product.columns {
                let terms = (0..product.depth).map(|at| {
                    let factor =
                        left[places[0] + row * product.left.line + at * product.left.depth];
                    let number =
                        right[places[1] + column * product.right.line + at * product.right.depth];
                    f64::from(factor) * f64::from(number)
                });
                let (sum, size) = terms.fold((0.0, 0.0), |(sum, size), term| {
                    (sum + term, size + term.abs())
                });
                let alpha = f64::from(product.alpha);
                let added = bias.get(column).map_or(0.0, |&value| f64::from(value));
                let place = places[2] + row * product.result.row + column;
                found.push((place, sum * alpha + added, size * alpha.abs() + added.abs()));
            }
        }
    }
    found
}

/// A bfloat16 is off by up to 1/256, the sum of two by 1/65536, and so is each of the three products.
/// Kernels of this processor, and the largest error of each over the sum of magnitudes.
fn backends() -> Vec<(&'static str, &'static dyn Backend, f64)> {
    let mut all: Vec<(&'static str, &'static dyn Backend, f64)> = Vec::new();
    for level in [Level::Plain, Level::Avx2, Level::Avx512] {
        if level <= Level::detect() {
            all.push(("float32", float32::backend(level), 1e-6));
        }
    }
    all.extend(bfloat16::all().map(|(high, backend)| match high {
        true => ("bfloat16 in three products", backend, 3.0 / 65536.0 + 1e-6),
        false => ("bfloat16", backend, 8e-3),
    }));
    all
}

#[test]
fn products_of_any_shape_and_stride_are_the_sums() {
    let mut state = 7_u32;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 8) as usize % limit
    };
    for case in 0..120 {
        let big = case % 10 == 0;
        let size = |limit: usize, draw: usize| {
            if big {
                draw % (limit * 3)
            } else {
                draw % limit
            }
        };
        let (outer, rows) = (below(11), size(70, below(1000)));
        let (columns, depth) = (size(70, below(1000)), size(150, below(1000)));
        let outer = if big { outer.min(1) } else { outer };
        let mut product = dense(outer, rows, columns, depth, (below(2) == 1, below(2) == 1));
        product.alpha = if below(2) == 1 { 1.0 } else { 0.125 };
        if below(3) == 0 {
            // Heads side by side: neither dense nor turned.
            product.result = Target {
                outer: vec![columns],
                row: columns * outer.max(1),
            };
        }
        if below(4) == 0 {
            product.left.outer = vec![0];
        }
        let bias = numbers(if below(2) == 1 { columns } else { 0 }, 3);
        let left = numbers(product.left_size(), case);
        let right = numbers(product.right_size(), case + 1000);
        for (name, backend, most) in backends() {
            let one = run(&product, &left, &right, &bias, backend, 1);
            assert_eq!(
                one,
                run(&product, &left, &right, &bias, backend, 3),
                "{name} by threads"
            );
            for (place, sum, size) in expected(&product, &left, &right, &bias) {
                let error = (f64::from(one[place]) - sum).abs();
                assert!(
                    error <= most * size + 1e-12,
                    "{name} case {case} {product:?}: {error} of {size}"
                );
            }
        }
    }
}

#[test]
fn deep_products_end_blocks_anywhere() {
    for depth in [383, 384, 385, 800, 4095, 4097, 8200] {
        let product = dense(1, 33, 35, depth, (false, true));
        let (left, right) = (numbers(33 * depth, 1), numbers(35 * depth, 2));
        for (name, backend, most) in backends() {
            let result = run(&product, &left, &right, &[], backend, 1);
            for (place, sum, size) in expected(&product, &left, &right, &[]) {
                let error = (f64::from(result[place]) - sum).abs();
                assert!(error <= most * size, "{name} {depth}: {error} of {size}");
            }
        }
    }
}

#[test]
fn errors_of_three_products_stay_under_1e_5_of_the_largest_value() {
    let product = dense(1, 96, 64, 384, (false, true));
    let (left, right) = (numbers(96 * 384, 1), numbers(64 * 384, 2));
    let exact = expected(&product, &left, &right, &[]);
    let largest = exact
        .iter()
        .map(|&(_, sum, _)| sum.abs())
        .fold(0.0, f64::max);
    for (name, backend, _) in backends() {
        let result = run(&product, &left, &right, &[], backend, 1);
        let error = exact
            .iter()
            .map(|&(place, sum, _)| (f64::from(result[place]) - sum).abs());
        let most = if name == "bfloat16" { 1e-2 } else { 1e-5 };
        let error = error.fold(0.0, f64::max) / largest;
        assert!(error < most, "{name}: {error}");
    }
}

#[test]
fn matrix_units_that_may_be_used_give_the_sums_of_plain_code() {
    for (name, backend, _) in backends() {
        if name == "bfloat16 in three products" {
            assert!(bfloat16::agrees(backend));
        }
    }
    #[cfg(target_arch = "x86_64")]
    if super::amx::is_allowed() {
        assert!(bfloat16::has_matrix_units());
        println!("matrix units: {:?}", Level::detect());
    }
}

#[test]
fn infinite_and_missing_numbers_show() {
    let product = dense(1, 1, 2, 2, (false, false));
    for (name, backend, _) in backends() {
        let right = [2.0, 3.0, f32::NAN, 1.0];
        let result = run(&product, &[f32::INFINITY, 1.0], &right, &[], backend, 1);
        // In three products an infinite number meets the zero that is left of the other one.
        assert!(!result[0].is_finite() && result[1].is_nan(), "{name}");
        let large = run(
            &product,
            &[f32::MAX, 0.0],
            &[1.0, 0.0, 0.0, 0.0],
            &[],
            backend,
            1,
        );
        assert!(
            large[0].is_finite() && large[0] >= 0.99 * f32::MAX,
            "{name}"
        );
    }
}

#[test]
fn sides_that_are_not_there_are_refused() {
    let attributes = super::operator::Attributes {
        outer: vec![2],
        sizes: vec![3, 4, 5],
        left: vec![15, 5, 1],
        right: vec![20, 1],
        result: vec![12, 4],
        alpha: 1.0,
    };
    assert_eq!(
        attributes.decode().unwrap_err(),
        "right has 2 numbers, not 3"
    );
    let negative = super::operator::Attributes {
        right: vec![20, 4, -1],
        ..attributes
    };
    assert_eq!(
        negative.decode().unwrap_err(),
        "right holds a negative number"
    );
}
