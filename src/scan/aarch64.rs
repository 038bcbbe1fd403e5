//! The kernel of aarch64: NEON, a part of every such machine. This module is compiled for all targets of aarch64 except
//! those that turn NEON off, such as `aarch64-unknown-none-softfloat`.
//!
//! The kernel tests a block for the [`VectorSet`] of a class and for up to four given bytes, and a chunk for stops. The
//! algorithm over blocks is in `kernel`.

use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_s8, vcltq_u8, vcltzq_s8, vdupq_n_s8, vdupq_n_u8,
    vdupq_n_u64, vgetq_lane_u64, vld1q_u8, vmvnq_u8, vorrq_u8, vpaddq_u8, vqtbl1q_u8,
    vreinterpretq_s8_u8, vreinterpretq_u8_u64, vreinterpretq_u64_u8, vshlq_u8, vshrq_n_u8,
    vsubq_u8, vtstq_u8,
};

use super::class::{Class, VectorSet};
use super::kernel::{self, Block, Chunk, Stops, Vector};

/// NEON, a part of the targets that this module is compiled for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon;

impl Neon {
    /// The kernel, if it is tested on such machines. No test runs on a big-endian one.
    pub(super) fn detect() -> Option<Self> {
        cfg!(target_endian = "little").then_some(Self)
    }
}

// SAFETY: `neon_non_members` clears bits of bytes in the `VectorSet` only, a subset of the class. The generic
// `leading_members` and `all_members` are built on it. `neon_stops` looks each byte up in the table, and the others
// compare. Tests of this folder check every method with every byte in every lane.
unsafe impl Vector for Neon {
    #[inline(always)]
    fn non_members(self, block: &Block, class: Class) -> u32 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_non_members(block, class) }
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_any_of(block, bytes) }
    }

    #[inline(always)]
    fn stops(self, chunk: &Chunk) -> Stops {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_stops(chunk) }
    }

    #[inline(always)]
    fn below(self, chunk: &Chunk, bound: i8) -> u64 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_below(chunk, bound) }
    }

    #[inline(always)]
    fn equal(self, chunk: &Chunk, byte: u8) -> u64 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_equal(chunk, byte) }
    }

    #[inline(always)]
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        kernel::leading_members(self, bytes, class)
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: `bytes` is 16 bytes, and the load asks for no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// One bit for each lane. All bits of a lane are equal.
#[inline]
#[target_feature(enable = "neon")]
fn neon_mask(lanes: [uint8x16_t; 4]) -> u64 {
    // Another bit for each of eight lanes. Three additions of neighbours gather the bits of eight lanes in one byte.
    let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
    let [a, b, c, d] = lanes.map(|lanes| vandq_u8(lanes, bits));
    let sums_of_4 = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums_of_4, sums_of_4)))
}

/// The mask of a chunk: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "neon")]
fn neon_chunk_mask(chunk: &Chunk, test: impl Fn(uint8x16_t) -> uint8x16_t) -> u64 {
    let ([a, b, c, d], _) = chunk.as_chunks() else {
        return u64::MAX;
    };
    neon_mask([a, b, c, d].map(|bytes| test(neon_load(bytes))))
}

/// The mask of a block: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "neon")]
fn neon_block_mask(block: &Block, test: impl Fn(uint8x16_t) -> uint8x16_t) -> u32 {
    let ([low, high], _) = block.as_chunks() else {
        return u32::MAX;
    };
    let none = vdupq_n_u8(0);
    neon_mask([test(neon_load(low)), test(neon_load(high)), none, none]) as u32
}

/// Sets the lanes that are one of these bytes.
#[inline]
#[target_feature(enable = "neon")]
fn neon_lanes_of(lanes: uint8x16_t, bytes: [u8; 4]) -> uint8x16_t {
    let [a, b, c, d] = bytes.map(|byte| vceqq_u8(lanes, vdupq_n_u8(byte)));
    vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_any_of(block: &Block, bytes: [u8; 4]) -> u32 {
    neon_block_mask(block, |lanes| neon_lanes_of(lanes, bytes))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_non_members(block: &Block, class: Class) -> u32 {
    match class.vector_set() {
        // The comparison is signed, so bytes from 0x80 on are below the space too.
        VectorSet::FromSpaceExcept(excluded) => neon_block_mask(block, |lanes| {
            let space = vdupq_n_s8(b' '.cast_signed());
            let below = vcltq_s8(vreinterpretq_s8_u8(lanes), space);
            vorrq_u8(below, neon_lanes_of(lanes, excluded))
        }),
        VectorSet::OneOf(members) => {
            neon_block_mask(block, |lanes| vmvnq_u8(neon_lanes_of(lanes, members)))
        }
        VectorSet::Alphanumeric => neon_block_mask(block, |lanes| {
            // The differences wrap around, so one comparison finds each range.
            let letter = vsubq_u8(vorrq_u8(lanes, vdupq_n_u8(0x20)), vdupq_n_u8(b'a'));
            let digit = vsubq_u8(lanes, vdupq_n_u8(b'0'));
            let is_letter = vcltq_u8(letter, vdupq_n_u8(26));
            let is_digit = vcltq_u8(digit, vdupq_n_u8(10));
            vmvnq_u8(vorrq_u8(is_letter, is_digit))
        }),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_stops(chunk: &Chunk) -> Stops {
    const NAME: [u8; 16] = Class::NAME.by_low_bits();
    const TEXT: [u8; 16] = Class::TEXT.by_low_bits();
    const VALUE: [u8; 16] = Class::VALUE.by_low_bits();
    let non_members = |class: &'static [u8; 16]| {
        !neon_chunk_mask(chunk, |lanes| {
            let row = vqtbl1q_u8(neon_load(class), vandq_u8(lanes, vdupq_n_u8(0xF)));
            // A shift by 8 or more gives 0, for bytes from 0x80 on.
            let high = vreinterpretq_s8_u8(vshrq_n_u8::<4>(lanes));
            vtstq_u8(row, vshlq_u8(vdupq_n_u8(1), high))
        })
    };
    let non_ascii = neon_chunk_mask(chunk, |lanes| vcltzq_s8(vreinterpretq_s8_u8(lanes)));
    Stops {
        name: non_members(&NAME),
        text: non_members(&TEXT) & !non_ascii,
        value: non_members(&VALUE) & !non_ascii,
        non_ascii,
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_below(chunk: &Chunk, bound: i8) -> u64 {
    neon_chunk_mask(chunk, |lanes| {
        vcltq_s8(vreinterpretq_s8_u8(lanes), vdupq_n_s8(bound))
    })
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_equal(chunk: &Chunk, byte: u8) -> u64 {
    neon_chunk_mask(chunk, |lanes| vceqq_u8(lanes, vdupq_n_u8(byte)))
}
