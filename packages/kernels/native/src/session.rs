//! A loaded graph: runs on a thread of libuv's, in memory that JavaScript owns.

use std::collections::HashMap;
use std::ffi::CString;
use std::ptr;
use std::sync::{Arc, Mutex};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use ort::AsPointer;
use ort::operator::OperatorDomain;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::ValueType;

use crate::convolution::{ConvOperator, ConvWeightGradientOperator};
use crate::fused::FusedOperator;
use crate::max_pool::MaxPoolOperator;
use crate::max_unpool::MaxUnpoolOperator;
use crate::product::ProductOperator;
use crate::recurrent::{GruGradientOperator, GruOperator, LstmGradientOperator, LstmOperator};

/// Name, element type and shape of an input or output.
struct Place {
    name: CString,
    element: ort::sys::ONNXTensorElementDataType,
    shape: Vec<i64>,
    bytes: usize,
}

/// What runs: the session and the places of its values, in order.
pub struct Loaded {
    session: Session,
    inputs: Vec<Place>,
    outputs: Vec<Place>,
}

/// How a session is made.
#[napi(object)]
pub struct SessionOptions {
    /// Path of the ONNX Runtime library.
    pub library: String,
    pub threads: u32,
    /// Entries of the session's configuration.
    pub config: HashMap<String, String>,
    /// Where the runtime writes its profile.
    pub profile_prefix: Option<String>,
}

/// Steps, and the memory that they read and write. The first inputs are a state, and the first outputs, of the same shapes,
/// the next one: the first step reads `state` and writes `next`, those behind it write `other` and `next` in turn. The other
/// inputs and outputs hold all steps, one after the other.
#[napi(object, object_to_js = false)]
pub struct Call {
    pub state: Vec<Uint8Array>,
    pub next: Vec<Uint8Array>,
    pub other: Vec<Uint8Array>,
    pub inputs: Vec<Uint8Array>,
    pub outputs: Vec<Uint8Array>,
    pub steps: u32,
}

/// A graph with static shapes, ready to run.
#[napi]
pub struct NativeSession {
    loaded: Arc<Mutex<Option<Loaded>>>,
}

#[napi]
impl NativeSession {
    /// Loads the bytes of a model on a thread of libuv's.
    #[napi]
    pub fn load(bytes: Uint8Array, options: SessionOptions) -> AsyncTask<LoadTask> {
        AsyncTask::new(LoadTask { bytes, options })
    }

    /// Runs the steps of a call on a thread of libuv's.
    #[napi]
    pub fn run(&self, call: Call) -> AsyncTask<RunTask> {
        AsyncTask::new(self.task(call))
    }

    /// `run` on this thread: for steps that are over before another thread would have woken up.
    #[napi]
    pub fn run_now(&self, call: Call) -> Result<()> {
        self.task(call).compute()
    }

    fn task(&self, call: Call) -> RunTask {
        RunTask {
            loaded: Arc::clone(&self.loaded),
            call,
        }
    }

    /// Frees the session once the run under way has ended.
    #[napi]
    pub fn dispose(&self) -> AsyncTask<DisposeTask> {
        AsyncTask::new(DisposeTask {
            loaded: Arc::clone(&self.loaded),
        })
    }
}

pub struct LoadTask {
    bytes: Uint8Array,
    options: SessionOptions,
}

impl Task for LoadTask {
    type Output = Loaded;
    type JsValue = NativeSession;

    fn compute(&mut self) -> Result<Loaded> {
        load(&self.bytes, &self.options).map_err(|error| Error::from_reason(error.to_string()))
    }

    fn resolve(&mut self, _env: Env, loaded: Loaded) -> Result<NativeSession> {
        Ok(NativeSession {
            loaded: Arc::new(Mutex::new(Some(loaded))),
        })
    }
}

/// Whether a session with the domain has been made in this process.
static DOMAIN_IS_KNOWN: Mutex<bool> = Mutex::new(false);

/// Makes sessions at once on several threads, but the first: the runtime adds a domain that it does not know without a lock.
fn load(
    bytes: &[u8],
    options: &SessionOptions,
) -> std::result::Result<Loaded, Box<dyn std::error::Error>> {
    let mut is_known = DOMAIN_IS_KNOWN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if *is_known {
        drop(is_known);
        return make(bytes, options);
    }
    let loaded = make(bytes, options)?;
    *is_known = true;
    Ok(loaded)
}

