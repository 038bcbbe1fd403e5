//! A state machine that follows the structure of an envelope byte by byte. It knows just enough XML grammar to find
//! the end of the root element.
//!
//! Elements nest, so the scanner counts only the tags of elements with the root's name. The root element ends with the
//! end tag that closes the last open one of them.
//!
//! The scanner compares a name with the root's name over the length of the root's name, and over at most [`NAME_LEN`]
//! bytes. It does not check that the name ends there. With a root `<E>` it therefore also counts each `<Event>`. This
//! changes nothing in a well-formed document: the scanner counts both the start tag and the end tag of such an element.
//!
//! The scanner reads a counted tag to its end. It ignores all other tags, with their attributes: in a well-formed
//! document no tag contains a `<`. In a malformed document the scanner may take a `<` within an ignored tag for markup,
//! and cut the envelope at a wrong place. The parser then refuses the envelope.
//!
//! Uses `find` and `memchr` in the states that most bytes do not change, and `scan` for white space.

use memchr::{memchr, memchr2};

use super::find::Markup;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};

/// The number of bytes of the root's name that are stored and compared.
const NAME_LEN: usize = 16;

/// The byte order mark.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Finds the end of one envelope, in bytes that may be split into chunks anywhere. It stores no byte of the envelope
/// except the start of the root's name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// The number of open elements that are counted.
    depth: usize,
    /// The first bytes of the root's name, and their number.
    name: [u8; NAME_LEN],
    name_length: usize,
    /// The offset of the next byte in the envelope. Equal to the number of bytes of the envelope that have been read.
    pub(super) position: usize,
    /// The offset of the last `<!` in the envelope.
    declaration_start: usize,
}

/// The construct that the next byte belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Between envelopes, or in `[22] prolog` between comments and processing instructions.
    #[default]
    Outside,
    /// A byte order mark. Its first `seen` bytes have been read.
    ByteOrderMark { seen: usize },
    /// Text or an ignored tag, inside the root element.
    Content,
    /// Markup after its `<`.
    Markup,
    /// After `</` before a root element.
    StrayEndTag,
    /// The name of the root in its start tag.
    Root,
    /// A name in a tag inside the root element. Its first `matched` bytes are those of the root's name.
    Name { matched: usize, is_end_tag: bool },
    /// A counted start tag after its name, outside of attribute values.
    StartTag,
    /// A counted start tag after a `/` outside of attribute values.
    EmptyElementTag,
    /// A counted end tag after its name.
    EndTag,
    /// An attribute value in a counted start tag.
    Value { quote: u8 },
    /// After `<!`.
    Declaration,
    /// After `<!` and the start of `--`, `[CDATA[` or `DOCTYPE`. The bytes of `missing` must follow.
    Keyword { missing: &'static [u8] },
    /// `[15] Comment`. The last `hyphens` bytes, at most two, were hyphens.
    Comment { hyphens: u8 },
    /// `[18] CDSect`. The last `brackets` bytes, at most two, were `]`.
    CData { brackets: u8 },
    /// `[16] PI` or the XML declaration.
    Instruction { after_question_mark: bool },
}

impl Scanner {
    /// Reads white space and byte order marks between envelopes. Returns their length in bytes.
    pub(super) fn skip_separators(&mut self, bytes: &[u8]) -> usize {
        if self.position > 0 {
            return 0;
        }
        for (at, byte) in bytes.iter().enumerate() {
            self.state = match (self.state, byte) {
                (State::Outside, _) if Class::SPACE.contains(*byte) => State::Outside,
                (State::Outside, 0xEF) => State::ByteOrderMark { seen: 1 },
                (State::ByteOrderMark { seen }, _) if BYTE_ORDER_MARK.get(seen) == Some(byte) => {
                    match seen.wrapping_add(1) {
                        seen if seen == BYTE_ORDER_MARK.len() => State::Outside,
                        seen => State::ByteOrderMark { seen },
                    }
                }
                _ => return at,
            };
        }
        bytes.len()
    }

    /// Returns an error if the last separator is an incomplete byte order mark.
    pub(super) fn check_separators(&self) -> Result<(), Error> {
        match self.state {
            State::Outside => Ok(()),
            _ => Err(Error::new(ErrorKind::TextOutsideRoot, 0)),
        }
    }

