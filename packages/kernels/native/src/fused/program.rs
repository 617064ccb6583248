//! What a fused operator does, as its attributes say it.

/// A place of numbers: a row of a register, or one number that stands for a whole row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Row(usize),
    Number(usize),
}

impl Operand {
    /// From 0 on rows, below it numbers: -1 is number 0.
    fn decode(code: i64) -> Operand {
        if code >= 0 {
            Operand::Row(code as usize)
        } else {
            Operand::Number((-1 - code) as usize)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum Code {
    Copy,
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
    Neg,
    Sqrt,
    Exp,
    Log,
    Abs,
    Tanh,
    Sigmoid,
    Erf,
    Relu,
    Reciprocal,
    Where,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    Sum,
    Largest,
}

const CODES: [Code; 25] = [
    Code::Copy,
    Code::Add,
    Code::Sub,
    Code::Mul,
    Code::Div,
    Code::Max,
    Code::Min,
    Code::Neg,
    Code::Sqrt,
    Code::Exp,
    Code::Log,
    Code::Abs,
    Code::Tanh,
    Code::Sigmoid,
    Code::Erf,
    Code::Relu,
    Code::Reciprocal,
    Code::Where,
    Code::Greater,
    Code::GreaterOrEqual,
    Code::Less,
    Code::LessOrEqual,
    Code::Equal,
    Code::Sum,
    Code::Largest,
];

impl Code {
    /// Whether a row becomes one number.
    pub fn reduces(self) -> bool {
        matches!(self, Code::Sum | Code::Largest)
    }

    fn arity(self) -> usize {
        match self {
            Code::Where => 3,
            Code::Add
            | Code::Sub
            | Code::Mul
            | Code::Div
            | Code::Max
            | Code::Min
            | Code::Greater
            | Code::GreaterOrEqual
            | Code::Less
            | Code::LessOrEqual
            | Code::Equal => 2,
            _ => 1,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub code: Code,
    pub to: Operand,
    pub from: [Operand; 3],
}

/// Where an input's rows begin: offsets in elements along the outer axes.
#[derive(Debug)]
pub struct Source {
    pub strides: Vec<usize>,
    /// One number a row.
    pub is_number: bool,
    pub is_bool: bool,
}

#[derive(Debug)]
pub struct Sink {
    pub shape: Vec<i64>,
    pub is_number: bool,
}

/// Rows of `width` numbers for each place of the outer axes. Registers are inputs, outputs, then scratch rows; numbers are
/// constants, inputs, outputs, then scratch.
#[derive(Debug)]
pub struct Program {
    pub outer: Vec<usize>,
    pub width: usize,
    pub sources: Vec<Source>,
    pub sinks: Vec<Sink>,
    pub constants: Vec<f32>,
    pub instructions: Vec<Instruction>,
    pub scratch_rows: usize,
    pub numbers: usize,
    pub reduces: bool,
}

/// The attributes as they stand in the graph.
pub struct Attributes {
    pub outer: Vec<i64>,
    pub width: i64,
    /// For each input its outer strides, then 1 for rows or 0 for one number a row.
    pub strides: Vec<i64>,
    pub bools: Vec<i64>,
    /// For each output its rank and shape, then 1 for rows or 0.
    pub outputs: Vec<i64>,
    pub constants: Vec<f32>,
    /// Code, target and three operands for each instruction.
    pub code: Vec<i64>,
}

impl Program {
    pub fn decode(attributes: &Attributes) -> Result<Program, String> {
        let rank = attributes.outer.len();
        let outer = attributes
            .outer
            .iter()
            .map(|&dim| whole(dim))
            .collect::<Result<Vec<_>, _>>()?;
        let width = whole(attributes.width)?;
        let sources = attributes
            .strides
            .chunks(rank + 1)
            .zip(&attributes.bools)
            .map(|(strides, &is_bool)| {
                let (&last, outer) = strides.split_last().ok_or("strides are missing")?;
                let strides = outer
                    .iter()
                    .map(|&stride| whole(stride))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Source {
                    strides,
                    is_number: last == 0,
                    is_bool: is_bool != 0,
                })
            })
            .collect::<Result<Vec<_>, String>>()?;
        let sinks = decode_sinks(&attributes.outputs)?;
        let rows: usize = outer.iter().product();
        for sink in &sinks {
            let size = sink.shape.iter().product::<i64>() as usize;
            if size != rows * if sink.is_number { 1 } else { width } {
                return Err("an output has not the size of the rows".into());
            }
        }
        let instructions = attributes
            .code
            .chunks(5)
            .map(decode_instruction)
            .collect::<Result<Vec<_>, _>>()?;
        for Instruction { code, to, from } in &instructions {
            let writes_source = matches!(*to, Operand::Row(row) if row < sources.len());
            if writes_source || matches!(to, Operand::Row(_)) && from[..code.arity()].contains(to) {
                return Err("an instruction writes to a row that it reads".into());
            }
        }
        let mut program = Program {
            reduces: instructions.iter().any(|each| each.code.reduces()),
            outer,
            width,
            sources,
            sinks,
            instructions,
            constants: attributes.constants.clone(),
            scratch_rows: 0,
            numbers: 0,
        };
        program.measure();
        Ok(program)
    }

    /// How many scratch rows and numbers the instructions name.
    fn measure(&mut self) {
        let fixed = self.sources.len() + self.sinks.len();
        let (mut rows, mut numbers) = (fixed, self.constants.len() + fixed);
        for Instruction { code, to, from } in &self.instructions {
            for operand in from[..code.arity()].iter().chain([to]) {
                match *operand {
                    Operand::Row(row) => rows = rows.max(row + 1),
                    Operand::Number(number) => numbers = numbers.max(number + 1),
                }
            }
        }
        self.scratch_rows = rows - fixed;
        self.numbers = numbers;
    }

    pub fn rows(&self) -> usize {
        self.outer.iter().product()
    }

    /// Elements that an input must have at least.
    pub fn source_size(&self, index: usize) -> usize {
        let source = &self.sources[index];
        if self.rows() == 0 || self.width == 0 {
            return 0;
        }
        let last: usize = self
            .outer
            .iter()
            .zip(&source.strides)
            .map(|(dim, stride)| (dim - 1) * stride)
            .sum();
        last + if source.is_number { 1 } else { self.width }
    }

    /// The offset of a row in an input.
    pub fn offset(&self, index: usize, row: usize) -> usize {
        let mut rest = row;
        let mut offset = 0;
        for (&dim, &stride) in self.outer.iter().zip(&self.sources[index].strides).rev() {
            offset += (rest % dim) * stride;
            rest /= dim;
        }
        offset
    }
}

fn decode_instruction(code: &[i64]) -> Result<Instruction, String> {
    let &[code, to, a, b, c] = code else {
        return Err("an instruction is cut off".into());
    };
    let code = *CODES
        .get(code as usize)
        .ok_or_else(|| format!("there is no instruction {code}"))?;
    let to = Operand::decode(to);
    if code.reduces() && matches!(to, Operand::Row(_)) {
        return Err("a reduction needs a number to write to".into());
    }
    Ok(Instruction {
        code,
        to,
        from: [a, b, c].map(Operand::decode),
    })
}

fn decode_sinks(mut list: &[i64]) -> Result<Vec<Sink>, String> {
    let mut sinks = Vec::new();
    while let Some((&rank, rest)) = list.split_first() {
        let rank = whole(rank)?;
        if rest.len() < rank + 1 {
            return Err("the shape of an output is cut off".into());
        }
        sinks.push(Sink {
            shape: rest[..rank].to_vec(),
            is_number: rest[rank] == 0,
        });
        list = &rest[rank + 1..];
    }
    Ok(sinks)
}

fn whole(value: i64) -> Result<usize, String> {
    usize::try_from(value).map_err(|_| format!("expected a size from 0, got {value}"))
}
