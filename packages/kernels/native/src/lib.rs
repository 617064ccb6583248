//! Native operators for ONNX Runtime, and sessions that run with them, for Node.
//!
//! The runtime is the library that the npm package onnxruntime-node carries: one in a process.

mod convolution;
#[cfg(test)]
mod drawn;
mod fused;
mod level;
mod max_pool;
mod max_unpool;
mod operands;
mod product;
mod recurrent;
mod session;

use std::path::PathBuf;
use std::sync::OnceLock;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use ort::environment::Environment;

pub use session::NativeSession;

static ENVIRONMENT: OnceLock<std::result::Result<Environment, String>> = OnceLock::new();

/// The runtime's environment of this process. The first call opens the library; later ones ignore the path.
pub(crate) fn environment(library: &str) -> Result<&'static Environment> {
    ENVIRONMENT
        .get_or_init(|| {
            let builder =
                ort::init_from(PathBuf::from(library)).map_err(|error| error.to_string())?;
            builder.build().map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|message| Error::from_reason(message.clone()))
}

/// Whether bfloat16 products run on matrix units, or in plain code that stands for them.
#[napi]
pub fn has_matrix_units() -> bool {
    product::has_bfloat16()
}

/// Names of the instruction sets in use, the widest first.
#[napi]
pub fn instruction_sets() -> Vec<&'static str> {
    level::Level::detect().names()
}
