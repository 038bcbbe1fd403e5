//! Text that is compared eight bytes at a time. Depends on nothing.
#![expect(
    clippy::indexing_slicing,
    reason = "indices are below a length that has been checked"
)]

/// Text of at most `WORDS * 8` bytes, to compare with the bytes at a cursor.
///
/// The comparison does not branch on the length of the text, which suits text chosen at run time. It therefore
/// loads `WORDS * 8` bytes. With fewer bytes left in the body, the text is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal<const WORDS: usize> {
    /// Its bytes, padded with zeros.
    words: [u64; WORDS],
    /// 0xFF for each of its bytes, padded with zeros.
    mask: [u64; WORDS],
    len: usize,
}

/// [`NEVER`](Literal::NEVER).
impl<const WORDS: usize> Default for Literal<WORDS> {
    fn default() -> Self {
        Self::NEVER
    }
}

impl<const WORDS: usize> Literal<WORDS> {
    /// The empty literal.
    pub(crate) const EMPTY: Self = Self {
        words: [0; WORDS],
        mask: [0; WORDS],
        len: 0,
    };

    /// The literal that is never found.
    pub(crate) const NEVER: Self = Self {
        words: [1; WORDS],
        ..Self::EMPTY
    };

    /// The literal; `None` if it is too long. For constants.
    pub(crate) const fn new(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() > WORDS * 8 {
            return None;
        }
        let mut literal = Self::EMPTY;
        while literal.len < bytes.len() {
            let (word, shift) = (literal.len / 8, literal.len % 8 * 8);
            literal.words[word] |= (bytes[literal.len] as u64) << shift;
            literal.mask[word] |= 0xFF << shift;
            literal.len += 1;
        }
        Some(literal)
    }

    /// The concatenation of these parts; [`NEVER`](Self::NEVER) if it is too long.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut len = 0;
        let mut bytes = [[0; 8]; WORDS];
        for part in parts {
            let rest = bytes.as_flattened_mut().get_mut(len..);
            let Some(place) = rest.and_then(|rest| rest.get_mut(..part.len())) else {
                return Self::NEVER;
            };
            place.copy_from_slice(part.as_bytes());
            len += part.len();
        }
        Self::from_words(bytes.map(u64::from_le_bytes), len)
    }

    /// The literal of `len` bytes in `words`, where zeros follow.
    pub(super) fn from_words(words: [u64; WORDS], len: usize) -> Self {
        let mask = core::array::from_fn(|at| {
            let bits = 8 * len.saturating_sub(8 * at).min(8) as u32;
            u64::MAX.checked_shl(bits).map_or(u64::MAX, |high| !high)
        });
        Self { words, mask, len }
    }

    /// Its bytes as little-endian numbers, padded with zeros.
    pub(crate) const fn words(&self) -> &[u64; WORDS] {
        &self.words
    }

    /// The number of its bytes.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The bytes after the literal, if `bytes` begin with it. `None` also for fewer than `WORDS * 8` bytes,
    /// however short the literal is.
    #[inline(always)]
    pub(super) fn strip_from<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (words, _) = bytes.as_chunks::<8>();
        let words = words.first_chunk::<WORDS>()?;
        let mut differing = 0;
        for (at, word) in words.iter().enumerate() {
            differing |= (u64::from_le_bytes(*word) & self.mask[at]) ^ self.words[at];
        }
        if differing == 0 {
            bytes.get(self.len..)
        } else {
            None
        }
    }
}
