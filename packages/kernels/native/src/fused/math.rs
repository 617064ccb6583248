//! Functions of one number that the compiler turns into vectors: no branches, no calls.
//!
//! Sums of products are written with `mul_add`, so that their bits are the same with and without fused instructions.
#![allow(
    clippy::manual_clamp,
    reason = "max and min turn a NaN into a bound, clamp does not"
)]

/// eˣ. Cephes: x = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 in r, then 2ⁿ. Within 2 units in the last place.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LARGEST: f32 = 88.722_84;
    const SMALLEST: f32 = -103.972_08;
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let mut p = 1.987_569_2e-4_f32;
    for coefficient in [
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ] {
        p = p.mul_add(r, coefficient);
    }
    let y = p.mul_add(r * r, r) + 1.0;
    // 2ⁿ in two factors: either alone is a normal number.
    let half = (n * 0.5).floor();
    let scaled = y * power_of_two(half) * power_of_two(n - half);
    let bounded = if x > LARGEST { f32::INFINITY } else { scaled };
    let bounded = if x < SMALLEST { 0.0 } else { bounded };
    if x.is_nan() { x } else { bounded }
}

/// 2ⁿ for whole n from -126 to 127; others are cut to that.
#[inline(always)]
fn power_of_two(n: f32) -> f32 {
    // SAFETY: the value is finite and within the range of i32, or NaN replaced by the clamp's bound.
    let whole = unsafe { n.max(-126.0).min(127.0).to_int_unchecked::<i32>() };
    f32::from_bits(((whole + 127) << 23) as u32)
}

/// ln x. Cephes: x = 2ᵉ m with m from √½ to √2, a polynomial of degree 9 in m - 1.
#[inline(always)]
pub fn log(x: f32) -> f32 {
    // Subnormal numbers are lifted by 2²³.
    let is_tiny = x < f32::MIN_POSITIVE;
    let lifted = if is_tiny { x * 8_388_608.0 } else { x };
    let bits = lifted.to_bits() as i32;
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let e = (shifted >> 23) as f32 - if is_tiny { 23.0 } else { 0.0 };
    let m = f32::from_bits(((shifted & 0x007f_ffff) + 0x3f35_04f3) as u32) - 1.0;
    let square = m * m;
    let mut p = 7.037_683_6e-2_f32;
    for coefficient in [
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        p = p.mul_add(m, coefficient);
    }
    let y = p * m * square;
    let y = e.mul_add(-2.121_944_4e-4, y);
    let y = square.mul_add(-0.5, y);
    let y = e.mul_add(0.693_359_4, m + y);
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 || x.is_nan() { f32::NAN } else { y }
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// tanh x: an odd rational function of degree 13 over 6 up to ±9, where it is ±1 to the last place (Eigen's coefficients).
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let t = x.max(-9.0).min(9.0);
    let s = t * t;
    let mut p = -2.760_768_5e-16_f32;
    for coefficient in [
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_524_6e-3,
    ] {
        p = p.mul_add(s, coefficient);
    }
    let mut q = 1.198_258_4e-6_f32;
    for coefficient in [1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3] {
        q = q.mul_add(s, coefficient);
    }
    let y = t * p / q;
    // Small numbers are their own tangent, and NaN stays NaN.
    if x.abs() < 4e-4 || x.is_nan() { x } else { y }
}

/// The error function: an odd rational function up to ±4, where it is ±1 to the last place (Eigen's coefficients).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let t = x.max(-4.0).min(4.0);
    let s = t * t;
    let mut p = -2.726_142_3e-10_f32;
    for coefficient in [
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506e-5,
        -7.349_906_4e-4,
        -2.954_600_5e-3,
        -1.609_603_8e-2,
    ] {
        p = p.mul_add(s, coefficient);
    }
    let mut q = -1.456_607_2e-5_f32;
    for coefficient in [
        -2.133_740_2e-4,
        -1.682_827_2e-3,
        -7.373_329_5e-3,
        -1.426_473_9e-2,
    ] {
        q = q.mul_add(s, coefficient);
    }
    let y = t * p / q;
    if x.is_nan() { x } else { y }
}

/// The larger one; NaN where one is.
#[inline(always)]
pub fn max(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}

/// The smaller one; NaN where one is.
#[inline(always)]
pub fn min(a: f32, b: f32) -> f32 {
    if a < b || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    /// Every function beside the standard library's in double precision, over the whole line.
    fn check(
        name: &str,
        ours: fn(f32) -> f32,
        reference: fn(f64) -> f64,
        from: f32,
        to: f32,
        tolerance: f64,
    ) {
        let steps = 200_001;
        for step in 0..steps {
            let x = from + (to - from) * step as f32 / (steps - 1) as f32;
            let (found, expected) = (f64::from(ours(x)), reference(f64::from(x)));
            let scale = expected.abs().max(f64::from(f32::MIN_POSITIVE));
            assert!(
                (found - expected).abs() <= tolerance * scale,
                "{name}({x}) is {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn exp_is_within_two_places() {
        check("exp", super::exp, f64::exp, -87.0, 88.5, 2.4e-7);
        assert_eq!(super::exp(0.0), 1.0);
        assert_eq!(super::exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(super::exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(super::exp(89.0), f32::INFINITY);
        assert!(super::exp(f32::NAN).is_nan());
        let tiny = super::exp(-95.0);
        assert!((f64::from(tiny) / (-95.0_f64).exp() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn log_is_within_two_places() {
        check("log", super::log, f64::ln, 1e-3, 0.9, 2.4e-7);
        check("log", super::log, f64::ln, 1.1, 1e6, 2.4e-7);
        assert_eq!(super::log(1.0), 0.0);
        assert_eq!(super::log(0.0), f32::NEG_INFINITY);
        assert_eq!(super::log(f32::INFINITY), f32::INFINITY);
        assert!(super::log(-1.0).is_nan());
        assert!((f64::from(super::log(1e-40)) - f64::from(1e-40_f32).ln()).abs() < 1e-4);
    }

    #[test]
    fn bounded_functions_are_close_everywhere() {
        check("tanh", super::tanh, f64::tanh, -12.0, 12.0, 6e-7);
        check(
            "sigmoid",
            super::sigmoid,
            |x| 1.0 / (1.0 + (-x).exp()),
            -80.0,
            80.0,
            5e-7,
        );
        assert!(super::tanh(f32::NAN).is_nan() && super::erf(f32::NAN).is_nan());
        assert_eq!(super::tanh(f32::INFINITY), 1.0);
        for (x, expected) in [
            (0.5, 0.520_499_877_813),
            (1.0, 0.842_700_792_95),
            (-2.0, -0.995_322_265_019),
            (3.5, 0.999_999_256_902),
            (6.0, 1.0),
        ] {
            assert!(
                (f64::from(super::erf(x)) - expected).abs() < 3e-7,
                "erf({x}) is {}",
                super::erf(x)
            );
        }
    }

    #[test]
    fn not_a_number_goes_on() {
        for (a, b) in [(f32::NAN, 1.0), (1.0, f32::NAN)] {
            assert!(super::max(a, b).is_nan() && super::min(a, b).is_nan());
        }
    }
}
