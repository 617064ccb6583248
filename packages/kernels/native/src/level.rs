//! Instruction sets, chosen when the program runs.

use std::sync::OnceLock;

/// The widest instructions that kernels use. Fused operators give the same bits at all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    Plain,
    Avx2,
    Avx512,
    /// Matrix units for bfloat16, beside AVX-512.
    Amx,
}

static DETECTED: OnceLock<Level> = OnceLock::new();

impl Level {
    /// What this processor has, up to the one that `NOOSPHERE_INSTRUCTIONS` names.
    pub fn detect() -> Level {
        *DETECTED.get_or_init(|| {
            let most = match std::env::var("NOOSPHERE_INSTRUCTIONS").as_deref() {
                Ok("plain") => Level::Plain,
                Ok("avx2") => Level::Avx2,
                Ok("avx512") => Level::Avx512,
                _ => Level::Amx,
            };
            Level::of_processor().min(most)
        })
    }

    #[cfg(target_arch = "x86_64")]
    fn of_processor() -> Level {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw");
        match (avx2, avx512) {
            (_, true) if crate::product::has_matrix_units() => Level::Amx,
            (_, true) => Level::Avx512,
            (true, _) => Level::Avx2,
            _ => Level::Plain,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn of_processor() -> Level {
        Level::Plain
    }

    /// Names of this level and those below it, the widest first.
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            (Level::Amx, "amx"),
            (Level::Avx512, "avx512"),
            (Level::Avx2, "avx2"),
            (Level::Plain, "plain"),
        ];
        all.into_iter()
            .filter(|&(level, _)| level <= self)
            .map(|(_, name)| name)
            .collect()
    }
}

/// Whether bfloat16 products run in plain code where there are no matrix units: `NOOSPHERE_MATRIX_UNITS=emulated`, for tests.
pub fn emulates_matrix_units() -> bool {
    std::env::var("NOOSPHERE_MATRIX_UNITS").as_deref() == Ok("emulated")
}
