//! The gradient of weights beside plain loops.

use super::operator::decode;
use crate::product::{Precision, backend};

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

#[test]
fn weights_gradients_equal_plain_loops() {
    let mut state = 3_u32;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        (state >> 8) as usize % limit
    };
    for case in 0..60 {
        let groups = 1 + below(3);
        let (samples, inputs) = (1 + below(3), groups * (1 + below(20)));
        let outputs = groups * (1 + below(9));
        let mut axes = [[1; 3], [1; 3], [1; 3], [1; 3], [1; 3], [0; 3]];
        // One, two or three axes.
        for axis in below(3)..3 {
            let (kernel, stride, dilation) = (1 + below(4), 1 + below(3), 1 + below(2));
            let (front, back) = (below(kernel), below(kernel));
            let reach = (kernel - 1) * dilation + 1;
            let image = reach + below(if axis == 2 { 40 } else { 9 });
            let output = (image + front + back - reach) / stride + 1;
            let found = [image, output, kernel, stride, dilation, front];
            for (part, value) in axes.iter_mut().zip(found) {
                part[axis] = value;
            }
        }
        let flat: Vec<i64> = axes.iter().flatten().map(|&size| size as i64).collect();
        let sizes = [samples, inputs, outputs, groups].map(|size| size as i64);
        let product = decode(&sizes, &flat).unwrap();
        let window = product.window;
        let gradient = numbers(samples * outputs * window.positions(), case);
        let x = numbers(samples * inputs * window.pixels(), case + 99);
        let mut result = vec![f32::NAN; product.size()];
        let alone = |count: usize, piece: &(dyn Fn(usize) + Sync)| (0..count).rev().for_each(piece);
        // SAFETY: all memory has the product's sizes.
        unsafe {
            let backend = backend(Precision::Highest);
            product.run(
                gradient.as_ptr(),
                x.as_ptr(),
                result.as_mut_ptr(),
                backend,
                &alone,
            );
        }
        let (own, of_group) = (inputs / groups, outputs / groups);
        for (place, &found) in result.iter().enumerate() {
            let (output, rest) = (place / (own * window.taps()), place % (own * window.taps()));
            let (channel, tap) = (
                output / of_group * own + rest / window.taps(),
                rest % window.taps(),
            );
            let [_, kernel_height, kernel_width] = window.kernel;
            let taps = [
                tap / (kernel_height * kernel_width),
                tap / kernel_width % kernel_height,
                tap % kernel_width,
            ];
            let mut sum = 0.0;
            for sample in 0..samples {
                for position in 0..window.positions() {
                    let [_, height, width] = window.output;
                    let at = [
                        position / (height * width),
                        position / width % height,
                        position % width,
                    ];
                    let places: Vec<i64> = (0..3)
                        .map(|k| {
                            (at[k] * window.strides[k] + taps[k] * window.dilations[k]) as i64
                                - window.pads[k] as i64
                        })
                        .collect();
                    if (0..3).any(|k| places[k] < 0 || places[k] >= window.image[k] as i64) {
                        continue;
                    }
                    let pixel = (places[0] as usize * window.image[1] + places[1] as usize)
                        * window.image[2]
                        + places[2] as usize;
                    sum += f64::from(x[(sample * inputs + channel) * window.pixels() + pixel])
                        * f64::from(
                            gradient[(sample * outputs + output) * window.positions() + position],
                        );
                }
            }
            let error = (f64::from(found) - sum).abs();
            assert!(
                error < 1e-4,
                "case {case} {product:?} at {place}: {found} instead of {sum}"
            );
        }
    }
}

#[test]
fn sizes_that_are_none_are_refused() {
    assert_eq!(
        decode(&[1, 2, 3], &[1; 18]).unwrap_err(),
        "expected 4 sizes, got 3"
    );
    assert_eq!(
        decode(&[1, 2, 3, 1], &[1; 17]).unwrap_err(),
        "expected 18 sizes of axes, got 17"
    );
    assert!(decode(&[1, 3, 4, 2], &[1; 18]).is_err());
    assert!(decode(&[1, -3, 4, 1], &[1; 18]).is_err());
}
