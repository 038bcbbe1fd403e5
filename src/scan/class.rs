//! Byte classes: one table of 256 entries, with one bit per class.
//!
//! The table is the specification of every class. Kernels only find members faster. Depends on nothing.
#![expect(
    clippy::indexing_slicing,
    reason = "tables of 256 entries, indexed by a byte"
)]

/// A set of ASCII bytes, its members.
///
/// INVARIANT: a class has no member from 0x80 on, so any sequence of members is UTF-8. The soundness of
/// [`super::Cursor`] relies on it. The assertion after the table checks it when the crate is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// `[3] S`.
    pub(crate) const SPACE: Self = Self(1);
    /// The ASCII part of NS `[6] NCNameStartChar`: no colon.
    pub(crate) const NAME_START: Self = Self(1 << 1);
    /// The ASCII part of NS `[5] NCNameChar`: no colon.
    pub(crate) const NAME: Self = Self(1 << 2);
    /// Literal character data: all but `<`, `&`, `]` and CR.
    pub(crate) const TEXT: Self = Self(1 << 3);
    /// Literal attribute values: all but `<`, `&`, quotes, tab, LF and CR.
    pub(crate) const VALUE: Self = Self(1 << 4);
    /// Literal text and attribute values without white space, such as ids: what [`TEXT`](Self::TEXT) and
    /// [`VALUE`](Self::VALUE) have in common, except for white space.
    pub(crate) const TOKEN: Self = Self(1 << 5);

    #[inline(always)]
    pub(crate) const fn contains(self, byte: u8) -> bool {
        TABLE[byte as usize] & self.0 != 0
    }

    /// The number of members that `bytes` begin with.
    #[inline(always)]
    pub(super) fn leading_members(self, bytes: &[u8]) -> usize {
        let non_member = bytes.iter().position(|byte| !self.contains(*byte));
        non_member.unwrap_or(bytes.len())
    }

    /// Whether all of `bytes` are members. Has no branch per byte, because they nearly always are.
    #[inline(always)]
    pub(super) fn contains_all(self, bytes: &[u8]) -> bool {
        let common = bytes
            .iter()
            .fold(self.0, |common, byte| common & TABLE[usize::from(*byte)]);
        common != 0
    }

    /// The members by their low four bits: bit `n` of an entry is set if the byte with the high bits `n` is a member.
    #[cfg(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_feature = "neon")
    ))]
    pub(super) const fn by_low_bits(self) -> [u8; 16] {
        let mut table = [0; 16];
        let mut byte = 0;
        while byte < 0x80 {
            if self.contains(byte) {
                table[(byte & 0xF) as usize] |= 1 << (byte >> 4);
            }
            byte += 1;
        }
        table
    }

    /// The members that the vectors of x86-64 recognise.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) const fn vector_set(self) -> VectorSet {
        match self {
            Self::SPACE => VectorSet::OneOf(*b" \t\n\r"),
            Self::NAME_START => VectorSet::OneOf(*b"____"),
            Self::NAME => VectorSet::Alphanumeric,
            Self::TEXT => VectorSet::From(b' ', *b"<&]]]"),
            Self::VALUE => VectorSet::From(b' ', *b"<&\"''"),
            _ => VectorSet::From(b'!', *b"<&]\"'"),
        }
    }
}

/// The quotes around an attribute value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Quote {
    Double = b'"',
    Single = b'\'',
}

/// A class, and the byte that ends its members in the body.
///
/// INVARIANT: that byte is ASCII, and no member. So after it a character begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimited {
    pub(super) class: Class,
    pub(super) end: u8,
}

impl Delimited {
    /// Text without white space, up to a tag.
    pub(crate) const TOKEN: Self = Self::new(Class::TOKEN, b'<');
    /// An attribute value without white space, after its first quote. The class is a constant for the compiler, the quote
    /// is not.
    #[inline(always)]
    pub(crate) const fn quoted(quote: Quote) -> Self {
        const { Self::new(Class::TOKEN, Quote::Double as u8) };
        const { Self::new(Class::TOKEN, Quote::Single as u8) };
        Self {
            class: Class::TOKEN,
            end: quote as u8,
        }
    }

    /// Does not compile if the invariant is broken: for constants.
    const fn new(class: Class, end: u8) -> Self {
        assert!(end.is_ascii() && !class.contains(end));
        Self { class, end }
    }
}

/// A subset of a class that a few vector instructions distinguish from all other bytes. It lacks only rare
/// members.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VectorSet {
    /// All ASCII bytes from the first one on, except these five. Different bytes of the five differ in their low four
    /// bits.
    From(u8, [u8; 5]),
    /// These four bytes.
    OneOf([u8; 4]),
    /// Letters and digits.
    Alphanumeric,
}

static TABLE: [u8; 256] = table();

const _: () = {
    let table = table();
    let mut byte = 0x80;
    while byte < table.len() {
        assert!(table[byte] == 0, "a class holds ASCII bytes only");
        byte += 1;
    }
};

const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte as usize] = classes_of(byte);
        byte += 1;
    }
    table
}

const fn classes_of(byte: u8) -> u8 {
    let space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let char = byte >= b' ' || space;
    let name_start = matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'_');
    let name = name_start || matches!(byte, b'0'..=b'9' | b'-' | b'.');
    let text = char && !matches!(byte, b'<' | b'&' | b']' | b'\r');
    let value = byte >= b' ' && !matches!(byte, b'<' | b'&' | b'"' | b'\'');
    let token = text && value && !space;

    class_if(space, Class::SPACE)
        | class_if(name_start, Class::NAME_START)
        | class_if(name, Class::NAME)
        | class_if(text, Class::TEXT)
        | class_if(value, Class::VALUE)
        | class_if(token, Class::TOKEN)
}

const fn class_if(member: bool, class: Class) -> u8 {
    if member { class.0 } else { 0 }
}
