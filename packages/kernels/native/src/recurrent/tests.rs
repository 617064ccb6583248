//! Both layers beside plain loops in float64, gradients beside differences.

use super::pass::{Input, Output, Sizes};
use super::{gru, lstm};
use crate::drawn::numbers;
use crate::level::Level;
use crate::product::{Precision, backend};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// What a layer reads: `gates` values a unit from the input.
struct Given {
    sizes: Sizes,
    from_input: Vec<f32>,
    weights: Vec<f32>,
    hidden: Vec<f32>,
    cell: Vec<f32>,
    on_each: Vec<f32>,
}

impl Given {
    fn draw(sizes: Sizes, gates: usize) -> Given {
        let state = sizes.batch * sizes.hidden;
        Given {
            sizes,
            from_input: numbers(sizes.steps * state * gates, 1),
            weights: numbers(gates * sizes.hidden * sizes.hidden, 2),
            hidden: numbers(state, 3),
            cell: numbers(state, 4),
            on_each: numbers(sizes.steps * state, 5),
        }
    }

    /// Hidden states by plain loops, from inputs of which one may be moved.
    fn states(&self, gates: usize, moved: Option<(usize, f64)>) -> Vec<f64> {
        let Sizes {
            batch,
            hidden: size,
            ..
        } = self.sizes;
        let mut all = vec![0.0; self.sizes.steps * batch * size];
        let mut hidden: Vec<f64> = self.hidden.iter().map(|&value| value.into()).collect();
        let mut cell: Vec<f64> = self.cell.iter().map(|&value| value.into()).collect();
        for step in self.sizes.order(false) {
            let before = hidden.clone();
            for row in 0..batch {
                for unit in 0..size {
                    let from_input = |gate: usize| {
                        let place = ((step * batch + row) * gates + gate) * size + unit;
                        let shift = moved
                            .filter(|&(at, _)| at == place)
                            .map_or(0.0, |(_, by)| by);
                        f64::from(self.from_input[place]) + shift
                    };
                    let from_state = |gate: usize| -> f64 {
                        let weights = &self.weights[(gate * size + unit) * size..][..size];
                        let state = &before[row * size..][..size];
                        weights
                            .iter()
                            .zip(state)
                            .map(|(&w, h)| f64::from(w) * h)
                            .sum()
                    };
                    let gate = |index: usize| from_input(index) + from_state(index);
                    let at = row * size + unit;
                    hidden[at] = if gates == 4 {
                        let (i, o, f) = (sigmoid(gate(0)), sigmoid(gate(1)), sigmoid(gate(2)));
                        cell[at] = f * cell[at] + i * gate(3).tanh();
                        o * cell[at].tanh()
                    } else {
                        let (z, r) = (sigmoid(gate(0)), sigmoid(gate(1)));
                        let n = (from_input(2) + r * from_state(2)).tanh();
                        (1.0 - z) * n + z * before[at]
                    };
                    all[step * batch * size + at] = hidden[at];
                }
            }
        }
        all
    }

    /// The derivative of Σ on_each · states by each number from the input.
    fn slopes(&self, gates: usize) -> Vec<f64> {
        let loss = |moved| -> f64 {
            let states = self.states(gates, Some(moved));
            states
                .iter()
                .zip(&self.on_each)
                .map(|(h, &g)| h * f64::from(g))
                .sum()
        };
        (0..self.from_input.len())
            .map(|place| (loss((place, 1e-5)) - loss((place, -1e-5))) / 2e-5)
            .collect()
    }
}

fn alone(count: usize, piece: &(dyn Fn(usize) + Sync)) {
    (0..count).for_each(piece);
}

fn input(values: &[f32]) -> Input {
    Input(values.as_ptr())
}

fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    for (place, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(found) - expected).abs();
        assert!(
            error < 2e-5,
            "{what} at {place}: {found} instead of {expected}"
        );
    }
}

fn cases() -> Vec<Sizes> {
    [(1, 1, 1), (4, 13, 5), (3, 2, 17), (2, 14, 16)]
        .into_iter()
        .flat_map(|(steps, batch, hidden)| {
            [false, true].map(|reverse| Sizes {
                steps,
                batch,
                hidden,
                reverse,
            })
        })
        .collect()
}

