//! Instruction sets, chosen when the program runs.

use std::sync::OnceLock;

/// The widest vectors that kernels use. All give the same bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    Plain,
    Avx2,
    Avx512,
}

static DETECTED: OnceLock<Level> = OnceLock::new();

impl Level {
    /// What this processor has, up to the one that `NOOSPHERE_INSTRUCTIONS` names: plain, avx2 or avx512.
    pub fn detect() -> Level {
        *DETECTED.get_or_init(|| {
            let most = match std::env::var("NOOSPHERE_INSTRUCTIONS").as_deref() {
                Ok("plain") => Level::Plain,
                Ok("avx2") => Level::Avx2,
                _ => Level::Avx512,
            };
            Level::of_processor().min(most)
        })
    }

    #[cfg(target_arch = "x86_64")]
    fn of_processor() -> Level {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match avx2 {
            true if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") => {
                Level::Avx512
            }
            true => Level::Avx2,
            false => Level::Plain,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn of_processor() -> Level {
        Level::Plain
    }

    /// Names of this level and those below it, the widest first.
    pub fn names(self) -> Vec<&'static str> {
        let all = [
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