fn make(
    bytes: &[u8],
    options: &SessionOptions,
) -> std::result::Result<Loaded, Box<dyn std::error::Error>> {
    let environment = crate::environment(&options.library)?;
    let domain = OperatorDomain::new("noosphere.kernels")?
        .add(FusedOperator)?
        .add(MaxPoolOperator)?
        .add(MaxUnpoolOperator)?
        .add(ProductOperator)?
        .add(ConvOperator)?
        .add(ConvWeightGradientOperator)?
        .add(LstmOperator)?
        .add(LstmGradientOperator)?
        .add(GruOperator)?
        .add(GruGradientOperator)?;
    let mut builder = Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(ort::Error::<()>::from)?
        .with_intra_threads(options.threads as usize)
        .map_err(ort::Error::<()>::from)?
        .with_inter_threads(1)
        .map_err(ort::Error::<()>::from)?
        // The memory pattern keeps one block for the worst case: a third more memory for no time.
        .with_memory_pattern(false)
        .map_err(ort::Error::<()>::from)?
        .with_operators(domain)
        .map_err(ort::Error::<()>::from)?;
    for (key, value) in &options.config {
        builder = builder
            .with_config_entry(key, value)
            .map_err(ort::Error::<()>::from)?;
    }
    if let Some(prefix) = &options.profile_prefix {
        builder = builder
            .with_profiling(prefix)
            .map_err(ort::Error::<()>::from)?;
    }
    let session = builder.commit_from_memory(bytes)?;
    let inputs = session
        .inputs()
        .iter()
        .map(|each| place(each.name(), each.dtype()))
        .collect::<std::result::Result<_, _>>()?;
    let outputs = session
        .outputs()
        .iter()
        .map(|each| place(each.name(), each.dtype()))
        .collect::<std::result::Result<_, _>>()?;
    Ok(Loaded {
        session,
        inputs,
        outputs,
    })
}

fn place(name: &str, kind: &ValueType) -> std::result::Result<Place, Box<dyn std::error::Error>> {
    let ValueType::Tensor { ty, shape, .. } = kind else {
        return Err(format!("'{name}' is no tensor").into());
    };
    let shape: Vec<i64> = shape.iter().copied().collect();
    if shape.iter().any(|&dim| dim < 0) {
        return Err(format!("'{name}' has sizes that only a run can tell").into());
    }
    let count = shape.iter().product::<i64>() as usize;
    Ok(Place {
        name: CString::new(name)?,
        element: (*ty).into(),
        bytes: ty
            .byte_size(count)
            .ok_or("an element type without a size")?,
        shape,
    })
}

pub struct RunTask {
    loaded: Arc<Mutex<Option<Loaded>>>,
    call: Call,
}

impl Task for RunTask {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        let loaded = Arc::clone(&self.loaded);
        let mut guard = loaded
            .lock()
            .map_err(|_| Error::from_reason("an earlier run broke off"))?;
        let loaded = guard
            .as_mut()
            .ok_or_else(|| Error::from_reason("the program was disposed"))?;
        self.call.check(loaded).map_err(Error::from_reason)?;
        for step in 0..self.call.steps as usize {
            self.call.step(loaded, step).map_err(Error::from_reason)?;
        }
        Ok(())
    }

    fn resolve(&mut self, _env: Env, _output: ()) -> Result<()> {
        Ok(())
    }
}

impl Call {
    /// Sizes of what was given: nothing is read or written beyond a buffer.
    fn check(&self, loaded: &Loaded) -> std::result::Result<(), String> {
        let kept = self.state.len();
        if self.next.len() != kept
            || (self.steps > 1 && self.other.len() != kept)
            || kept + self.inputs.len() != loaded.inputs.len()
            || kept + self.outputs.len() != loaded.outputs.len()
        {
            return Err(
                "the numbers of buffers are not those of the graph's inputs and outputs".into(),
            );
        }
        let steps = self.steps as usize;
        let fit = |places: &[Place], buffers: &[Uint8Array], steps: usize| {
            let mut pairs = places.iter().zip(buffers);
            pairs.all(|(place, buffer)| buffer.len() == place.bytes * steps)
        };
        let all = fit(&loaded.inputs, &self.state, 1)
            && fit(&loaded.inputs, &self.next, 1)
            && fit(&loaded.outputs, &self.next, 1)
            && fit(&loaded.outputs, &self.other, 1)
            && fit(&loaded.inputs[kept..], &self.inputs, steps)
            && fit(&loaded.outputs[kept..], &self.outputs, steps);
        if all {
            Ok(())
        } else {
            Err("a buffer has not the bytes of its input or output".into())
        }
    }

