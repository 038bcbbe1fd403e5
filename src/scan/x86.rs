//! The kernels of x86-64: SSE2, which every such machine has, and AVX2, which has to be detected.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8, _mm_sub_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_shuffle_epi8, _mm256_sub_epi8,
};

use super::class::{Class, Plain};
use super::kernel::{self, Block, Task, Vector};

/// SSE2, a part of x86-64.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse2;

impl Vector for Sse2 {
    #[inline(always)]
    fn strangers(self, block: &Block, class: Class) -> u32 {
        let ([low, high], _) = block.as_chunks() else {
            return u32::MAX;
        };
        // SAFETY: SSE2 is a part of x86-64.
        let low = unsafe { sse2_strangers(low, class) };
        // SAFETY: as above.
        let high = unsafe { sse2_strangers(high, class) };
        high << 16 | low
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        let ([low, high], _) = block.as_chunks() else {
            return 0;
        };
        // SAFETY: SSE2 is a part of x86-64.
        let low = unsafe { sse2_any_of(low, bytes) };
        // SAFETY: as above.
        let high = unsafe { sse2_any_of(high, bytes) };
        high << 16 | low
    }

    #[inline(always)]
    fn run(self, bytes: &[u8], class: Class) -> usize {
        kernel::run(self, bytes, class)
    }
}

/// Sets the lanes that are one of these.
#[inline]
#[target_feature(enable = "sse2")]
fn sse2_lanes_of(half: __m128i, bytes: [u8; 4]) -> __m128i {
    let [a, b, c, d] = bytes.map(|byte| _mm_cmpeq_epi8(half, _mm_set1_epi8(byte.cast_signed())));
    _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))
}

#[inline]
#[target_feature(enable = "sse2")]
fn sse2_any_of(half: &[u8; 16], bytes: [u8; 4]) -> u32 {
    // SAFETY: `half` is 16 bytes, and the load asks for no alignment.
    let half: __m128i = unsafe { _mm_loadu_si128(half.as_ptr().cast()) };
    _mm_movemask_epi8(sse2_lanes_of(half, bytes)) as u32
}

#[inline]
#[target_feature(enable = "sse2")]
fn sse2_strangers(half: &[u8; 16], class: Class) -> u32 {
    // SAFETY: `half` is 16 bytes, and the load asks for no alignment.
    let half: __m128i = unsafe { _mm_loadu_si128(half.as_ptr().cast()) };
    let byte = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    match class.plain() {
        // Compared as signed numbers, bytes from 0x80 on are below the space too.
        Plain::FromSpaceBut(strangers) => _mm_movemask_epi8(_mm_or_si128(
            _mm_cmplt_epi8(half, byte(b' ')),
            sse2_lanes_of(half, strangers),
        )) as u32,
        Plain::OneOf(members) => !_mm_movemask_epi8(sse2_lanes_of(half, members)) as u32 & 0xFFFF,
        Plain::Alphanumeric => {
            // From the least signed number on, so that one comparison finds each range.
            let letter = _mm_sub_epi8(_mm_or_si128(half, byte(0x20)), byte(b'a' ^ 0x80));
            let digit = _mm_sub_epi8(half, byte(b'0' ^ 0x80));
            let member = _mm_or_si128(
                _mm_cmplt_epi8(letter, byte(26 ^ 0x80)),
                _mm_cmplt_epi8(digit, byte(10 ^ 0x80)),
            );
            !_mm_movemask_epi8(member) as u32 & 0xFFFF
        }
    }
}

/// AVX2, with the bit instructions that came with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2 {
    /// INVARIANT: a value is made by [`detect`](Self::detect) only, where the machine has what
    /// [`avx2_task`] is compiled with.
    _detected: (),
}

impl Avx2 {
    /// The kernel, if the machine has it.
    pub(super) fn detect() -> Option<Self> {
        #[cfg(feature = "std")]
        let detected = std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2");
        #[cfg(not(feature = "std"))]
        let detected = cfg!(all(
            target_feature = "avx2",
            target_feature = "bmi1",
            target_feature = "bmi2"
        ));
        detected.then_some(Self { _detected: () })
    }

