//! The kernel of aarch64: NEON, a part of every such machine. This module is compiled for all targets of aarch64 except
//! those that turn NEON off, such as `aarch64-unknown-none-softfloat`.
//!
//! The kernel looks bytes up in the table of a class ([`Class::by_low_bits`]) and compares them. The algorithm over blocks
//! is in `kernel`.

use core::arch::aarch64::{
    uint8x16_t, uint8x16x4_t, vaddv_u8, vandq_u8, vceqq_u8, vcgeq_u8, vcltq_s8, vcltzq_s8,
    vdupq_n_s8, vdupq_n_u8, vdupq_n_u64, vget_high_u8, vget_lane_u64, vget_low_u8, vld1q_u8,
    vld4q_u8, vminvq_u8, vorrq_u8, vqtbl1q_u8, vreinterpret_u64_u8, vreinterpretq_s8_u8,
    vreinterpretq_u8_u64, vreinterpretq_u16_u8, vshlq_u8, vshrn_n_u16, vshrq_n_u8, vsriq_n_u8,
    vtstq_u8,
};

use super::class::Class;
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

// SAFETY: `neon_members` looks each byte up in the table of the class, and all methods about classes are built on it.
// `neon_all_members` is false if the bytes are too few. Tests of this folder check every method with every byte in every
// lane.
unsafe impl Vector for Neon {
    #[inline(always)]
    fn non_members(self, block: &Block, class: Class) -> u32 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_non_members(block, table(class)) }
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
    fn equal<const N: usize>(self, chunk: &Chunk, bytes: [u8; N]) -> u64 {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_equal(chunk, bytes) }
    }

    /// Not inlined: it runs only if a value does not have the expected length.
    #[inline(never)]
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        kernel::leading_members(self, bytes, class)
    }

    #[inline(always)]
    fn all_members(self, bytes: &[u8], length: usize, class: Class) -> bool {
        // SAFETY: this module is compiled only for targets with NEON.
        unsafe { neon_all_members(bytes, length, table(class)) }
    }
}

/// The members of a class by their low four bits.
#[inline(always)]
const fn table(class: Class) -> &'static [u8; 16] {
    match class {
        Class::SPACE => &const { Class::SPACE.by_low_bits() },
        Class::NAME_START => &const { Class::NAME_START.by_low_bits() },
        Class::NAME => &const { Class::NAME.by_low_bits() },
        Class::TEXT => &const { Class::TEXT.by_low_bits() },
        Class::VALUE => &const { Class::VALUE.by_low_bits() },
        _ => &const { Class::TOKEN.by_low_bits() },
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: `bytes` is 16 bytes, and the load asks for no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// Sets the lanes that are members of the class of this table.
#[inline]
#[target_feature(enable = "neon")]
fn neon_members(lanes: uint8x16_t, table: &'static [u8; 16]) -> uint8x16_t {
    let row = vqtbl1q_u8(neon_load(table), vandq_u8(lanes, vdupq_n_u8(0xF)));
    // A shift by 8 or more gives 0, so bytes from 0x80 on have no bit in any row.
    let high = vreinterpretq_s8_u8(vshrq_n_u8::<4>(lanes));
    vtstq_u8(row, vshlq_u8(vdupq_n_u8(1), high))
}

/// Sets the lanes that are one of these bytes.
#[inline]
#[target_feature(enable = "neon")]
fn neon_lanes_of<const N: usize>(block: uint8x16_t, bytes: [u8; N]) -> uint8x16_t {
    let mut lanes = vdupq_n_u8(0);
    for byte in bytes {
        lanes = vorrq_u8(lanes, vceqq_u8(block, vdupq_n_u8(byte)));
    }
    lanes
}

/// [`Vector::all_members`] without a mask for each block, which takes more instructions than the look-up.
#[inline(never)]
#[target_feature(enable = "neon")]
fn neon_all_members(bytes: &[u8], length: usize, table: &'static [u8; 16]) -> bool {
    const LANES: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    let (blocks, _) = bytes.as_chunks::<16>();
    let blocks = blocks.get(..=length / 16);
    let Some((last, full)) = blocks.and_then(<[[u8; 16]]>::split_last) else {
        return false;
    };
    let after_length = vcgeq_u8(neon_load(&LANES), vdupq_n_u8((length % 16) as u8));
    let mut members = vorrq_u8(after_length, neon_members(neon_load(last), table));
    for block in full {
        members = vandq_u8(members, neon_members(neon_load(block), table));
    }
    vminvq_u8(members) != 0
}

/// The mask of a block: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "neon")]
fn neon_block_mask(block: &Block, test: impl Fn(uint8x16_t) -> uint8x16_t) -> u32 {
    let halves = [0, 16].map(|at| {
        // SAFETY: `block` is 32 bytes, so 16 begin at `at`. The load asks for no alignment.
        unsafe { vld1q_u8(block.as_ptr().wrapping_add(at)) }
    });
    // Another bit for each of eight lanes. Their sum has the bits of all.
    let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
    let [low, high] = halves.map(|lanes| vandq_u8(test(lanes), bits));
    let eights = [
        vget_low_u8(low),
        vget_high_u8(low),
        vget_low_u8(high),
        vget_high_u8(high),
    ];
    u32::from_le_bytes(eights.map(|lanes| vaddv_u8(lanes)))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_non_members(block: &Block, table: &'static [u8; 16]) -> u32 {
    !neon_block_mask(block, |lanes| neon_members(lanes, table))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_any_of(block: &Block, bytes: [u8; 4]) -> u32 {
    neon_block_mask(block, |half| neon_lanes_of(half, bytes))
}

/// The mask of a chunk: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "neon")]
fn neon_chunk_mask(chunk: &Chunk, test: impl Fn(uint8x16_t) -> uint8x16_t) -> u64 {
    // The first vector gets bytes 0, 4, 8 and so on. So the bits of four neighbours are in the same lane of four vectors,
    // and four shifts gather them, which takes fewer instructions than additions.
    // SAFETY: `chunk` is 64 bytes, and the load asks for no alignment.
    let uint8x16x4_t(a, b, c, d) = unsafe { vld4q_u8(chunk.as_ptr()) };
    let [a, b, c, d] = [a, b, c, d].map(test);
    let ab = vsriq_n_u8::<1>(b, a);
    let cd = vsriq_n_u8::<1>(d, c);
    let fours = vsriq_n_u8::<2>(cd, ab); // in the high half of each lane
    let twice = vsriq_n_u8::<4>(fours, fours);
    let eights = vshrn_n_u16::<4>(vreinterpretq_u16_u8(twice));
    vget_lane_u64::<0>(vreinterpret_u64_u8(eights))
}

#[inline]
#[target_feature(enable = "neon")]
fn neon_stops(chunk: &Chunk) -> Stops {
    let non_members = |class| !neon_chunk_mask(chunk, |lanes| neon_members(lanes, table(class)));
    let non_ascii = neon_chunk_mask(chunk, |lanes| vcltzq_s8(vreinterpretq_s8_u8(lanes)));
    Stops {
        name: non_members(Class::NAME),
        text: non_members(Class::TEXT) & !non_ascii,
        value: non_members(Class::VALUE) & !non_ascii,
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
fn neon_equal<const N: usize>(chunk: &Chunk, bytes: [u8; N]) -> u64 {
    neon_chunk_mask(chunk, |quarter| neon_lanes_of(quarter, bytes))
}
