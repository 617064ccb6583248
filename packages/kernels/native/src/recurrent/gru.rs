//! GRU with the product before the reset, gates in ONNX's order: z, r = σ, n = tanh(x + r s), s of the state; h = (1 - z) n + z h₋.

use super::pass::{
    Input, LANES, Output, Sizes, StateWeights, add_row, by_level, fill_row, for_pieces, load, store,
};
use crate::fused::math::{sigmoid, tanh};
use crate::level::Level;
use crate::product::{Backend, Pieces, Rows};

/// The forward pass. What is kept of a step is [batch, 4 hidden]: z, r, n and s.
pub struct Forward {
    pub sizes: Sizes,
    /// What gates get from the inputs, their bias included [steps, batch, 3 hidden].
    pub from_input: Input,
    /// [3 hidden, hidden]
    pub weights: Input,
    /// The state's bias [3 hidden], or null.
    pub bias: Input,
    /// [batch, hidden]
    pub first_hidden: Input,
    /// [steps, batch, hidden]
    pub hidden: Output,
    /// [batch, hidden]
    pub last_hidden: Output,
    /// [steps, batch, 4 hidden]
    pub kept: Output,
}

by_level!(step_forward(from_input: *const f32, kept: *mut f32, state: *const f32, hidden: *mut f32, size: usize) {
    for at in (0..size).step_by(LANES) {
        let count = LANES.min(size - at);
        // SAFETY: the caller's rows; what the state gives stands where the gates will.
        unsafe {
            let given = |index: usize| load(from_input.add(index * size + at), count);
            let own = |index: usize| load(kept.add(index * size + at), count);
            let (xz, xr, xn) = (given(0), given(1), given(2));
            let (mut z, mut r, s) = (own(0), own(1), own(2));
            let before = load(state.add(at), count);
            let (mut n, mut result) = ([0.0; LANES], [0.0; LANES]);
            for k in 0..LANES {
                z[k] = sigmoid(xz[k] + z[k]);
                r[k] = sigmoid(xr[k] + r[k]);
                n[k] = tanh(xn[k] + r[k] * s[k]);
                result[k] = (1.0 - z[k]) * n[k] + z[k] * before[k];
            }
            for (index, gate) in [z, r, n, s].into_iter().enumerate() {
                store(kept.add(index * size + at), gate, count);
            }
            store(hidden.add(at), result, count);
        }
    }
});

impl Forward {
    /// # Safety
    /// All memory must have the sizes above, and outputs overlap nothing.
    pub unsafe fn run(&self, backend: &dyn Backend, level: Level, pieces: Pieces) {
        let Sizes {
            batch,
            hidden: size,
            ..
        } = self.sizes;
        // SAFETY: by the caller's promise; pieces have different rows.
        unsafe {
            let weights =
                StateWeights::pack(self.weights.0, 3 * size, size, false, backend, pieces);
            for_pieces(batch, backend, pieces, &|first, rows| {
                for step in self.sizes.order(false) {
                    let row = step * batch + first;
                    let state = match self.sizes.before(step) {
                        Some(before) => {
                            self.hidden.at((before * batch + first) * size).cast_const()
                        }
                        None => self.first_hidden.at(first * size),
                    };
                    let into = Rows {
                        result: self.kept.at(row * 4 * size),
                        row_stride: 4 * size,
                        alpha: 1.0,
                        bias: self.bias.0,
                        adds: false,
                    };
                    weights.multiply(state, rows, into);
                    for each in 0..rows {
                        let hidden = self.hidden.at((row + each) * size);
                        step_forward(
                            level,
                            self.from_input.at((row + each) * 3 * size),
                            self.kept.at((row + each) * 4 * size),
                            state.add(each * size),
                            hidden,
                            size,
                        );
                        if self.sizes.is_last(step) {
                            fill_row(self.last_hidden.at((first + each) * size), hidden, size);
                        }
                    }
                }
            });
        }
    }
}

