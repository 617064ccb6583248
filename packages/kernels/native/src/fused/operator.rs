//! The fused operator as the runtime sees it.

use ort::operator::{
    ComputeContext, Kernel, KernelContext, Operator, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType;

use super::program::{Attributes, Program};
use super::rows::{Block, Buffers, blocks, run_block};
use crate::level::Level;

/// `noosphere.kernels.Fused`: elementwise operators and reductions of rows in one pass. Attributes are those of `Attributes`.
pub struct FusedOperator;

pub struct FusedKernel {
    program: Program,
    blocks: Vec<Block>,
    level: Level,
}

impl Operator for FusedOperator {
    type Kernel<'attr> = FusedKernel;

    fn name(&self) -> &str {
        "Fused"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::variadic(1)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::variadic(1).homogenous(TensorElementType::Float32)]
    }

    fn create_kernel<'attr>(&self, info: &KernelContext<'attr>) -> ort::Result<FusedKernel> {
        // An empty list is an attribute that is not there.
        let ints = |name: &str| info.get::<Vec<i64>>(name).unwrap_or_default();
        let program = Program::decode(&Attributes {
            outer: ints("outer"),
            width: info.get::<i64>("width").unwrap_or(0),
            strides: ints("strides"),
            bools: ints("bools"),
            outputs: ints("outputs"),
            constants: info.get::<Vec<f32>>("constants").unwrap_or_default(),
            code: ints("code"),
        })
        .map_err(ort::Error::new)?;
        Ok(FusedKernel {
            blocks: blocks(&program),
            program,
            level: Level::detect(),
        })
    }
}

impl Kernel for FusedKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let program = &self.program;
        let mut buffers = Buffers {
            sources: Vec::new(),
            sinks: Vec::new(),
        };
        for (index, source) in program.sources.iter().enumerate() {
            let value = context
                .input(index)?
                .ok_or_else(|| ort::Error::new("an input is missing"))?;
            let bytes = if source.is_bool { 1 } else { 4 };
            let tensor = value.downcast::<ort::value::DynTensorValueType>()?;
            if tensor.shape().num_elements() < program.source_size(index) {
                return Err(ort::Error::new(format!(
                    "input {index} is smaller than its strides say ({bytes} bytes each)"
                )));
            }
            buffers.sources.push(tensor.data_ptr().cast());
        }
        for (index, sink) in program.sinks.iter().enumerate() {
            let value = context
                .output(index, sink.shape.as_slice())?
                .ok_or_else(|| ort::Error::new("an output is missing"))?;
            let tensor = value.downcast::<ort::value::DynTensorValueType>()?;
            // An output is the kernel's to write.
            buffers.sinks.push(tensor.data_ptr().cast_mut().cast());
        }
        let (blocks, level) = (&self.blocks, self.level);
        // SAFETY: sizes were checked above and when the program was decoded; the runtime gives outputs memory of their own.
        let run = |index: usize| unsafe { run_block(program, &buffers, blocks[index], level) };
        match blocks.len() {
            0 => Ok(()),
            1 => {
                run(0);
                Ok(())
            }
            count => context.par_for(count, 0, run),
        }
    }
}