    /// Runs the task, compiled with AVX2.
    #[inline(always)]
    pub(super) fn enter<T: Task>(self, task: T) -> T::Output {
        // SAFETY: the machine has these instructions, by the invariant of `self`.
        unsafe { avx2_task(self, task) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
fn avx2_task<T: Task>(avx2: Avx2, task: T) -> T::Output {
    task.run(avx2)
}

impl Vector for Avx2 {
    #[inline(always)]
    fn strangers(self, block: &Block, class: Class) -> u32 {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_strangers(block, class) }
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        // SAFETY: as above.
        unsafe { avx2_any_of(block, bytes) }
    }

    #[inline(always)]
    fn run(self, bytes: &[u8], class: Class) -> usize {
        // SAFETY: the machine has these instructions, by the invariant of `self`.
        unsafe { avx2_run(self, bytes, class) }
    }
}

/// Not inlined: it is what happens where a length was not foreseen.
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn avx2_run(avx2: Avx2, bytes: &[u8], class: Class) -> usize {
    match class {
        // The same, compiled for white space and for the classes of values.
        Class::SPACE => kernel::run(avx2, bytes, Class::SPACE),
        Class::TEXT => kernel::run(avx2, bytes, Class::TEXT),
        Class::VALUE => kernel::run(avx2, bytes, Class::VALUE),
        _ => kernel::run(avx2, bytes, class),
    }
}

/// Each of these four bytes at the index that its low half is; zeros elsewhere.
#[expect(clippy::indexing_slicing, reason = "a half byte is below 16")]
const fn by_low_half(strangers: [u8; 4]) -> [u8; 16] {
    let [a, b, c, d] = strangers;
    let mut table = [0; 16];
    table[a as usize & 0xF] = a;
    table[b as usize & 0xF] = b;
    table[c as usize & 0xF] = c;
    table[d as usize & 0xF] = d;
    table
}

/// Sets the lanes that are one of these.
#[inline]
#[target_feature(enable = "avx2")]
fn avx2_lanes_of(block: __m256i, bytes: [u8; 4]) -> __m256i {
    let [a, b, c, d] =
        bytes.map(|byte| _mm256_cmpeq_epi8(block, _mm256_set1_epi8(byte.cast_signed())));
    _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d))
}

#[inline]
#[target_feature(enable = "avx2")]
fn avx2_any_of(block: &Block, bytes: [u8; 4]) -> u32 {
    // SAFETY: `block` is 32 bytes, and the load asks for no alignment.
    let block: __m256i = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
    _mm256_movemask_epi8(avx2_lanes_of(block, bytes)) as u32
}

#[inline]
#[target_feature(enable = "avx2")]
fn avx2_strangers(block: &Block, class: Class) -> u32 {
    // SAFETY: `block` is 32 bytes, and the load asks for no alignment.
    let block: __m256i = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
    let byte = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    match class.plain() {
        Plain::FromSpaceBut(strangers) => {
            let table = by_low_half(strangers);
            // SAFETY: `table` is 16 bytes, and the load asks for no alignment.
            let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
            // The one stranger with the low half of each byte, and 0 for bytes from 0x80 on.
            let like = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), block);
            _mm256_movemask_epi8(_mm256_or_si256(
                _mm256_cmpgt_epi8(byte(b' '), block),
                _mm256_cmpeq_epi8(like, block),
            )) as u32
        }
        Plain::OneOf(members) => !_mm256_movemask_epi8(avx2_lanes_of(block, members)) as u32,
        Plain::Alphanumeric => {
            // As above.
            let letter = _mm256_sub_epi8(_mm256_or_si256(block, byte(0x20)), byte(b'a' ^ 0x80));
            let digit = _mm256_sub_epi8(block, byte(b'0' ^ 0x80));
            let member = _mm256_or_si256(
                _mm256_cmpgt_epi8(byte(26 ^ 0x80), letter),
                _mm256_cmpgt_epi8(byte(10 ^ 0x80), digit),
            );
            !_mm256_movemask_epi8(member) as u32
        }
    }
}
