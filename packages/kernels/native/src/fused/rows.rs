//! Runs a fused program over a block of rows: each instruction over a piece that stays in the first cache.

use super::math;
use super::program::{Code, Instruction, Operand, Program};
use crate::level::Level;

/// Numbers of a row that one instruction handles before the next one does; rows that are reduced stay whole.
const PIECE: usize = 1024;
/// Sums have this many strands, whatever the vectors' width, so that their bits do not depend on it.
const STRANDS: usize = 16;

/// Memory of a run's inputs and outputs.
pub struct Buffers {
    pub sources: Vec<*const u8>,
    pub sinks: Vec<*mut f32>,
}

// SAFETY: sources are only read, and blocks write to different rows or columns of the sinks.
unsafe impl Sync for Buffers {}

/// Part of the rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

/// A power of two near the numbers that are worth a thread's waking up.
const BLOCK: usize = 16 * PIECE;

/// The work cut by its shape alone: the same blocks for any number of threads.
pub fn blocks(program: &Program) -> Vec<Block> {
    let (rows, width) = (program.rows(), program.width);
    if rows == 0 || width == 0 {
        return Vec::new();
    }
    if !program.reduces && width > BLOCK {
        let pieces = width.div_ceil(BLOCK);
        return (0..rows * pieces)
            .map(|at| {
                let (row, first) = (at / pieces, at % pieces * BLOCK);
                Block {
                    rows: (row, row + 1),
                    columns: (first, width.min(first + BLOCK)),
                }
            })
            .collect();
    }
    let step = BLOCK.div_ceil(width);
    (0..rows)
        .step_by(step)
        .map(|row| Block {
            rows: (row, rows.min(row + step)),
            columns: (0, width),
        })
        .collect()
}

