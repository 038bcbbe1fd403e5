//! Text to compare with what comes next, a word at a time.
#![expect(
    clippy::indexing_slicing,
    reason = "positions are below a length that has been checked"
)]

/// Text of at most `WORDS * 8` bytes that is known only at run time, or is one of several: comparing
/// does not branch on its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal<const WORDS: usize> {
    /// Its bytes, then zeros.
    words: [u64; WORDS],
    /// All bits of its bytes, then zeros.
    mask: [u64; WORDS],
    len: usize,
}

impl<const WORDS: usize> Literal<WORDS> {
    /// The literal, if it is short enough.
    pub(crate) const fn new(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() > WORDS * 8 {
            return None;
        }
        let mut literal = Self {
            words: [0; WORDS],
            mask: [0; WORDS],
            len: bytes.len(),
        };
        let mut at = 0;
        while at < bytes.len() {
            literal.words[at / 8] |= (bytes[at] as u64) << (at % 8 * 8);
            literal.mask[at / 8] |= 0xFF << (at % 8 * 8);
            at += 1;
        }
        Some(literal)
    }

    /// Its first eight bytes, as a little-endian number.
    pub(crate) const fn first_word(&self) -> u64 {
        self.words[0]
    }

    /// What follows the literal, if `bytes` begin with it. None where they end within its last word.
    #[inline(always)]
    pub(super) fn strip_from<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (words, _) = bytes.as_chunks::<8>();
        let words = words.first_chunk::<WORDS>()?;
        let mut differing = 0;
        for (at, word) in words.iter().enumerate() {
            differing |= (u64::from_le_bytes(*word) ^ self.words[at]) & self.mask[at];
        }
        if differing == 0 {
            bytes.get(self.len..)
        } else {
            None
        }
    }
}
