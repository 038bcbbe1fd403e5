//! Short prefixes of names, compared as numbers.

use super::literal::Literal;

/// A prefix of a name, of at most eight ASCII characters. Equal if and only if the prefixes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortPrefix {
    /// Its bytes, least significant first, then a colon if there is room, then zeros.
    ///
    /// INVARIANT: ASCII, but for [`NONE`](Self::NONE): a cursor moves over literals that are made of it.
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
    /// The length of the longest, in bytes.
    pub(crate) const LONGEST: usize = size_of::<u64>();

    /// No prefix, and no colon: names in the default namespace. No ASCII text has this key.
    pub(crate) const NONE: Self = Self { key: u64::MAX };

    /// The prefix that stands before the first colon in `bytes`, if that is near enough, and what stands
    /// behind that colon. What the prefix is made of is not looked at, but that it is ASCII.
    #[inline(always)]
    pub(super) fn before_colon(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let word = u64::from_le_bytes(*bytes.first_chunk()?);
        let differing = word ^ (ONES * COLON);
        // The lowest bit of these is in the first byte that is a colon.
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
        let behind = bytes.get(length + ":".len()..)?;
        is_ascii.then_some((Self { key }, behind))
    }

    /// The first `length` of `bytes`, all ASCII and none a colon, if they are few enough.
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

    /// Whether it is `xml` or `xmlns`.
    pub(crate) const fn is_reserved(self) -> bool {
        const XML: u64 = u64::from_le_bytes(*b"xml:\0\0\0\0");
        const XMLNS: u64 = u64::from_le_bytes(*b"xmlns:\0\0");
        matches!(self.key, XML | XMLNS)
    }

    /// The prefix and its colon, or nothing, to compare with.
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
