//! The kernels of x86-64: SSE2, which every x86-64 machine has, and AVX2, which is detected.
//!
//! Each kernel tests a block for the [`VectorSet`] of a class and for up to four given bytes. The algorithm over
//! blocks is in `kernel`.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128, _mm_sub_epi8, _mm256_and_si256,
    _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256,
    _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_sub_epi8,
};

use super::class::{Class, VectorSet};
use super::kernel::{self, Block, Chunk, Stops, Task, Vector};

/// SSE2, a part of x86-64.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse2;

// SAFETY: `sse2_non_members` clears bits of bytes in the `VectorSet` only, a subset of the class. The generic
// `leading_members` and `all_members` are built on it. The test `kernels_agree_with_the_table` checks every byte
// of every class in every lane.
unsafe impl Vector for Sse2 {
    #[inline(always)]
    fn non_members(self, block: &Block, class: Class) -> u32 {
        let ([low, high], _) = block.as_chunks() else {
            return u32::MAX;
        };
        // SAFETY: SSE2 is a part of x86-64.
        let low = unsafe { sse2_non_members(low, class) };
        // SAFETY: SSE2 is a part of x86-64.
        let high = unsafe { sse2_non_members(high, class) };
        high << 16 | low
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        let ([low, high], _) = block.as_chunks() else {
            return 0;
        };
        // SAFETY: SSE2 is a part of x86-64.
        let low = unsafe { sse2_any_of(low, bytes) };
        // SAFETY: SSE2 is a part of x86-64.
        let high = unsafe { sse2_any_of(high, bytes) };
        high << 16 | low
    }

    #[inline(always)]
    fn stops(self, chunk: &Chunk) -> Stops {
        // SAFETY: SSE2 is a part of x86-64.
        unsafe { sse2_stops(chunk) }
    }

    #[inline(always)]
    fn below(self, chunk: &Chunk, bound: i8) -> u64 {
        // SAFETY: SSE2 is a part of x86-64.
        unsafe { sse2_below(chunk, bound) }
    }

    #[inline(always)]
    fn equal<const N: usize>(self, chunk: &Chunk, bytes: [u8; N]) -> u64 {
        // SAFETY: SSE2 is a part of x86-64.
        unsafe { sse2_equal(chunk, bytes) }
    }

    /// Not inlined: it runs only at white space, or if a value does not have the expected length.
    #[inline(never)]
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        kernel::leading_members(self, bytes, class)
    }

    /// Not inlined, for less code: few machines have no AVX2.
    #[inline(never)]
    fn all_members(self, bytes: &[u8], length: usize, class: Class) -> bool {
        kernel::all_members(self, bytes, length, class)
    }
}

