//! Short namespace prefixes, compared as numbers. Uses [`Literal`].

use super::literal::Literal;

/// A namespace prefix of at most eight ASCII characters. Two are equal exactly if their text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortPrefix {
    /// Its bytes, least significant first, then a colon if there is room, then zeros.
    ///
    /// INVARIANT: ASCII, except for [`NONE`](Self::NONE). A cursor moves over literals made of these bytes.
    key: u64,
}

/// [`NONE`](ShortPrefix::NONE).
impl Default for ShortPrefix {
    fn default() -> Self {
        Self::NONE
    }
}

const COLON: u64 = b':' as u64;
/// One bit in each byte.
const ONES: u64 = u64::MAX / 0xFF;

impl ShortPrefix {
    /// The length of the longest short prefix, in bytes, without its colon.
    pub(crate) const LONGEST: usize = size_of::<u64>();

    /// No prefix and no colon, as in names in the default namespace. No ASCII text has this key.
    pub(crate) const NONE: Self = Self { key: u64::MAX };

    /// The prefix before the first colon in `bytes`, if it is short, and the bytes after that colon. The prefix
    /// is ASCII, but not checked to be a name.
    #[inline(always)]
    pub(super) fn before_colon(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let word = u64::from_le_bytes(*bytes.first_chunk()?);
        let differing = word ^ (ONES * COLON);
        // The lowest set bit is in the first byte that is a colon.
        let colons = differing.wrapping_sub(ONES) & !differing & (ONES << 7);
        let (key, length) = match colons {
            0 if bytes.get(Self::LONGEST) == Some(&b':') => (word, Self::LONGEST),
            0 => return None,
            _ => (
                word & (colons ^ (colons - 1)),
                colons.trailing_zeros() as usize / 8,
            ),
        };
        let is_ascii = key & (ONES << 7) == 0;
        let after = bytes.get(length + ":".len()..)?;
        is_ascii.then_some((Self { key }, after))
    }

    /// The first `length` of `bytes`, if they are few enough. They must be ASCII without a colon.
    #[inline(always)]
    pub(super) fn of(bytes: &[u8], length: usize) -> Option<Self> {
        debug_assert!(bytes.iter().take(length).all(u8::is_ascii));
        let word = u64::from_le_bytes(*bytes.first_chunk()?);
        let bits = 8 * length as u32;
        let key = match length {
            ..Self::LONGEST => (word & !(u64::MAX << bits)) | (COLON << bits),
            Self::LONGEST => word,
            _ => return None,
        };
        Some(Self { key })
    }

    /// Whether it is the reserved prefix `xml` or `xmlns`.
    pub(crate) const fn is_reserved(self) -> bool {
        const XML: u64 = u64::from_le_bytes(*b"xml:\0\0\0\0");
        const XMLNS: u64 = u64::from_le_bytes(*b"xmlns:\0\0");
        matches!(self.key, XML | XMLNS)
    }

    /// The prefix and its colon as a literal. Empty for [`NONE`](Self::NONE).
    pub(crate) fn with_colon(self) -> Literal<2> {
        if self == Self::NONE {
            return Literal::EMPTY;
        }
        let length = Self::LONGEST - self.key.leading_zeros() as usize / 8;
        match length.checked_sub(1).map(|last| self.key >> (8 * last)) {
            Some(COLON) => Literal::from_words([self.key, 0], length),
            _ => Literal::from_words([self.key, COLON], Self::LONGEST + ":".len()),
        }
    }
}
