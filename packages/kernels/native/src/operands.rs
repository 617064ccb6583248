//! Memory of a kernel's inputs and outputs, and what kernels of all kinds read from their attributes.

use ort::operator::{ComputeContext, KernelContext};
use ort::value::DynTensorValueType;

use crate::product::Precision;

/// The memory of an input and how many numbers it has; null where it is not there.
fn memory(context: &ComputeContext, index: usize) -> ort::Result<(*const f32, usize)> {
    let Some(value) = context.input(index)? else {
        return Ok((std::ptr::null(), 0));
    };
    let tensor = value.downcast::<DynTensorValueType>()?;
    Ok((tensor.data_ptr().cast(), tensor.shape().num_elements()))
}

fn refuse<T>(index: usize, found: usize, wanted: impl std::fmt::Display) -> ort::Result<T> {
    Err(ort::Error::new(format!(
        "input {index} has {found} numbers, not {wanted}"
    )))
}

/// The memory of an input; null where it is not there.
pub fn read_optional(
    context: &ComputeContext,
    index: usize,
    count: usize,
) -> ort::Result<*const f32> {
    match memory(context, index)? {
        (pointer, found) if pointer.is_null() || found == count => Ok(pointer),
        (_, found) => refuse(index, found, count),
    }
}

/// The memory of an input.
pub fn read(context: &ComputeContext, index: usize, count: usize) -> ort::Result<*const f32> {
    match memory(context, index)? {
        (pointer, found) if found == count => Ok(pointer),
        (_, found) => refuse(index, found, count),
    }
}

/// The memory of an input of which some numbers may not be read.
pub fn read_at_least(
    context: &ComputeContext,
    index: usize,
    least: usize,
) -> ort::Result<*const f32> {
    match memory(context, index)? {
        (pointer, found) if found >= least => Ok(pointer),
        (_, found) => refuse(index, found, format_args!("at least {least}")),
    }
}

/// The memory of an output, which is the kernel's to write.
pub fn write(
    context: &ComputeContext,
    index: usize,
    shape: &[i64],
    count: usize,
) -> ort::Result<*mut f32> {
    let value = context
        .output(index, shape)?
        .ok_or_else(|| ort::Error::new(format!("output {index} is missing")))?;
    let tensor = value.downcast::<DynTensorValueType>()?;
    match tensor.shape().num_elements() {
        found if found == count => Ok(tensor.data_ptr().cast_mut().cast()),
        found => Err(ort::Error::new(format!(
            "output {index} has {found} numbers, not {count}"
        ))),
    }
}

/// Numbers of an attribute; an empty list is one that is not there.
pub fn ints(info: &KernelContext, name: &str) -> Vec<i64> {
    info.get::<Vec<i64>>(name).unwrap_or_default()
}

/// The attribute `precision`.
pub fn precision_of(info: &KernelContext) -> ort::Result<Precision> {
    let name = info.get::<String>("precision").unwrap_or_default();
    Precision::named(&name)
        .ok_or_else(|| ort::Error::new(format!("there is no precision {name:?}")))
}