/// Sets the lanes that are one of these bytes.
#[inline]
#[target_feature(enable = "sse2")]
fn sse2_lanes_of<const N: usize>(half: __m128i, bytes: [u8; N]) -> __m128i {
    let mut lanes = _mm_setzero_si128();
    for byte in bytes {
        let byte = _mm_set1_epi8(byte.cast_signed());
        lanes = _mm_or_si128(lanes, _mm_cmpeq_epi8(half, byte));
    }
    lanes
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
fn sse2_non_members(half: &[u8; 16], class: Class) -> u32 {
    // SAFETY: `half` is 16 bytes, and the load asks for no alignment.
    let half: __m128i = unsafe { _mm_loadu_si128(half.as_ptr().cast()) };
    let byte = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    match class.vector_set() {
        // The comparison is signed, so bytes from 0x80 on are below the first member too.
        VectorSet::From(first, excluded) => _mm_movemask_epi8(_mm_or_si128(
            _mm_cmplt_epi8(half, byte(first)),
            sse2_lanes_of(half, excluded),
        )) as u32,
        VectorSet::OneOf(members) => {
            !_mm_movemask_epi8(sse2_lanes_of(half, members)) as u32 & 0xFFFF
        }
        VectorSet::Alphanumeric => {
            // Each range is moved to the least signed number, so that one comparison finds it.
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

/// The mask of a chunk: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "sse2")]
fn sse2_mask(chunk: &Chunk, test: impl Fn(__m128i) -> __m128i) -> u64 {
    let (quarters, _) = chunk.as_chunks::<16>();
    quarters.iter().rev().fold(0, |mask, quarter| {
        // SAFETY: `quarter` is 16 bytes, and the load asks for no alignment.
        let bytes = unsafe { _mm_loadu_si128(quarter.as_ptr().cast()) };
        mask << 16 | u64::from(_mm_movemask_epi8(test(bytes)) as u16)
    })
}

#[inline]
#[target_feature(enable = "sse2")]
fn sse2_below(chunk: &Chunk, bound: i8) -> u64 {
    sse2_mask(chunk, |bytes| _mm_cmplt_epi8(bytes, _mm_set1_epi8(bound)))
}

#[inline]
#[target_feature(enable = "sse2")]
fn sse2_equal<const N: usize>(chunk: &Chunk, bytes: [u8; N]) -> u64 {
    sse2_mask(chunk, |quarter| sse2_lanes_of(quarter, bytes))
}

#[inline]
#[target_feature(enable = "sse2")]
fn sse2_stops(chunk: &Chunk) -> Stops {
    // Only the classes of the table that are made of few ranges can be compared. They are written out here.
    let byte = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    let is = |bytes, other| _mm_cmpeq_epi8(bytes, byte(other));
    let name = sse2_mask(chunk, |bytes| {
        // Each range is moved to the least signed number, so that one comparison finds it.
        let letter = _mm_sub_epi8(_mm_or_si128(bytes, byte(0x20)), byte(b'a' ^ 0x80));
        let digit = _mm_sub_epi8(bytes, byte(b'0' ^ 0x80));
        let ranges = _mm_or_si128(
            _mm_cmplt_epi8(letter, byte(26 ^ 0x80)),
            _mm_cmplt_epi8(digit, byte(10 ^ 0x80)),
        );
        _mm_or_si128(ranges, sse2_lanes_of(bytes, *b"_-.."))
    });
    let non_ascii = sse2_mask(chunk, |bytes| bytes);
    let low = sse2_mask(chunk, |bytes| _mm_cmplt_epi8(bytes, byte(b' '))) & !non_ascii;
    let markup = sse2_mask(chunk, |bytes| {
        _mm_or_si128(is(bytes, b'<'), is(bytes, b'&'))
    });
    let space = sse2_mask(chunk, |bytes| {
        _mm_or_si128(is(bytes, b'\t'), is(bytes, b'\n'))
    });
    Stops {
        name: !name,
        text: markup | sse2_mask(chunk, |bytes| is(bytes, b']')) | (low & !space),
        value: markup
            | sse2_mask(chunk, |bytes| {
                _mm_or_si128(is(bytes, b'"'), is(bytes, b'\''))
            })
            | low,
        non_ascii,
    }
}

/// AVX2, with the bit instructions BMI1 and BMI2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2 {
    /// INVARIANT: only [`detect`](Self::detect) makes a value, on a machine that has all features enabled in
    /// this module.
    _detected: (),
}

impl Avx2 {
    /// The kernel, if this machine has it.
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

    /// Runs the task, compiled with AVX2, BMI1 and BMI2.
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

// SAFETY: as for `Sse2`, with `avx2_non_members`.
unsafe impl Vector for Avx2 {
    #[inline(always)]
    fn non_members(self, block: &Block, class: Class) -> u32 {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_non_members(block, class) }
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_any_of(block, bytes) }
    }

    #[inline(always)]
    fn stops(self, chunk: &Chunk) -> Stops {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_stops(chunk) }
    }

    #[inline(always)]
    fn below(self, chunk: &Chunk, bound: i8) -> u64 {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_below(chunk, bound) }
    }

    #[inline(always)]
    fn equal<const N: usize>(self, chunk: &Chunk, bytes: [u8; N]) -> u64 {
        // SAFETY: the machine has AVX2, by the invariant of `self`.
        unsafe { avx2_equal(chunk, bytes) }
    }

    #[inline(always)]
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        // SAFETY: the machine has these instructions, by the invariant of `self`.
        unsafe { avx2_leading_members(self, bytes, class) }
    }

    #[inline(always)]
    fn all_members(self, bytes: &[u8], length: usize, class: Class) -> bool {
        kernel::all_members(self, bytes, length, class)
    }
}

