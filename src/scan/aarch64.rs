//! The kernel of aarch64: NEON, a part of every such machine. This module is compiled for all targets of aarch64 except
//! those that turn NEON off, such as `aarch64-unknown-none-softfloat`.
//!
//! The kernel tests a block for the [`VectorSet`] of a class and for up to four given bytes. The algorithm over
//! blocks is in `kernel`.

use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_s8, vcltq_u8, vdupq_n_s8, vdupq_n_u8, vdupq_n_u64,
    vgetq_lane_u32, vld1q_u8, vmvnq_u8, vorrq_u8, vpaddq_u8, vreinterpretq_s8_u8,
    vreinterpretq_u8_u64, vreinterpretq_u32_u8, vsubq_u8,
};

use super::class::{Class, VectorSet};
use super::kernel::{self, Block, Vector};

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
// `leading_members` and `all_members` are built on it. The test `kernels_agree_with_the_table` checks every byte
// of every class in every lane.
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
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        kernel::leading_members(self, bytes, class)
    }
}

/// The two halves of a block.
#[inline]
#[target_feature(enable = "neon")]
fn neon_halves(block: &Block) -> [uint8x16_t; 2] {
    // SAFETY: `block` is 32 bytes, and the load asks for no alignment.
    let low = unsafe { vld1q_u8(block.as_ptr()) };
    // SAFETY: `block` has 16 more bytes after the first 16.
    let high = unsafe { vld1q_u8(block.as_ptr().wrapping_add(16)) };
    [low, high]
}

/// One bit for each lane of both halves. All bits of a lane are equal.
#[inline]
#[target_feature(enable = "neon")]
fn neon_mask([low, high]: [uint8x16_t; 2]) -> u32 {
    // Another bit for each of eight lanes. Three additions of neighbours gather the bits of eight lanes in one byte.
    let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
    let twos = vpaddq_u8(vandq_u8(low, bits), vandq_u8(high, bits));
    let fours = vpaddq_u8(twos, twos);
    let eights = vpaddq_u8(fours, fours);
    vgetq_lane_u32::<0>(vreinterpretq_u32_u8(eights))
}

/// Sets the lanes that are one of these bytes.
#[inline]
#[target_feature(enable = "neon")]
fn neon_lanes_of(half: uint8x16_t, bytes: [u8; 4]) -> uint8x16_t {
    let [a, b, c, d] = bytes.map(|byte| vceqq_u8(half, vdupq_n_u8(byte)));
    vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_any_of(block: &Block, bytes: [u8; 4]) -> u32 {
    neon_mask(neon_halves(block).map(|half| neon_lanes_of(half, bytes)))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_non_members(block: &Block, class: Class) -> u32 {
    let halves = neon_halves(block);
    neon_mask(match class.vector_set() {
        // The comparison is signed, so bytes from 0x80 on are below the space too.
        VectorSet::FromSpaceExcept(excluded) => halves.map(|half| {
            let low = vcltq_s8(vreinterpretq_s8_u8(half), vdupq_n_s8(b' '.cast_signed()));
            vorrq_u8(low, neon_lanes_of(half, excluded))
        }),
        VectorSet::OneOf(members) => halves.map(|half| vmvnq_u8(neon_lanes_of(half, members))),
        VectorSet::Alphanumeric => halves.map(|half| {
            // The differences wrap around, so one comparison finds each range.
            let letter = vsubq_u8(vorrq_u8(half, vdupq_n_u8(0x20)), vdupq_n_u8(b'a'));
            let digit = vsubq_u8(half, vdupq_n_u8(b'0'));
            let member = vorrq_u8(
                vcltq_u8(letter, vdupq_n_u8(26)),
                vcltq_u8(digit, vdupq_n_u8(10)),
            );
            vmvnq_u8(member)
        }),
    })
}