    fn step(&self, loaded: &mut Loaded, step: usize) -> std::result::Result<(), String> {
        let (from, to) = match step {
            0 => (&self.state, &self.next),
            _ if step % 2 == 1 => (&self.next, &self.other),
            _ => (&self.other, &self.next),
        };
        let kept = from.len();
        let mut values = Values::default();
        for (index, place) in loaded.inputs.iter().enumerate() {
            let (buffer, offset) = if index < kept {
                (&from[index], 0)
            } else {
                (&self.inputs[index - kept], step * place.bytes)
            };
            values.add(place, buffer, offset)?;
        }
        for (index, place) in loaded.outputs.iter().enumerate() {
            let (buffer, offset) = if index < kept {
                (&to[index], 0)
            } else {
                (&self.outputs[index - kept], step * place.bytes)
            };
            values.add(place, buffer, offset)?;
        }
        values.run(loaded)
    }
}

/// The runtime's handles on buffers of JavaScript's, in the order of inputs, then outputs; released at the end.
#[derive(Default)]
struct Values(Vec<*mut ort::sys::OrtValue>);

impl Values {
    fn add(
        &mut self,
        place: &Place,
        buffer: &Uint8Array,
        offset: usize,
    ) -> std::result::Result<(), String> {
        let api = ort::api();
        let mut value = ptr::null_mut();
        let mut memory = ptr::null_mut();
        // SAFETY: the buffer is kept alive by the task, its size was checked, and JavaScript does not touch outputs of a run
        // that has not ended. An empty tensor never reads its pointer.
        unsafe {
            status((api.CreateCpuMemoryInfo)(
                ort::sys::OrtAllocatorType::OrtDeviceAllocator,
                ort::sys::OrtMemType::OrtMemTypeDefault,
                &mut memory,
            ))?;
            let result = status((api.CreateTensorWithDataAsOrtValue)(
                memory,
                buffer.as_ptr().add(offset).cast_mut().cast(),
                place.bytes,
                place.shape.as_ptr(),
                place.shape.len(),
                place.element,
                &mut value,
            ));
            (api.ReleaseMemoryInfo)(memory);
            result?;
        }
        self.0.push(value);
        Ok(())
    }

    fn run(&mut self, loaded: &mut Loaded) -> std::result::Result<(), String> {
        let names = |places: &[Place]| {
            places
                .iter()
                .map(|place| place.name.as_ptr())
                .collect::<Vec<_>>()
        };
        let (inputs, outputs) = (names(&loaded.inputs), names(&loaded.outputs));
        let (given, wanted) = self.0.split_at_mut(inputs.len());
        // SAFETY: as many names as values, all alive; the session is held by the caller alone.
        unsafe {
            status((ort::api().Run)(
                loaded.session.ptr().cast_mut(),
                ptr::null(),
                inputs.as_ptr(),
                given.as_ptr().cast(),
                inputs.len(),
                outputs.as_ptr(),
                outputs.len(),
                wanted.as_mut_ptr(),
            ))
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        for &value in &self.0 {
            // SAFETY: each was made by `add` and is released once; the buffers are JavaScript's.
            unsafe { (ort::api().ReleaseValue)(value) };
        }
    }
}

/// A status of the runtime's as a result.
///
/// # Safety
/// `status` must come from a call of the runtime's that was just made.
unsafe fn status(status: ort::sys::OrtStatusPtr) -> std::result::Result<(), String> {
    // SAFETY: the status is the runtime's own and is read once.
    unsafe { ort::Error::result_from_status(status) }.map_err(|error| error.to_string())
}

pub struct DisposeTask {
    loaded: Arc<Mutex<Option<Loaded>>>,
}

impl Task for DisposeTask {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> Result<()> {
        if let Ok(mut loaded) = self.loaded.lock() {
            *loaded = None;
        }
        Ok(())
    }

    fn resolve(&mut self, _env: Env, _output: ()) -> Result<()> {
        Ok(())
    }
}