/// Runs one block.
///
/// # Safety
/// The buffers must have the sizes that the program says, and no sink may overlap another buffer.
pub unsafe fn run_block(program: &Program, buffers: &Buffers, block: Block, level: Level) {
    // SAFETY: the level is one that this processor has; the rest is the caller's promise.
    unsafe {
        match level {
            #[cfg(target_arch = "x86_64")]
            Level::Amx | Level::Avx512 => run_avx512(program, buffers, block),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => run_avx2(program, buffers, block),
            _ => run(program, buffers, block),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
unsafe fn run_avx512(program: &Program, buffers: &Buffers, block: Block) {
    // SAFETY: as the caller's.
    unsafe { run(program, buffers, block) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2(program: &Program, buffers: &Buffers, block: Block) {
    // SAFETY: as the caller's.
    unsafe { run(program, buffers, block) }
}

/// What an instruction reads: a row, or one number for all of it.
#[derive(Clone, Copy)]
enum Argument<'a> {
    Row(&'a [f32]),
    Number(f32),
}

#[inline(always)]
unsafe fn run(program: &Program, buffers: &Buffers, block: Block) {
    let (first, last) = block.columns;
    let piece = if program.reduces {
        last - first
    } else {
        PIECE.min(last - first)
    };
    let fixed = program.sources.len() + program.sinks.len();
    let bools = program
        .sources
        .iter()
        .filter(|source| source.is_bool && !source.is_number)
        .count();
    let mut scratch = vec![0.0_f32; (program.scratch_rows + bools) * piece];
    let mut pointers: Vec<*mut f32> = vec![std::ptr::null_mut(); fixed + program.scratch_rows];
    for (index, pointer) in pointers[fixed..].iter_mut().enumerate() {
        *pointer = scratch[index * piece..].as_mut_ptr();
    }
    let converted = scratch[program.scratch_rows * piece..].as_mut_ptr();
    let mut numbers = program.constants.clone();
    numbers.resize(program.numbers, 0.0);
    for row in block.rows.0..block.rows.1 {
        let mut column = first;
        while column < last {
            let length = piece.min(last - column);
            // SAFETY: offsets lie within the buffers, whose sizes were checked; scratch rows hold `piece` numbers.
            unsafe {
                place_sources(
                    program,
                    buffers,
                    (row, column, length),
                    &mut pointers,
                    &mut numbers,
                    converted,
                );
                place_sinks(program, buffers, (row, column), &mut pointers);
                for instruction in &program.instructions {
                    execute(instruction, &pointers, &mut numbers, length);
                }
            }
            column += length;
        }
        let ahead = program.constants.len() + program.sources.len();
        for (index, sink) in program
            .sinks
            .iter()
            .enumerate()
            .filter(|(_, sink)| sink.is_number)
        {
            debug_assert!(sink.is_number);
            // SAFETY: such a sink has one number a row.
            unsafe { *buffers.sinks[index].add(row) = numbers[ahead + index] };
        }
    }
}

#[inline(always)]
unsafe fn place_sources(
    program: &Program,
    buffers: &Buffers,
    (row, column, length): (usize, usize, usize),
    pointers: &mut [*mut f32],
    numbers: &mut [f32],
    converted: *mut f32,
) {
    let mut bools = 0;
    for (index, source) in program.sources.iter().enumerate() {
        let offset = program.offset(index, row);
        let memory = buffers.sources[index];
        // SAFETY: the offset of a row and its columns lie within the source.
        unsafe {
            match (source.is_number, source.is_bool) {
                (true, true) => {
                    numbers[program.constants.len() + index] = f32::from(*memory.add(offset) != 0)
                }
                (true, false) => {
                    numbers[program.constants.len() + index] = *memory.cast::<f32>().add(offset)
                }
                (false, false) => {
                    pointers[index] = memory.cast::<f32>().add(offset + column).cast_mut()
                }
                (false, true) => {
                    let to = std::slice::from_raw_parts_mut(converted.add(bools * length), length);
                    let from = std::slice::from_raw_parts(memory.add(offset + column), length);
                    for (to, &from) in to.iter_mut().zip(from) {
                        *to = f32::from(u8::from(from != 0));
                    }
                    pointers[index] = to.as_mut_ptr();
                    bools += 1;
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn place_sinks(
    program: &Program,
    buffers: &Buffers,
    (row, column): (usize, usize),
    pointers: &mut [*mut f32],
) {
    for (index, sink) in program
        .sinks
        .iter()
        .enumerate()
        .filter(|(_, sink)| !sink.is_number)
    {
        debug_assert!(!sink.is_number);
        // SAFETY: rows of a sink lie one behind the other.
        pointers[program.sources.len() + index] =
            unsafe { buffers.sinks[index].add(row * program.width + column) };
    }
}

#[inline(always)]
unsafe fn execute(
    instruction: &Instruction,
    pointers: &[*mut f32],
    numbers: &mut [f32],
    length: usize,
) {
    let Instruction { code, to, from } = *instruction;
    let argument = |place: usize| match from[place] {
        // SAFETY: a row of the program's holds `length` numbers.
        Operand::Row(row) => {
            Argument::Row(unsafe { std::slice::from_raw_parts(pointers[row], length) })
        }
        Operand::Number(number) => Argument::Number(numbers[number]),
    };
    let to = match to {
        // SAFETY: as above; the program was checked to write to no row that it reads in the same instruction.
        Operand::Row(row) => unsafe { std::slice::from_raw_parts_mut(pointers[row], length) },
        Operand::Number(number) => {
            numbers[number] = number_of(code, [argument(0), argument(1), argument(2)]);
            return;
        }
    };
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    match code {
        Code::Copy => unary(to, argument(0), |x| x),
        Code::Neg => unary(to, argument(0), |x| -x),
        Code::Sqrt => unary(to, argument(0), f32::sqrt),
        Code::Exp => unary(to, argument(0), math::exp),
        Code::Log => unary(to, argument(0), math::log),
        Code::Abs => unary(to, argument(0), f32::abs),
        Code::Tanh => unary(to, argument(0), math::tanh),
        Code::Sigmoid => unary(to, argument(0), math::sigmoid),
        Code::Erf => unary(to, argument(0), math::erf),
        Code::Relu => unary(to, argument(0), |x| if x < 0.0 { 0.0 } else { x }),
        Code::Reciprocal => unary(to, argument(0), |x| 1.0 / x),
        Code::Add => binary(to, argument(0), argument(1), |a, b| a + b),
        Code::Sub => binary(to, argument(0), argument(1), |a, b| a - b),
        Code::Mul => binary(to, argument(0), argument(1), |a, b| a * b),
        Code::Div => binary(to, argument(0), argument(1), |a, b| a / b),
        Code::Max => binary(to, argument(0), argument(1), math::max),
        Code::Min => binary(to, argument(0), argument(1), math::min),
        Code::Greater => binary(to, argument(0), argument(1), |a, b| truth(a > b)),
        Code::GreaterOrEqual => binary(to, argument(0), argument(1), |a, b| truth(a >= b)),
        Code::Less => binary(to, argument(0), argument(1), |a, b| truth(a < b)),
        Code::LessOrEqual => binary(to, argument(0), argument(1), |a, b| truth(a <= b)),
        Code::Equal => binary(to, argument(0), argument(1), |a, b| truth(a == b)),
        Code::Where => choose(to, argument(0), argument(1), argument(2)),
        // Reductions write to numbers alone: the program was checked.
        Code::Sum | Code::Largest => {}
    }
}

#[inline(always)]
fn unary(to: &mut [f32], x: Argument, f: impl Fn(f32) -> f32) {
    match x {
        Argument::Row(x) => to.iter_mut().zip(x).for_each(|(to, &x)| *to = f(x)),
        Argument::Number(x) => to.fill(f(x)),
    }
}

#[inline(always)]
fn binary(to: &mut [f32], a: Argument, b: Argument, f: impl Fn(f32, f32) -> f32) {
    match (a, b) {
        (Argument::Row(a), Argument::Row(b)) => {
            to.iter_mut()
                .zip(a)
                .zip(b)
                .for_each(|((to, &a), &b)| *to = f(a, b));
        }
        (Argument::Row(a), Argument::Number(b)) => {
            to.iter_mut().zip(a).for_each(|(to, &a)| *to = f(a, b))
        }
        (Argument::Number(a), Argument::Row(b)) => {
            to.iter_mut().zip(b).for_each(|(to, &b)| *to = f(a, b))
        }
        (Argument::Number(a), Argument::Number(b)) => to.fill(f(a, b)),
    }
}

#[inline(always)]
fn choose(to: &mut [f32], condition: Argument, a: Argument, b: Argument) {
    let at = |x: Argument, index: usize| match x {
        Argument::Row(row) => row[index],
        Argument::Number(number) => number,
    };
    match (condition, a, b) {
        (Argument::Row(c), Argument::Row(a), Argument::Row(b)) => {
            to.iter_mut()
                .zip(c)
                .zip(a)
                .zip(b)
                .for_each(|(((to, &c), &a), &b)| *to = if c != 0.0 { a } else { b });
        }
        (Argument::Row(c), Argument::Row(a), Argument::Number(b)) => {
            to.iter_mut()
                .zip(c)
                .zip(a)
                .for_each(|((to, &c), &a)| *to = if c != 0.0 { a } else { b });
        }
        (Argument::Row(c), Argument::Number(a), Argument::Row(b)) => {
            to.iter_mut()
                .zip(c)
                .zip(b)
                .for_each(|((to, &c), &b)| *to = if c != 0.0 { a } else { b });
        }
        _ => {
            for (index, to) in to.iter_mut().enumerate() {
                *to = if at(condition, index) != 0.0 {
                    at(a, index)
                } else {
                    at(b, index)
                };
            }
        }
    }
}

/// The value of an instruction that writes one number: of numbers, or of a row that it reduces.
#[inline(always)]
fn number_of(code: Code, from: [Argument; 3]) -> f32 {
    if let (true, Argument::Row(row)) = (code.reduces(), from[0]) {
        return if code == Code::Sum {
            sum(row)
        } else {
            largest(row)
        };
    }
    let mut to = [0.0_f32];
    let mut values = [0.0_f32; 3];
    for (value, argument) in values.iter_mut().zip(from) {
        if let Argument::Number(number) = argument {
            *value = number;
        }
    }
    let [a, b, c] = values.map(Argument::Number);
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    let [x, y, _] = values;
    to[0] = match code {
        Code::Copy | Code::Sum | Code::Largest => x,
        Code::Neg => -x,
        Code::Sqrt => x.sqrt(),
        Code::Exp => math::exp(x),
        Code::Log => math::log(x),
        Code::Abs => x.abs(),
        Code::Tanh => math::tanh(x),
        Code::Sigmoid => math::sigmoid(x),
        Code::Erf => math::erf(x),
        Code::Relu => {
            if x < 0.0 {
                0.0
            } else {
                x
            }
        }
        Code::Reciprocal => 1.0 / x,
        Code::Add => x + y,
        Code::Sub => x - y,
        Code::Mul => x * y,
        Code::Div => x / y,
        Code::Max => math::max(x, y),
        Code::Min => math::min(x, y),
        Code::Greater => truth(x > y),
        Code::GreaterOrEqual => truth(x >= y),
        Code::Less => truth(x < y),
        Code::LessOrEqual => truth(x <= y),
        Code::Equal => truth(x == y),
        Code::Where => {
            choose(&mut to, a, b, c);
            to[0]
        }
    };
    to[0]
}

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    let mut strands = [0.0_f32; STRANDS];
    let chunks = row.chunks_exact(STRANDS);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (strand, value) in strands.iter_mut().zip(chunk) {
            *strand += value;
        }
    }
    for (strand, value) in strands.iter_mut().zip(rest) {
        *strand += value;
    }
    let mut half = STRANDS / 2;
    while half > 0 {
        for index in 0..half {
            strands[index] += strands[index + half];
        }
        half /= 2;
    }
    strands[0]
}

#[inline(always)]
fn largest(row: &[f32]) -> f32 {
    let mut strands = [f32::NEG_INFINITY; STRANDS];
    let chunks = row.chunks_exact(STRANDS);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (strand, &value) in strands.iter_mut().zip(chunk) {
            *strand = math::max(*strand, value);
        }
    }
    for (strand, &value) in strands.iter_mut().zip(rest) {
        *strand = math::max(*strand, value);
    }
    strands.into_iter().fold(f32::NEG_INFINITY, math::max)
}

#[cfg(test)]
mod tests {
    use super::super::program::{Attributes, Program};
    use super::*;

    /// Runs a program on float32 inputs by every instruction set of this processor, and holds their bits equal.
    fn results(attributes: &Attributes, inputs: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let program = Program::decode(attributes).unwrap();
        let run = |level: Level| {
            let mut sinks: Vec<Vec<f32>> = program
                .sinks
                .iter()
                .map(|sink| vec![f32::NAN; sink.shape.iter().product::<i64>() as usize])
                .collect();
            let buffers = Buffers {
                sources: inputs.iter().map(|input| input.as_ptr().cast()).collect(),
                sinks: sinks.iter_mut().map(|sink| sink.as_mut_ptr()).collect(),
            };
            for block in blocks(&program) {
                // SAFETY: the vectors have the sizes of the program.
                unsafe { run_block(&program, &buffers, block, level) };
            }
            sinks
        };
        let plain = run(Level::Plain);
        let widest = run(Level::detect());
        let bits = |all: &[Vec<f32>]| {
            all.iter()
                .flatten()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&plain), bits(&widest));
        plain
    }

    fn numbers(count: usize) -> Vec<f32> {
        (0..count)
            .map(|index| ((index * 37 + 11) % 101) as f32 / 50.0 - 1.0)
            .collect()
    }

    #[test]
    fn blocks_cover_every_number_once() {
        for (outer, width) in [
            (vec![], 100_000),
            (vec![7], 33),
            (vec![3, 5], 20_000),
            (vec![1000], 1),
            (vec![0], 8),
        ] {
            let attributes = Attributes {
                strides: [vec![0; outer.len()], vec![1]].concat(),
                outputs: [vec![1 + outer.len() as i64], outer.clone(), vec![width, 1]].concat(),
                outer,
                width,
                bools: vec![0],
                constants: vec![],
                code: vec![0, 1, 0, 0, 0],
            };
            let program = Program::decode(&attributes).unwrap();
            let mut seen = vec![0; program.rows() * program.width];
            for Block { rows, columns } in blocks(&program) {
                for row in rows.0..rows.1 {
                    for column in columns.0..columns.1 {
                        seen[row * program.width + column] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&count| count == 1));
        }
    }

    #[test]
    fn rows_and_numbers_broadcast_as_their_strides_say() {
        let (rows, width) = (50, 1037);
        let inputs = [numbers(rows * width), numbers(width), numbers(rows)];
        // (x + row) * number + 0.5
        let attributes = Attributes {
            outer: vec![rows as i64],
            width: width as i64,
            strides: vec![width as i64, 1, 0, 1, 1, 0],
            bools: vec![0, 0, 0],
            outputs: vec![2, rows as i64, width as i64, 1],
            constants: vec![0.5],
            code: vec![1, 4, 0, 1, 0, 3, 5, 4, -4, 0, 1, 3, 5, -1, 0],
        };
        let [found] = &results(&attributes, &inputs)[..] else {
            panic!("expected one output")
        };
        for row in 0..rows {
            for column in 0..width {
                let expected =
                    (inputs[0][row * width + column] + inputs[1][column]) * inputs[2][row] + 0.5;
                assert_eq!(found[row * width + column], expected);
            }
        }
    }

    #[test]
    fn reductions_give_one_number_a_row() {
        let (rows, width) = (9, 333);
        let inputs = [numbers(rows * width)];
        // The sum and the largest of each row, and the row less its largest.
        let attributes = Attributes {
            outer: vec![rows as i64],
            width: width as i64,
            strides: vec![width as i64, 1],
            bools: vec![0],
            outputs: [
                vec![1, rows as i64, 0],
                vec![1, rows as i64, 0],
                vec![2, rows as i64, width as i64, 1],
            ]
            .concat(),
            constants: vec![],
            code: vec![23, -2, 0, 0, 0, 24, -3, 0, 0, 0, 2, 3, 0, -3, 0],
        };
        let found = results(&attributes, &inputs);
        for row in 0..rows {
            let own = &inputs[0][row * width..(row + 1) * width];
            let sum: f64 = own.iter().map(|&value| f64::from(value)).sum();
            let largest = own.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert!((f64::from(found[0][row]) - sum).abs() < 1e-4);
            assert_eq!(found[1][row], largest);
            assert_eq!(found[2][row * width + 5], own[5] - largest);
        }
    }

    #[test]
    fn bad_programs_are_refused() {
        let good = |code: Vec<i64>, outputs: Vec<i64>| Attributes {
            outer: vec![],
            width: 8,
            strides: vec![1],
            bools: vec![0],
            outputs,
            constants: vec![],
            code,
        };
        for (code, outputs) in [
            (vec![99, 1, 0, 0, 0], vec![1, 8, 1]),
            (vec![0, 1, 0], vec![1, 8, 1]),
            (vec![0, 1, 0, 0, 0], vec![1, 9, 1]),
            (vec![0, 1, 0, 0, 0], vec![3, 8]),
            (vec![23, 1, 0, 0, 0], vec![1, 8, 1]),
            (vec![0, 0, 0, 0, 0], vec![1, 8, 1]),
        ] {
            assert!(Program::decode(&good(code, outputs)).is_err());
        }
    }
}
