//! Recurrent layers as the runtime sees them: one direction, from what the input's product gives.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

use super::pass::{Input, Output, Sizes};
use super::{gru, lstm};
use crate::level::Level;
use crate::operands::{ints, precision_of, read, read_optional, write};
use crate::product::{Backend, backend, in_pieces};

const FLOAT: TensorElementType = TensorElementType::Float32;

/// What kernels of all four are made from.
pub struct Settings {
    sizes: Sizes,
    backend: &'static dyn Backend,
    level: Level,
}

impl Settings {
    fn read(info: &KernelContext) -> ort::Result<Settings> {
        let sizes: Vec<usize> = ints(info, "sizes")
            .iter()
            .filter_map(|&size| usize::try_from(size).ok())
            .collect();
        let &[steps, batch, hidden] = sizes.as_slice() else {
            return Err(ort::Error::new("expected steps, batch and hidden units"));
        };
        Ok(Settings {
            sizes: Sizes {
                steps,
                batch,
                hidden,
                reverse: info.get::<i64>("reverse").unwrap_or(0) != 0,
            },
            backend: backend(precision_of(info)?),
            level: Level::detect(),
        })
    }

    /// Numbers of a sequence of so many values a unit, and of a state.
    fn sequence(&self, values: usize) -> usize {
        self.sizes.steps * self.state() * values
    }

    fn state(&self) -> usize {
        self.sizes.batch * self.sizes.hidden
    }

    fn weights(&self, gates: usize) -> usize {
        gates * self.sizes.hidden * self.sizes.hidden
    }

    fn sequence_shape(&self, values: usize) -> [i64; 3] {
        let Sizes {
            steps,
            batch,
            hidden,
            ..
        } = self.sizes;
        [steps as i64, batch as i64, (values * hidden) as i64]
    }

    fn state_shape(&self) -> [i64; 2] {
        [self.sizes.batch as i64, self.sizes.hidden as i64]
    }
}

/// A pass's outputs: sequences of so many values a unit, and states.
fn sequence(
    context: &ComputeContext,
    index: usize,
    settings: &Settings,
    values: usize,
) -> ort::Result<Output> {
    let shape = settings.sequence_shape(values);
    write(context, index, &shape, settings.sequence(values)).map(Output)
}

fn state(context: &ComputeContext, index: usize, settings: &Settings) -> ort::Result<Output> {
    write(context, index, &settings.state_shape(), settings.state()).map(Output)
}

fn required(context: &ComputeContext, index: usize, count: usize) -> ort::Result<Input> {
    read(context, index, count).map(Input)
}

fn optional(context: &ComputeContext, index: usize, count: usize) -> ort::Result<Input> {
    read_optional(context, index, count).map(Input)
}

macro_rules! recurrent_operator {
    ($operator:ident, $kernel:ident, $name:literal, $doc:literal, inputs $inputs:expr, outputs $outputs:literal) => {
        #[doc = $doc]
        pub struct $operator;

        pub struct $kernel(Settings);

        impl Operator for $operator {
            type Kernel<'attr> = $kernel;

            fn name(&self) -> &str {
                $name
            }

            fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
                $inputs.map(|is_required| match is_required {
                    true => OperatorInput::required(FLOAT),
                    false => OperatorInput::optional(FLOAT),
                })
            }

            fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
                [const { FLOAT }; $outputs].map(OperatorOutput::required)
            }

            fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<$kernel> {
                Settings::read(info).map($kernel)
            }
        }
    };
}

