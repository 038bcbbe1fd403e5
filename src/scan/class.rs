//! Which ASCII bytes may stand in a run: one table, a bit a class.
#![expect(
    clippy::indexing_slicing,
    reason = "tables of 256 entries, indexed by a byte"
)]

/// A set of ASCII bytes.
///
/// No class holds a byte from 0x80 on: a run of any class is UTF-8, which [`super::Cursor`] relies on
/// for its soundness and the assertion below this type checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// `[3] S`.
    pub(crate) const SPACE: Self = Self(1);
    /// The ASCII part of NS `[6] NCNameStartChar`: no colon.
    pub(crate) const NAME_START: Self = Self(1 << 1);
    /// The ASCII part of NS `[5] NCNameChar`: no colon.
    pub(crate) const NAME: Self = Self(1 << 2);
    /// Character data that stands for itself: not `<`, `&`, `]` or CR.
    pub(crate) const TEXT: Self = Self(1 << 3);
    /// Attribute value that stands for itself: not `<`, `&`, a quote, tab, LF or CR.
    pub(crate) const VALUE: Self = Self(1 << 4);
    /// The inside of a comment but `-`.
    pub(crate) const COMMENT: Self = Self(1 << 5);
    /// The inside of a processing instruction but `?`.
    pub(crate) const INSTRUCTION: Self = Self(1 << 6);
    /// The inside of a CDATA section but `]`.
    pub(crate) const CDATA: Self = Self(1 << 7);

    #[inline(always)]
    pub(crate) const fn contains(self, byte: u8) -> bool {
        TABLE[byte as usize] & self.0 != 0
    }

    /// The length of the longest run that `bytes` begin with.
    #[inline(always)]
    pub(super) fn run(self, bytes: &[u8]) -> usize {
        let stranger = bytes.iter().position(|byte| !self.contains(*byte));
        stranger.unwrap_or(bytes.len())
    }

    /// Whether all of `bytes` are members. Looks at each, since they nearly always are: without a branch
    /// for each that is faster.
    #[inline(always)]
    pub(super) fn contains_all(self, bytes: &[u8]) -> bool {
        let common = bytes
            .iter()
            .fold(self.0, |common, byte| common & TABLE[usize::from(*byte)]);
        common != 0
    }

    /// The bytes of the class that vectors look for.
    #[inline(always)]
    pub(super) const fn plain(self) -> Plain {
        match self {
            Self::SPACE => Plain::OneOf(*b" \t\n\r"),
            Self::NAME_START => Plain::OneOf(*b"____"),
            Self::NAME => Plain::Alphanumeric,
            Self::TEXT => Plain::FromSpaceBut(*b"<&]]"),
            Self::VALUE => Plain::FromSpaceBut(*b"<&\"'"),
            Self::COMMENT => Plain::FromSpaceBut(*b"----"),
            Self::INSTRUCTION => Plain::FromSpaceBut(*b"????"),
            _ => Plain::FromSpaceBut(*b"]]]]"),
        }
    }
}

/// Those members of a class that a few vector instructions tell from all other bytes: nearly all of
/// them, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// ASCII from the space on, but these four, of which no two different ones have the same low half.
    FromSpaceBut([u8; 4]),
    /// These four.
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
    let comment = char && byte != b'-';
    let instruction = char && byte != b'?';
    let cdata = char && byte != b']';

    class_if(space, Class::SPACE)
        | class_if(name_start, Class::NAME_START)
        | class_if(name, Class::NAME)
        | class_if(text, Class::TEXT)
        | class_if(value, Class::VALUE)
        | class_if(comment, Class::COMMENT)
        | class_if(instruction, Class::INSTRUCTION)
        | class_if(cdata, Class::CDATA)
}

const fn class_if(member: bool, class: Class) -> u8 {
    if member { class.0 } else { 0 }
}