#[test]
fn lstm_equals_plain_loops_and_differences() {
    for sizes in cases() {
        let given = Given::draw(sizes, 4);
        let state = sizes.batch * sizes.hidden;
        let (mut hidden, mut kept) = (
            vec![0.0; sizes.steps * state],
            vec![0.0; sizes.steps * state * 5],
        );
        let (mut last_hidden, mut last_cell) = (vec![0.0; state], vec![0.0; state]);
        let mut gates = vec![0.0; sizes.steps * state * 4];
        let (mut first_hidden, mut first_cell) = (vec![0.0; state], vec![0.0; state]);
        let none = Input(std::ptr::null());
        let backend = backend(Precision::Highest);
        // SAFETY: all memory has the sizes of the case.
        unsafe {
            lstm::Forward {
                sizes,
                from_input: input(&given.from_input),
                weights: input(&given.weights),
                first_hidden: input(&given.hidden),
                first_cell: input(&given.cell),
                hidden: Output(hidden.as_mut_ptr()),
                last_hidden: Output(last_hidden.as_mut_ptr()),
                last_cell: Output(last_cell.as_mut_ptr()),
                kept: Output(kept.as_mut_ptr()),
            }
            .run(backend, Level::detect(), &alone);
            lstm::Backward {
                sizes,
                weights: input(&given.weights),
                kept: input(&kept),
                first_cell: input(&given.cell),
                on_each: input(&given.on_each),
                on_last_hidden: none,
                on_last_cell: none,
                gates: Output(gates.as_mut_ptr()),
                on_first_hidden: Output(first_hidden.as_mut_ptr()),
                on_first_cell: Output(first_cell.as_mut_ptr()),
            }
            .run(backend, Level::detect(), &alone);
        }
        assert_near(&hidden, &given.states(4, None), "hidden states");
        let last = if sizes.reverse { 0 } else { sizes.steps - 1 };
        assert_eq!(last_hidden, hidden[last * state..][..state]);
        assert_near(&gates, &given.slopes(4), "gradients of gates");
    }
}

#[test]
fn gru_equals_plain_loops_and_differences() {
    for sizes in cases() {
        let given = Given::draw(sizes, 3);
        let state = sizes.batch * sizes.hidden;
        let (mut hidden, mut kept) = (
            vec![0.0; sizes.steps * state],
            vec![0.0; sizes.steps * state * 4],
        );
        let (mut last_hidden, mut first_hidden) = (vec![0.0; state], vec![0.0; state]);
        let (mut input_gates, mut state_gates) = (
            vec![0.0; sizes.steps * state * 3],
            vec![0.0; sizes.steps * state * 3],
        );
        let none = Input(std::ptr::null());
        let backend = backend(Precision::Highest);
        // SAFETY: all memory has the sizes of the case.
        unsafe {
            gru::Forward {
                sizes,
                from_input: input(&given.from_input),
                weights: input(&given.weights),
                bias: none,
                first_hidden: input(&given.hidden),
                hidden: Output(hidden.as_mut_ptr()),
                last_hidden: Output(last_hidden.as_mut_ptr()),
                kept: Output(kept.as_mut_ptr()),
            }
            .run(backend, Level::detect(), &alone);
            gru::Backward {
                sizes,
                weights: input(&given.weights),
                kept: input(&kept),
                hidden: input(&hidden),
                first_hidden: input(&given.hidden),
                on_each: input(&given.on_each),
                on_last_hidden: none,
                input_gates: Output(input_gates.as_mut_ptr()),
                state_gates: Output(state_gates.as_mut_ptr()),
                on_first_hidden: Output(first_hidden.as_mut_ptr()),
            }
            .run(backend, Level::detect(), &alone);
        }
        assert_near(&hidden, &given.states(3, None), "hidden states");
        let last = if sizes.reverse { 0 } else { sizes.steps - 1 };
        assert_eq!(last_hidden, hidden[last * state..][..state]);
        assert_near(&input_gates, &given.slopes(3), "gradients of gates");
    }
}