/// The gradient through time: that of the gates on the input's side and on the state's.
pub struct Backward {
    pub sizes: Sizes,
    /// [3 hidden, hidden]
    pub weights: Input,
    /// [steps, batch, 4 hidden]
    pub kept: Input,
    /// [steps, batch, hidden]
    pub hidden: Input,
    /// [batch, hidden]
    pub first_hidden: Input,
    /// Gradients that reach each hidden state [steps, batch, hidden], and the last ones [batch, hidden]; or null.
    pub on_each: Input,
    pub on_last_hidden: Input,
    /// [steps, batch, 3 hidden]
    pub input_gates: Output,
    pub state_gates: Output,
    /// [batch, hidden]
    pub on_first_hidden: Output,
}

by_level!(step_back(
    kept: *const f32,
    state: *const f32,
    on_hidden: *mut f32,
    input_gates: *mut f32,
    state_gates: *mut f32,
    size: usize,
) {
    for at in (0..size).step_by(LANES) {
        let count = LANES.min(size - at);
        // SAFETY: the caller's rows.
        unsafe {
            let values = |index: usize| load(kept.add(index * size + at), count);
            let (z, r, n, s) = (values(0), values(1), values(2), values(3));
            let before = load(state.add(at), count);
            let mut dh = load(on_hidden.add(at), count);
            let mut found = [[0.0; LANES]; 4];
            for k in 0..LANES {
                let dn = dh[k] * ((1.0 - z[k]) * (1.0 - n[k] * n[k]));
                found[0][k] = dh[k] * ((before[k] - n[k]) * (z[k] * (1.0 - z[k])));
                found[1][k] = dn * (s[k] * (r[k] * (1.0 - r[k])));
                found[2][k] = dn;
                found[3][k] = dn * r[k];
                dh[k] *= z[k];
            }
            let [dz, dr, dn, ds] = found;
            for (index, gate) in [dz, dr, dn].into_iter().enumerate() {
                store(input_gates.add(index * size + at), gate, count);
            }
            for (index, gate) in [dz, dr, ds].into_iter().enumerate() {
                store(state_gates.add(index * size + at), gate, count);
            }
            store(on_hidden.add(at), dh, count);
        }
    }
});

impl Backward {
    /// # Safety
    /// All memory must have the sizes above, and outputs overlap nothing.
    pub unsafe fn run(&self, backend: &dyn Backend, level: Level, pieces: Pieces) {
        let Sizes {
            batch,
            hidden: size,
            ..
        } = self.sizes;
        // SAFETY: by the caller's promise; pieces have different rows.
        unsafe {
            let weights = StateWeights::pack(self.weights.0, 3 * size, size, true, backend, pieces);
            for_pieces(batch, backend, pieces, &|first, rows| {
                // What goes on to the step before lies where the first step leaves it.
                let on_hidden = self.on_first_hidden.at(first * size);
                fill_row(on_hidden, self.on_last_hidden.at(first * size), rows * size);
                for step in self.sizes.order(true) {
                    let row = step * batch + first;
                    if self.on_each.is_there() {
                        add_row(on_hidden, self.on_each.at(row * size), rows * size);
                    }
                    let state = match self.sizes.before(step) {
                        Some(before) => self.hidden.at((before * batch + first) * size),
                        None => self.first_hidden.at(first * size),
                    };
                    for each in 0..rows {
                        step_back(
                            level,
                            self.kept.at((row + each) * 4 * size),
                            state.add(each * size),
                            on_hidden.add(each * size),
                            self.input_gates.at((row + each) * 3 * size),
                            self.state_gates.at((row + each) * 3 * size),
                            size,
                        );
                    }
                    let into = Rows {
                        result: on_hidden,
                        row_stride: size,
                        alpha: 1.0,
                        bias: std::ptr::null(),
                        adds: true,
                    };
                    weights.multiply(self.state_gates.at(row * 3 * size), rows, into);
                }
            });
        }
    }
}
