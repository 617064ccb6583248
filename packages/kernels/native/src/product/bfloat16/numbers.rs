//! A float32 as one bfloat16, or nearly as the sum of two.

/// The bfloat16 nearest to a number, even ones at ties, as its float32.
#[inline(always)]
pub fn nearest(value: f32) -> f32 {
    let bits = value.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000;
    let exponent = bits & 0x7f80_0000;
    // Infinities stay, NaN must not round to one, and the largest numbers are cut instead of becoming infinite.
    let cut = bits & 0xffff_0000 | if value.is_nan() { 0x0040_0000 } else { 0 };
    f32::from_bits(match exponent >= 0x7f00_0000 {
        true => cut,
        false => rounded,
    })
}

/// What `nearest` leaves; 0 of infinities and NaN, and cut where rounding up would make the largest numbers infinite.
#[inline(always)]
pub fn rest(value: f32, near: f32) -> f32 {
    let left = value - near;
    let cut = f32::from_bits(left.to_bits() & 0xffff_0000);
    match (left.is_finite(), value.abs() >= 1.0e38) {
        (false, _) => 0.0,
        (true, true) => cut,
        (true, false) => nearest(left),
    }
}

#[inline(always)]
pub fn pair(first: f32, second: f32) -> u32 {
    first.to_bits() >> 16 | second.to_bits() & 0xffff_0000
}

/// Splits numbers into their nearest bfloat16 and, where `HIGH`, the nearest to what is left.
///
/// # Safety
/// All three must have `count` numbers; `rests` may be null where they are not wanted.
#[inline(always)]
pub unsafe fn split<const HIGH: bool>(
    from: *const f32,
    count: usize,
    near: *mut u16,
    rests: *mut u16,
) {
    for at in 0..count {
        // SAFETY: the caller's promise.
        unsafe {
            let value = *from.add(at);
            let nears = nearest(value);
            *near.add(at) = (nears.to_bits() >> 16) as u16;
            if HIGH {
                *rests.add(at) = (rest(value, nears).to_bits() >> 16) as u16;
            }
        }
    }
}
