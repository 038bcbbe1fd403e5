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
    rare: Option<RareCarry>,
}

/// What [`RARE`] bytes at the end of a chunk demand of the next.
#[derive(Clone, Copy, Debug, Default)]
struct RareCarry {
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

/// The bytes below 0xF0 that are illegal, or restrict the bytes after them. Bytes from 0xF0 on need the same checks.
const RARE: [u8; 5] = [0xC0, 0xC1, 0xE0, 0xED, 0xEF];

impl Carry {
    /// Whether the last character is complete. What else is carried is zero then.
    #[inline(always)]
    pub(super) fn is_complete(self) -> bool {
        self.continuation == 0
    }

    /// Whether a chunk continues valid text: UTF-8 without U+FFFE and U+FFFF. A character may begin in one chunk and
    /// end in the next. Control characters are not checked.
    #[inline(always)]
    pub(super) fn continue_with<V: Vector>(&mut self, vector: V, chunk: &Chunk) -> bool {
        let non_ascii = vector.below(chunk, 0);
        let continuation = vector.below(chunk, 0xC0_u8.cast_signed());
        let lead = non_ascii & !continuation;
        let lead_of_3 = non_ascii & !vector.below(chunk, 0xE0_u8.cast_signed()); // or of 4
        let lead_of_4 = non_ascii & !vector.below(chunk, 0xF0_u8.cast_signed());
        let expected = self.continuation | lead << 1 | lead_of_3 << 2 | lead_of_4 << 3;
        self.continuation = lead >> 63 | lead_of_3 >> 62 | lead_of_4 >> 61;
        let mut is_valid = expected == continuation;
        let has_rare = (lead_of_4 | vector.equal(chunk, RARE)) != 0;
        if has_rare || self.rare.is_some() {
            let mut carry = self.rare.unwrap_or_default();
            is_valid &= carry.continue_with(vector, chunk);
            self.rare = has_rare.then_some(carry);
        }
        is_valid
    }
}

impl RareCarry {
    /// The checks that only [`RARE`] bytes and bytes from 0xF0 on need.
    #[inline(always)]
    fn continue_with<V: Vector>(&mut self, vector: V, chunk: &Chunk) -> bool {
        let below = |bound: u8| vector.below(chunk, bound.cast_signed());
        // Lead bytes of shorter characters, and of code points above U+10FFFF.
        let mut wrong = vector.equal(chunk, [0xC0, 0xC1]) | (below(0) & !below(0xF5));
        let [first_two, first] = &mut self.noncharacter;
        for ((lead, bound, is_below), carried) in SECOND_BYTES.iter().zip(&mut self.second) {
            let second = after(vector.equal(chunk, [*lead]), carried);
            let below = below(*bound);
            wrong |= second & if *is_below { !below } else { below };
        }
        let ef_bf = after(vector.equal(chunk, [0xEF]), first) & vector.equal(chunk, [0xBF]);
        wrong |= after(ef_bf, first_two) & vector.equal(chunk, [0xBE, 0xBF]);
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