/// The mask of a chunk: the bytes whose lane the test sets.
#[inline]
#[target_feature(enable = "avx2")]
fn avx2_mask(chunk: &Chunk, test: impl Fn(__m256i) -> __m256i) -> u64 {
    let (halves, _) = chunk.as_chunks::<32>();
    halves.iter().rev().fold(0, |mask, half| {
        // SAFETY: `half` is 32 bytes, and the load asks for no alignment.
        let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        mask << 32 | u64::from(_mm256_movemask_epi8(test(bytes)) as u32)
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn avx2_below(chunk: &Chunk, bound: i8) -> u64 {
    avx2_mask(chunk, |bytes| {
        _mm256_cmpgt_epi8(_mm256_set1_epi8(bound), bytes)
    })
}

#[inline]
#[target_feature(enable = "avx2")]
fn avx2_equal<const N: usize>(chunk: &Chunk, bytes: [u8; N]) -> u64 {
    avx2_mask(chunk, |half| avx2_lanes_of(half, bytes))
}

/// The table in both halves of a vector, as shuffles need it.
#[inline]
#[target_feature(enable = "avx2")]
fn avx2_table(table: &'static [u8; 16]) -> __m256i {
    // SAFETY: `table` is 16 bytes, and the load asks for no alignment.
    let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
    _mm256_broadcastsi128_si256(table)
}

#[inline]
#[target_feature(enable = "avx2")]
fn avx2_stops(chunk: &Chunk) -> Stops {
    /// For the high four bits of an ASCII byte, its bit in the tables of the classes.
    const BIT: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
    const NAME: [u8; 16] = Class::NAME.by_low_bits();
    const TEXT: [u8; 16] = Class::TEXT.by_low_bits();
    const VALUE: [u8; 16] = Class::VALUE.by_low_bits();
    let non_members = |class: &'static [u8; 16]| {
        avx2_mask(chunk, |bytes| {
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0xF));
            let bit = _mm256_shuffle_epi8(avx2_table(&BIT), high);
            // A shuffle gives 0 for bytes from 0x80 on.
            let row = _mm256_shuffle_epi8(avx2_table(class), bytes);
            _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256())
        })
    };
    let non_ascii = avx2_mask(chunk, |bytes| bytes);
    Stops {
        name: non_members(&NAME),
        text: non_members(&TEXT) & !non_ascii,
        value: non_members(&VALUE) & !non_ascii,
        non_ascii,
    }
}

/// Not inlined: it runs only if a value does not have the expected length.
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn avx2_leading_members(avx2: Avx2, bytes: &[u8], class: Class) -> usize {
    kernel::leading_members(avx2, bytes, class)
}

/// A table with each of these five bytes at the index given by its low four bits, and zeros elsewhere.
#[expect(clippy::indexing_slicing, reason = "four bits are below 16")]
const fn by_low_bits(bytes: [u8; 5]) -> [u8; 16] {
    let [a, b, c, d, e] = bytes;
    let mut table = [0; 16];
    table[a as usize & 0xF] = a;
    table[b as usize & 0xF] = b;
    table[c as usize & 0xF] = c;
    table[d as usize & 0xF] = d;
    table[e as usize & 0xF] = e;
    table
}

/// Sets the lanes that are one of these bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn avx2_lanes_of<const N: usize>(block: __m256i, bytes: [u8; N]) -> __m256i {
    let mut lanes = _mm256_setzero_si256();
    for byte in bytes {
        let byte = _mm256_set1_epi8(byte.cast_signed());
        lanes = _mm256_or_si256(lanes, _mm256_cmpeq_epi8(block, byte));
    }
    lanes
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
fn avx2_non_members(block: &Block, class: Class) -> u32 {
    // SAFETY: `block` is 32 bytes, and the load asks for no alignment.
    let block: __m256i = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
    let byte = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    match class.vector_set() {
        VectorSet::From(first, excluded) => {
            let table = by_low_bits(excluded);
            // SAFETY: `table` is 16 bytes, and the load asks for no alignment.
            let table = unsafe { _mm_loadu_si128(table.as_ptr().cast()) };
            // For each byte, the excluded byte with the same low bits. 0 for bytes from 0x80 on.
            let candidate = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), block);
            _mm256_movemask_epi8(_mm256_or_si256(
                _mm256_cmpgt_epi8(byte(first), block),
                _mm256_cmpeq_epi8(candidate, block),
            )) as u32
        }
        VectorSet::OneOf(members) => !_mm256_movemask_epi8(avx2_lanes_of(block, members)) as u32,
        VectorSet::Alphanumeric => {
            // As in `sse2_non_members`.
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
