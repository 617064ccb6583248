//! LSTM, gates in ONNX's order: i, o, f = σ, g = tanh; c = f c₋ + i g, h = o tanh c.

use super::pass::{
    Input, LANES, Output, Sizes, StateWeights, add_row, by_level, fill_row, for_pieces, load, store,
};
use crate::fused::math::{sigmoid, tanh};
use crate::level::Level;
use crate::product::{Backend, Pieces, Rows};

/// The forward pass. What is kept of a step is [batch, 5 hidden]: the gates and the cell.
pub struct Forward {
    pub sizes: Sizes,
    /// What gates get from the inputs, biases included [steps, batch, 4 hidden].
    pub from_input: Input,
    /// [4 hidden, hidden]
    pub weights: Input,
    /// [batch, hidden]
    pub first_hidden: Input,
    pub first_cell: Input,
    /// [steps, batch, hidden]
    pub hidden: Output,
    /// [batch, hidden]
    pub last_hidden: Output,
    pub last_cell: Output,
    /// [steps, batch, 5 hidden]
    pub kept: Output,
}

by_level!(step_forward(kept: *mut f32, cell_before: *const f32, hidden: *mut f32, size: usize) {
    for at in (0..size).step_by(LANES) {
        let count = LANES.min(size - at);
        // SAFETY: the caller's rows.
        unsafe {
            let gate = |index: usize| load(kept.add(index * size + at), count);
            let (mut i, mut o, mut f, mut g) = (gate(0), gate(1), gate(2), gate(3));
            let before = load(cell_before.add(at), count);
            let (mut cell, mut result) = ([0.0; LANES], [0.0; LANES]);
            for k in 0..LANES {
                i[k] = sigmoid(i[k]);
                o[k] = sigmoid(o[k]);
                f[k] = sigmoid(f[k]);
                g[k] = tanh(g[k]);
                cell[k] = f[k] * before[k] + i[k] * g[k];
                result[k] = o[k] * tanh(cell[k]);
            }
            for (index, gate) in [i, o, f, g, cell].into_iter().enumerate() {
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
                StateWeights::pack(self.weights.0, 4 * size, size, false, backend, pieces);
            for_pieces(batch, backend, pieces, &|first, rows| {
                for step in self.sizes.order(false) {
                    let before = self.sizes.before(step);
                    let row = step * batch + first;
                    for each in row..row + rows {
                        let from = self.from_input.at(each * 4 * size);
                        fill_row(self.kept.at(each * 5 * size), from, 4 * size);
                    }
                    let state = match before {
                        Some(before) => {
                            self.hidden.at((before * batch + first) * size).cast_const()
                        }
                        None => self.first_hidden.at(first * size),
                    };
                    let into = Rows {
                        result: self.kept.at(row * 5 * size),
                        row_stride: 5 * size,
                        alpha: 1.0,
                        bias: std::ptr::null(),
                        adds: true,
                    };
                    weights.multiply(state, rows, into);
                    for each in first..first + rows {
                        let cell = match before {
                            Some(before) => self
                                .kept
                                .at(((before * batch + each) * 5 + 4) * size)
                                .cast_const(),
                            None => self.first_cell.at(each * size),
                        };
                        let row = step * batch + each;
                        let kept = self.kept.at(row * 5 * size);
                        step_forward(level, kept, cell, self.hidden.at(row * size), size);
                        if self.sizes.is_last(step) {
                            fill_row(
                                self.last_hidden.at(each * size),
                                self.hidden.at(row * size),
                                size,
                            );
                            fill_row(self.last_cell.at(each * size), kept.add(4 * size), size);
                        }
                    }
                }
            });
        }
    }
}

/// The gradient through time: that of the gates, from which those of the weights and the input are products.
pub struct Backward {
    pub sizes: Sizes,
    /// [4 hidden, hidden]
    pub weights: Input,
    /// [steps, batch, 5 hidden]
    pub kept: Input,
    /// [batch, hidden]
    pub first_cell: Input,
    /// Gradients that reach each hidden state [steps, batch, hidden], the last ones and the last cells [batch, hidden]; or null.
    pub on_each: Input,
    pub on_last_hidden: Input,
    pub on_last_cell: Input,
    /// [steps, batch, 4 hidden]
    pub gates: Output,
    /// [batch, hidden]
    pub on_first_hidden: Output,
    pub on_first_cell: Output,
}

by_level!(step_back(
    kept: *const f32,
    cell_before: *const f32,
    on_hidden: *const f32,
    on_cell: *mut f32,
    gates: *mut f32,
    size: usize,
) {
    for at in (0..size).step_by(LANES) {
        let count = LANES.min(size - at);
        // SAFETY: the caller's rows.
        unsafe {
            let values = |index: usize| load(kept.add(index * size + at), count);
            let (i, o, f, g, cell) = (values(0), values(1), values(2), values(3), values(4));
            let (dh, before) = (load(on_hidden.add(at), count), load(cell_before.add(at), count));
            let mut dc = load(on_cell.add(at), count);
            let mut found = [[0.0; LANES]; 4];
            for k in 0..LANES {
                let squashed = tanh(cell[k]);
                dc[k] += dh[k] * (o[k] * (1.0 - squashed * squashed));
                found[0][k] = dc[k] * (g[k] * (i[k] * (1.0 - i[k])));
                found[1][k] = dh[k] * (squashed * (o[k] * (1.0 - o[k])));
                found[2][k] = dc[k] * (before[k] * (f[k] * (1.0 - f[k])));
                found[3][k] = dc[k] * (i[k] * (1.0 - g[k] * g[k]));
                dc[k] *= f[k];
            }
            for (index, gate) in found.into_iter().enumerate() {
                store(gates.add(index * size + at), gate, count);
            }
            store(on_cell.add(at), dc, count);
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
            let weights = StateWeights::pack(self.weights.0, 4 * size, size, true, backend, pieces);
            for_pieces(batch, backend, pieces, &|first, rows| {
                // What goes on to the step before lies where the first step leaves it.
                let on_hidden = self.on_first_hidden.at(first * size);
                let on_cell = self.on_first_cell.at(first * size);
                fill_row(on_hidden, self.on_last_hidden.at(first * size), rows * size);
                fill_row(on_cell, self.on_last_cell.at(first * size), rows * size);
                for step in self.sizes.order(true) {
                    let row = step * batch + first;
                    if self.on_each.is_there() {
                        add_row(on_hidden, self.on_each.at(row * size), rows * size);
                    }
                    for each in 0..rows {
                        let cell = match self.sizes.before(step) {
                            Some(before) => self
                                .kept
                                .at(((before * batch + first + each) * 5 + 4) * size),
                            None => self.first_cell.at((first + each) * size),
                        };
                        step_back(
                            level,
                            self.kept.at((row + each) * 5 * size),
                            cell,
                            on_hidden.add(each * size),
                            on_cell.add(each * size),
                            self.gates.at((row + each) * 4 * size),
                            size,
                        );
                    }
                    let into = Rows {
                        result: on_hidden,
                        row_stride: size,
                        alpha: 1.0,
                        bias: std::ptr::null(),
                        adds: false,
                    };
                    weights.multiply(self.gates.at(row * 4 * size), rows, into);
                }
            });
        }
    }
}
