//! Convolutions and the gradients of their weights beside plain loops.

use super::forward::Convolution;
use super::operator::decode;
use super::weight::WeightGradient;
use crate::drawn::numbers;
use crate::product::{Precision, backend, pixel_backend, plain_pixels};

/// Calls for each term: places of the result's output position, of the weight, and of the pixel.
fn for_terms(sizes: &WeightGradient, mut each: impl FnMut(usize, usize, usize)) {
    let window = &sizes.window;
    let (own, of_group, taps) = (sizes.channels(), sizes.rows(), window.taps());
    let [_, height, width] = window.output;
    let [_, kernel_height, kernel_width] = window.kernel;
    for weight in 0..sizes.size() {
        let (output, rest) = (weight / (own * taps), weight % (own * taps));
        let (channel, tap) = (output / of_group * own + rest / taps, rest % taps);
        let tap = [
            tap / (kernel_height * kernel_width),
            tap / kernel_width % kernel_height,
            tap % kernel_width,
        ];
        for place in 0..sizes.samples * window.positions() {
            let (sample, position) = (place / window.positions(), place % window.positions());
            let at = [
                position / (height * width),
                position / width % height,
                position % width,
            ];
            let seen: Vec<Option<usize>> = (0..3)
                .map(|k| {
                    let seen = at[k] * window.strides[k] + tap[k] * window.dilations[k];
                    seen.checked_sub(window.pads[k])
                        .filter(|&seen| seen < window.image[k])
                })
                .collect();
            if let [Some(plane), Some(row), Some(column)] = seen[..] {
                let pixel = (plane * window.image[1] + row) * window.image[2] + column;
                let output_place =
                    (sample * sizes.outputs + output) * window.positions() + position;
                each(
                    output_place,
                    weight,
                    (sample * sizes.inputs + channel) * window.pixels() + pixel,
                );
            }
        }
    }
}

/// Sizes that differ from case to case, along one, two or three axes.
struct Cases(u32);

impl Cases {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(1664525).wrapping_add(1013904223);
        (self.0 >> 8) as usize % limit
    }

    fn draw(&mut self, groups: usize, channels: usize) -> WeightGradient {
        let samples = 1 + self.below(3);
        let inputs = groups * (1 + self.below(channels));
        let outputs = groups * (1 + self.below(9));
        let mut axes = [[1; 3], [1; 3], [1; 3], [1; 3], [1; 3], [0; 3]];
        for axis in self.below(3)..3 {
            let (kernel, stride) = (1 + self.below(4), 1 + self.below(3));
            let dilation = 1 + self.below(2);
            let (front, back) = (self.below(kernel), self.below(kernel));
            let reach = (kernel - 1) * dilation + 1;
            let image = reach + self.below(if axis == 2 { 40 } else { 9 });
            let output = (image + front + back - reach) / stride + 1;
            let found = [image, output, kernel, stride, dilation, front];
            for (part, value) in axes.iter_mut().zip(found) {
                part[axis] = value;
            }
        }
        let flat: Vec<i64> = axes.iter().flatten().map(|&size| size as i64).collect();
        decode(
            &[samples, inputs, outputs, groups].map(|size| size as i64),
            &flat,
        )
        .unwrap()
    }
}

fn alone(count: usize, piece: &(dyn Fn(usize) + Sync)) {
    (0..count).rev().for_each(piece);
}

#[test]
fn weights_gradients_equal_plain_loops() {
    let mut cases = Cases(3);
    for case in 0..60 {
        let groups = 1 + cases.below(3);
        let sizes = cases.draw(groups, 20);
        let gradient = numbers(
            sizes.samples * sizes.outputs * sizes.window.positions(),
            case,
        );
        let x = numbers(
            sizes.samples * sizes.inputs * sizes.window.pixels(),
            case + 99,
        );
        let mut result = vec![f32::NAN; sizes.size()];
        // SAFETY: all memory has the sizes above.
        unsafe {
            let backend = backend(Precision::Highest);
            sizes.run(
                gradient.as_ptr(),
                x.as_ptr(),
                result.as_mut_ptr(),
                backend,
                &alone,
            );
        }
        let mut expected = vec![0.0_f64; sizes.size()];
        for_terms(&sizes, |output, weight, pixel| {
            expected[weight] += f64::from(gradient[output]) * f64::from(x[pixel]);
        });
        for (place, (&found, &sum)) in result.iter().zip(&expected).enumerate() {
            let error = (f64::from(found) - sum).abs();
            assert!(
                error < 1e-4,
                "case {case} {sizes:?} at {place}: {found} instead of {sum}"
            );
        }
    }
}

#[test]
fn convolutions_in_bfloat16_are_as_exact_as_their_products() {
    let mut cases = Cases(5);
    for case in 0..24 {
        let sizes = cases.draw(1, 70);
        let x = numbers(sizes.samples * sizes.inputs * sizes.window.pixels(), case);
        let weights = numbers(sizes.size(), case + 7);
        let bias = numbers(sizes.outputs, case + 8);
        let count = sizes.samples * sizes.outputs * sizes.window.positions();
        let (mut sums, mut magnitudes) = (vec![0.0_f64; count], vec![0.0_f64; count]);
        for_terms(&sizes, |output, weight, pixel| {
            let term = f64::from(weights[weight]) * f64::from(x[pixel]);
            sums[output] += term;
            magnitudes[output] += term.abs();
        });
        for (high, most) in [(true, 3.0 / 65536.0 + 1e-6), (false, 8e-3)] {
            for backend in [Some(plain_pixels(high)), pixel_backend(high)]
                .into_iter()
                .flatten()
            {
                let mut result = vec![f32::NAN; count];
                let convolution = Convolution { sizes };
                // SAFETY: all memory has the sizes above.
                unsafe {
                    let (x, weights, bias) = (x.as_ptr(), weights.as_ptr(), bias.as_ptr());
                    convolution.run(x, weights, bias, result.as_mut_ptr(), backend, &alone);
                }
                for (place, &found) in result.iter().enumerate() {
                    let output = place / sizes.window.positions() % sizes.outputs;
                    let error = (f64::from(found) - sums[place] - f64::from(bias[output])).abs();
                    let most = most * (magnitudes[place] + 1.0);
                    assert!(
                        error <= most,
                        "case {case} {sizes:?} at {place}: {error} of {most}"
                    );
                }
            }
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