    /// Reads these bytes, up to the end of the envelope. Returns the index of its end in `bytes`, if its end is in
    /// `bytes`.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        dispatch: Dispatch,
    ) -> Result<Option<usize>, Error> {
        let mut scanned = 0;
        while let Some(rest) = bytes.get(scanned..)
            && !rest.is_empty()
        {
            let skipped = self.skip(rest, dispatch);
            self.position = self.position.wrapping_add(skipped);
            scanned = scanned.wrapping_add(skipped);
            let Some(byte) = rest.get(skipped) else {
                break;
            };
            let is_end = self.step(*byte)?;
            self.position = self.position.wrapping_add(1);
            scanned = scanned.wrapping_add(1);
            if is_end {
                return Ok(Some(scanned));
            }
        }
        Ok(None)
    }

    /// The number of next bytes after which the construct is the same, so that [`step`](Self::step) need not read them.
    #[inline]
    fn skip(&mut self, bytes: &[u8], dispatch: Dispatch) -> usize {
        let next = match &mut self.state {
            State::Content => {
                let [name_start, ..] = self.name;
                return dispatch.run(Markup { bytes, name_start });
            }
            State::Root => {
                let name = bytes.iter().take_while(|byte| !ends_name(**byte));
                return name.inspect(|byte| self.push_name_byte(**byte)).count();
            }
            State::Name { matched, .. } => {
                // `step` reads the last byte of the name, which changes the state.
                let name = self.name.get(*matched..self.name_length.wrapping_sub(1));
                let pairs = name.unwrap_or_default().iter().zip(bytes);
                let same = pairs.take_while(|(name, byte)| name == byte).count();
                *matched = matched.wrapping_add(same);
                return same;
            }
            State::StartTag | State::EndTag => {
                let continues = |byte: &u8| !b"\"'/<>".contains(byte);
                return bytes.iter().take_while(|byte| continues(byte)).count();
            }
            State::Value { quote } => memchr2(*quote, b'<', bytes),
            State::Comment { hyphens: 0 } => memchr(b'-', bytes),
            State::CData { brackets: 0 } => memchr(b']', bytes),
            State::Instruction {
                after_question_mark: false,
            } => memchr(b'?', bytes),
            _ => return 0,
        };
        next.unwrap_or(bytes.len())
    }

    /// Reads one byte. Returns whether it is the last byte of the envelope.
    fn step(&mut self, byte: u8) -> Result<bool, Error> {
        self.state = match (self.state, byte) {
            (State::Outside | State::Content, b'<') => State::Markup,
            (State::Content, _) => State::Content,
            (State::Outside, _) if Class::SPACE.contains(byte) => State::Outside,
            (State::Outside | State::ByteOrderMark { .. }, _) => {
                return self.fail(ErrorKind::TextOutsideRoot);
            }

            (State::Markup, b'!') => {
                self.declaration_start = self.position.wrapping_sub(1);
                State::Declaration
            }
            (State::Markup, b'?') => State::Instruction {
                after_question_mark: false,
            },
            (State::Markup, b'/') if self.depth > 0 => State::Name {
                matched: 0,
                is_end_tag: true,
            },
            (State::Markup, b'/') => State::StrayEndTag,
            (State::Markup, _) if self.depth > 0 => self.match_name(byte, 0, false),
            (State::Markup | State::StrayEndTag, _) if ends_name(byte) => {
                return self.fail(ErrorKind::Name);
            }
            (State::StrayEndTag, _) => return self.fail(ErrorKind::EndTagMismatch),
            (State::Markup, _) => {
                self.depth = 1;
                self.push_name_byte(byte);
                State::Root
            }
            // `skip` has read the name. This is the first byte after it.
            (State::Root, _) => {
                self.state = State::StartTag;
                return self.step(byte);
            }
            (
                State::Name {
                    matched,
                    is_end_tag,
                },
                _,
            ) => self.match_name(byte, matched, is_end_tag),

            (State::StartTag | State::EndTag, b'>') => return Ok(self.end_markup()),
            (State::StartTag, b'<') => return self.fail(ErrorKind::StartTag),
            (State::StartTag, b'/') => State::EmptyElementTag,
            (State::StartTag, quote @ (b'"' | b'\'')) => State::Value { quote },
            (State::StartTag, _) => State::StartTag,
            (State::EmptyElementTag, b'>') => {
                self.depth = self.depth.wrapping_sub(1);
                return Ok(self.end_markup());
            }
            (State::EmptyElementTag, _) => {
                return fail_at(self.position.wrapping_sub(1), ErrorKind::StartTag);
            }
            (State::EndTag, b'<' | b'/' | b'"' | b'\'') => return self.fail(ErrorKind::EndTag),
            (State::EndTag, _) => State::EndTag,
            (State::Value { .. }, b'<') => return self.fail(ErrorKind::AttributeLessThan),
            (State::Value { quote }, _) if byte == quote => State::StartTag,
            (State::Value { quote }, _) => State::Value { quote },

            (State::Declaration, b'-') => State::Keyword { missing: b"-" },
            (State::Declaration, b'[') => State::Keyword { missing: b"CDATA[" },
            (State::Declaration, b'D') => State::Keyword { missing: b"OCTYPE" },
            (State::Keyword { missing }, _) if missing.first() == Some(&byte) => {
                match (missing.get(1..).unwrap_or_default(), byte) {
                    (missing @ [_, ..], _) => State::Keyword { missing },
                    ([], b'-') => State::Comment { hyphens: 0 },
                    ([], b'[') if self.depth > 0 => State::CData { brackets: 0 },
                    ([], b'[') => {
                        return fail_at(self.declaration_start, ErrorKind::TextOutsideRoot);
                    }
                    ([], _) => return fail_at(self.declaration_start, ErrorKind::Doctype),
                }
            }
            (State::Declaration | State::Keyword { .. }, _) => {
                return fail_at(self.declaration_start, ErrorKind::Markup);
            }

            (State::Comment { hyphens: 2 }, b'>') => return Ok(self.end_markup()),
            (State::Comment { hyphens: 2 }, _) => {
                return fail_at(self.position.wrapping_sub(2), ErrorKind::CommentHyphens);
            }
            (State::Comment { hyphens }, b'-') => State::Comment {
                hyphens: hyphens.wrapping_add(1),
            },
            (State::Comment { .. }, _) => State::Comment { hyphens: 0 },
            (State::CData { brackets: 2 }, b'>') => State::Content,
            (State::CData { brackets }, b']') => State::CData {
                brackets: brackets.wrapping_add(1).min(2),
            },
            (State::CData { .. }, _) => State::CData { brackets: 0 },
            (
                State::Instruction {
                    after_question_mark: true,
                },
                b'>',
            ) => return Ok(self.end_markup()),
            (State::Instruction { .. }, _) => State::Instruction {
                after_question_mark: byte == b'?',
            },
        };
        Ok(false)
    }

    /// Appends a byte to the stored start of the root's name. Drops it if [`NAME_LEN`] bytes are stored.
    fn push_name_byte(&mut self, byte: u8) {
        if let Some(next) = self.name.get_mut(self.name_length) {
            *next = byte;
            self.name_length = self.name_length.wrapping_add(1);
        }
    }

    /// Compares the next byte of a name with the root's name. The `matched` bytes before it were equal. Counts the tag if
    /// all stored bytes of the root's name are equal.
    fn match_name(&mut self, byte: u8, matched: usize, is_end_tag: bool) -> State {
        if self.name.get(matched) != Some(&byte) {
            return match byte {
                b'<' => State::Markup,
                _ => State::Content,
            };
        }
        let matched = matched.wrapping_add(1);
        if matched < self.name_length {
            return State::Name {
                matched,
                is_end_tag,
            };
        }
        if is_end_tag {
            self.depth = self.depth.wrapping_sub(1);
            return State::EndTag;
        }
        self.depth = self.depth.wrapping_add(1);
        State::StartTag
    }

    /// Sets the state after a tag, a comment or a processing instruction. Returns whether the envelope ends with it.
    fn end_markup(&mut self) -> bool {
        let is_tag = !matches!(
            self.state,
            State::Comment { .. } | State::Instruction { .. }
        );
        self.state = match self.depth {
            0 => State::Outside,
            _ => State::Content,
        };
        is_tag && self.depth == 0
    }

    /// An error of this kind at the next byte.
    fn fail<T>(&self, kind: ErrorKind) -> Result<T, Error> {
        fail_at(self.position, kind)
    }
}

/// Whether the byte is the first one after the root's name.
fn ends_name(byte: u8) -> bool {
    Class::SPACE.contains(byte) || b"/>\"'<".contains(&byte)
}

fn fail_at<T>(offset: usize, kind: ErrorKind) -> Result<T, Error> {
    Err(Error::new(kind, offset))
}