recurrent_operator!(
    LstmOperator, LstmKernel, "LSTM",
    "`noosphere.kernels.LSTM`: what gates get from the inputs, R, first hidden state and cell give hidden states, the last two, and what is kept.",
    inputs [true; 4], outputs 4
);
recurrent_operator!(
    LstmGradientOperator, LstmGradientKernel, "LSTMGradient",
    "`noosphere.kernels.LSTMGradient`: R, what is kept, first cell and gradients that arrive give those of gates, first hidden state and cell.",
    inputs [true, true, true, false, false, false], outputs 3
);
recurrent_operator!(
    GruOperator, GruKernel, "GRU",
    "`noosphere.kernels.GRU`: what gates get from the inputs, R, first hidden state and the state's bias give hidden states, the last, and what is kept.",
    inputs [true, true, true, false], outputs 3
);
recurrent_operator!(
    GruGradientOperator, GruGradientKernel, "GRUGradient",
    "`noosphere.kernels.GRUGradient`: R, what is kept, hidden states, the first and gradients that arrive give those of both sides' gates and the first state.",
    inputs [true, true, true, true, false, false], outputs 3
);

impl Kernel for LstmKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let settings = &self.0;
        let pass = lstm::Forward {
            sizes: settings.sizes,
            from_input: required(context, 0, settings.sequence(4))?,
            weights: required(context, 1, settings.weights(4))?,
            first_hidden: required(context, 2, settings.state())?,
            first_cell: required(context, 3, settings.state())?,
            hidden: sequence(context, 0, settings, 1)?,
            last_hidden: state(context, 1, settings)?,
            last_cell: state(context, 2, settings)?,
            kept: sequence(context, 3, settings, 5)?,
        };
        // SAFETY: sizes were checked; outputs are memory of their own.
        in_pieces(context, &|pieces| unsafe {
            pass.run(settings.backend, settings.level, pieces)
        })
    }
}

impl Kernel for LstmGradientKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let settings = &self.0;
        let pass = lstm::Backward {
            sizes: settings.sizes,
            weights: required(context, 0, settings.weights(4))?,
            kept: required(context, 1, settings.sequence(5))?,
            first_cell: required(context, 2, settings.state())?,
            on_each: optional(context, 3, settings.sequence(1))?,
            on_last_hidden: optional(context, 4, settings.state())?,
            on_last_cell: optional(context, 5, settings.state())?,
            gates: sequence(context, 0, settings, 4)?,
            on_first_hidden: state(context, 1, settings)?,
            on_first_cell: state(context, 2, settings)?,
        };
        // SAFETY: sizes were checked; outputs are memory of their own.
        in_pieces(context, &|pieces| unsafe {
            pass.run(settings.backend, settings.level, pieces)
        })
    }
}

impl Kernel for GruKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let settings = &self.0;
        let pass = gru::Forward {
            sizes: settings.sizes,
            from_input: required(context, 0, settings.sequence(3))?,
            weights: required(context, 1, settings.weights(3))?,
            first_hidden: required(context, 2, settings.state())?,
            bias: optional(context, 3, 3 * settings.sizes.hidden)?,
            hidden: sequence(context, 0, settings, 1)?,
            last_hidden: state(context, 1, settings)?,
            kept: sequence(context, 2, settings, 4)?,
        };
        // SAFETY: sizes were checked; outputs are memory of their own.
        in_pieces(context, &|pieces| unsafe {
            pass.run(settings.backend, settings.level, pieces)
        })
    }
}

impl Kernel for GruGradientKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let settings = &self.0;
        let pass = gru::Backward {
            sizes: settings.sizes,
            weights: required(context, 0, settings.weights(3))?,
            kept: required(context, 1, settings.sequence(4))?,
            hidden: required(context, 2, settings.sequence(1))?,
            first_hidden: required(context, 3, settings.state())?,
            on_each: optional(context, 4, settings.sequence(1))?,
            on_last_hidden: optional(context, 5, settings.state())?,
            input_gates: sequence(context, 0, settings, 3)?,
            state_gates: sequence(context, 1, settings, 3)?,
            on_first_hidden: state(context, 2, settings)?,
        };
        // SAFETY: sizes were checked; outputs are memory of their own.
        in_pieces(context, &|pieces| unsafe {
            pass.run(settings.backend, settings.level, pieces)
        })
    }
}
