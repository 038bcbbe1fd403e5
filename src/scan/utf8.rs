//! Validation of UTF-8 and of `[2] Char` beyond ASCII, 64 bytes at a time.
//!
//! A few comparisons of a vector give masks. The rules of UTF-8 (The Unicode Standard, table 3-7) are arithmetic on
//! these masks, the same for every kernel. Uses [`Vector`] and `chars`.

use super::chars::is_char;
use super::kernel::{Chunk, Vector};

/// The state between one chunk and the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carry {
    /// The bytes that must be continuation bytes.
    continuation: u64,
    /// For each of [`SECOND_BYTES`]: whether its lead byte was the last byte of the chunk.
    second: [u64; SECOND_BYTES.len()],
    /// Whether the chunk ends with the first byte, or the first two bytes, of U+FFFE and U+FFFF.
    noncharacter: [u64; 2],
}

/// Lead bytes whose second byte is restricted: the lead byte, a bound, and whether the second byte must be below it.
const SECOND_BYTES: [(u8, u8, bool); 4] = [
    (0xE0, 0xA0, false), // shortest form
    (0xED, 0xA0, true),  // no surrogates
    (0xF0, 0x90, false), // shortest form
    (0xF4, 0x90, true),  // not above U+10FFFF
];

impl Carry {
    /// Whether the last character is complete. Nothing else is carried then.
    #[inline(always)]
    pub(super) fn is_complete(self) -> bool {
        self.continuation == 0
    }

    /// Whether a chunk continues valid text: UTF-8 without U+FFFE and U+FFFF. A character may begin in one chunk and
    /// end in the next. Control characters are not checked.
    #[inline(always)]
    pub(super) fn continue_with<V: Vector>(&mut self, vector: V, chunk: &Chunk) -> bool {
        // The bytes from 0x80 up to, and without, a bound.
        let below = |bound: u8| vector.below(chunk, bound.cast_signed());
        let non_ascii = below(0);
        let continuation = below(0xC0);
        let lead = non_ascii & !continuation;
        let lead_of_3 = non_ascii & !below(0xE0); // or of 4
        let lead_of_4 = non_ascii & !below(0xF0);
        let expected = self.continuation | lead << 1 | lead_of_3 << 2 | lead_of_4 << 3;
        self.continuation = lead >> 63 | lead_of_3 >> 62 | lead_of_4 >> 61;
        let mut wrong =
            (expected ^ continuation) | (lead & below(0xC2)) | (non_ascii & !below(0xF5));

        let [first_two, first] = &mut self.noncharacter;
        for ((lead, bound, is_below), carried) in SECOND_BYTES.iter().zip(&mut self.second) {
            let second = after(vector.equal(chunk, *lead), carried);
            let below = below(*bound);
            wrong |= second & if *is_below { !below } else { below };
        }
        let bf = vector.equal(chunk, 0xBF);
        let ef_bf = after(vector.equal(chunk, 0xEF), first) & bf;
        wrong |= after(ef_bf, first_two) & (bf | vector.equal(chunk, 0xBE));
        wrong == 0
    }
}

/// Whether it is the second or a later byte of a character.
pub(super) const fn is_continuation(byte: u8) -> bool {
    matches!(byte, 0x80..=0xBF)
}

/// The bytes after those of the mask. `carried` is the last bit, from one chunk to the next.
#[inline(always)]
fn after(mask: u64, carried: &mut u64) -> u64 {
    mask << 1 | core::mem::replace(carried, mask >> 63)
}

/// The length of the valid text that `bytes` begin with, by the same rules.
#[cold]
pub(super) fn valid_len(bytes: &[u8]) -> usize {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            core::str::from_utf8(valid).unwrap_or_default()
        }
    };
    text.find(|char: char| !char.is_ascii() && !is_char(char))
        .unwrap_or(text.len())
}
