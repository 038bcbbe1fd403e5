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
    /// The empty literal.
    pub(crate) const EMPTY: Self = Self {
        words: [0; WORDS],
        mask: [0; WORDS],
        len: 0,
    };

    /// The literal, if it is short enough.
    pub(crate) const fn new(text: &str) -> Option<Self> {
        Self::of(&[text])
    }

    /// The literal that these parts make, if it is short enough.
    pub(crate) const fn of(parts: &[&str]) -> Option<Self> {
        let mut literal = Self::EMPTY;
        let mut part = 0;
        while part < parts.len() {
            let bytes = parts[part].as_bytes();
            if bytes.len() > WORDS * 8 - literal.len {
                return None;
            }
            let mut at = 0;
            while at < bytes.len() {
                let (word, shift) = (literal.len / 8, literal.len % 8 * 8);
                literal.words[word] |= (bytes[at] as u64) << shift;
                literal.mask[word] |= 0xFF << shift;
                literal.len += 1;
                at += 1;
            }
            part += 1;
        }
        Some(literal)
    }

    /// Its first eight bytes, as a little-endian number.
    pub(crate) const fn first_word(&self) -> u64 {
        self.words[0]
    }

    /// Its first eight bytes; zeros behind its end.
    pub(crate) const fn text(&self) -> [u8; 8] {
        self.first_word().to_le_bytes()
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
