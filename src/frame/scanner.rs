//! A state machine that follows the structure of an envelope byte by byte. It knows just enough XML grammar to find
//! the end of the root element.
//!
//! Elements nest, so it suffices to count the tags of elements with the root's name: the root ends when as many have
//! closed as opened. The scanner compares only the first [`NAME_LEN`] bytes of names. It may therefore count further
//! elements, but then it counts both their start and end tags.
//!
//! Other tags are ignored, including their ends: in a well-formed document no tag contains `<`. In a malformed one the
//! scanner may take such a `<` for markup, and cut the envelope at a wrong place. The parser then refuses it.
//!
//! Uses `find` for the states that many bytes do not change, and `scan` for white space.

use super::find;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};

/// The number of bytes of the root's name that are compared.
const NAME_LEN: usize = 16;

/// The rest of `<![CDATA[` after `<![`.
const CDATA: &[u8] = b"CDATA[";

/// The byte order mark.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A position in a stream. The stream may be split into chunks anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// The number of open elements with the root's name.
    depth: usize,
    /// The first bytes of the root's name, and their number.
    name: [u8; NAME_LEN],
    name_length: usize,
    /// The number of bytes read of the envelope.
    pub(super) read: usize,
    /// The offset of the last `<!` in the envelope.
    markup_start: usize,
}

/// The construct that the next byte is part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Between envelopes, or between the markup of `[22] prolog`.
    #[default]
    Outside,
    /// A byte order mark, after this number of its bytes.
    ByteOrderMark(usize),
    /// Text, or an ignored tag.
    Content,
    /// Markup after its `<`.
    Markup,
    /// The name of the root in its start tag.
    Root,
    /// A name, after this number of bytes that equal the root's name, and whether the tag is an end tag.
    Name(usize, bool),
    /// A counted tag after its name, outside of attribute values.
    Tag,
    /// The same, after a `/`.
    Slash,
    /// An attribute value in a counted tag, with this quote.
    Value(u8),
    /// After `<!`.
    Bang,
    /// After `<!-`.
    CommentStart,
    /// After `<![` and this number of bytes of [`CDATA`].
    CDataStart(usize),
    /// `[15] Comment`, after this number of hyphens.
    Comment(u8),
    /// `[18] CDSect`, after this number of brackets, at most two.
    CData(u8),
    /// `[16] PI` or the XML declaration, and whether the last byte was a `?`.
    Instruction(bool),
}

impl Scanner {
    /// Reads white space and byte order marks between envelopes. Returns their number of bytes.
    pub(super) fn skip_separators(&mut self, bytes: &[u8]) -> usize {
        if self.read > 0 {
            return 0;
        }
        for (at, byte) in bytes.iter().enumerate() {
            self.state = match (self.state, byte) {
                (State::Outside, _) if Class::SPACE.contains(*byte) => State::Outside,
                (State::Outside, 0xEF) => State::ByteOrderMark(1),
                (State::ByteOrderMark(seen), _) if BYTE_ORDER_MARK.get(seen) == Some(byte) => {
                    match seen.wrapping_add(1) {
                        seen if seen == BYTE_ORDER_MARK.len() => State::Outside,
                        seen => State::ByteOrderMark(seen),
                    }
                }
                _ => return at,
            };
        }
        bytes.len()
    }

    /// An error within a byte order mark.
    pub(super) fn check_separators(&self) -> Result<(), Error> {
        match self.state {
            State::Outside => Ok(()),
            _ => Err(Error::new(ErrorKind::TextOutsideRoot, 0)),
        }
    }

    /// Reads these bytes. If the envelope ends among them, returns the number of bytes up to its end.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        dispatch: Dispatch,
    ) -> Result<Option<usize>, Error> {
        let mut read = 0;
        while let Some(rest) = bytes.get(read..)
            && !rest.is_empty()
        {
            let skipped = self.skip(rest, dispatch);
            self.read = self.read.wrapping_add(skipped);
            read = read.wrapping_add(skipped);
            let Some(byte) = rest.get(skipped) else {
                break;
            };
            let is_end = self.step(*byte)?;
            self.read = self.read.wrapping_add(1);
            read = read.wrapping_add(1);
            if is_end {
                return Ok(Some(read));
            }
        }
        Ok(None)
    }

    /// The number of next bytes that [`step`](Self::step) need not read, because they continue the same state.
    #[inline]
    fn skip(&mut self, bytes: &[u8], dispatch: Dispatch) -> usize {
        let of = match &mut self.state {
            State::Content => {
                let [name, ..] = self.name;
                return dispatch.run(find::Markup { bytes, name });
            }
            State::Root => {
                let name = bytes.iter().take_while(|byte| !ends_name(**byte));
                return name.inspect(|byte| self.push_name_byte(**byte)).count();
            }
            State::Name(read, _) => {
                // The last byte of the name changes the state.
                let name = self.name.get(*read..self.name_length.wrapping_sub(1));
                let pairs = name.unwrap_or_default().iter().zip(bytes);
                let same = pairs.take_while(|(name, byte)| name == byte).count();
                *read = read.wrapping_add(same);
                return same;
            }
            State::Tag => {
                let continues = |byte: &u8| !b"\"'/<>".contains(byte);
                return bytes.iter().take_while(|byte| continues(byte)).count();
            }
            State::Value(quote) => [*quote, *quote, b'<', b'<'],
            State::Comment(0) => *b"----",
            State::CData(0) => *b"]]]]",
            State::Instruction(false) => *b"????",
            _ => return 0,
        };
        dispatch.run(find::AnyOf { bytes, of })
    }

    /// Reads one byte. Returns whether it is the last of the envelope.
    fn step(&mut self, byte: u8) -> Result<bool, Error> {
        self.state = match (self.state, byte) {
            (State::Outside | State::Content, b'<') => State::Markup,
            (State::Content, _) => State::Content,
            (State::Outside, _) if Class::SPACE.contains(byte) => State::Outside,
            (State::Outside | State::ByteOrderMark(_), _) => {
                return self.fail(ErrorKind::TextOutsideRoot);
            }

            (State::Markup, b'!') => {
                self.markup_start = self.read.wrapping_sub(1);
                State::Bang
            }
            (State::Markup, b'?') => State::Instruction(false),
            (State::Markup, b'/') if self.depth > 0 => State::Name(0, true),
            // The offset is that of the name, which comes next.
            (State::Markup, b'/') => {
                return fail_at(self.read.wrapping_add(1), ErrorKind::EndTagMismatch);
            }
            (State::Markup, _) if self.depth > 0 => self.match_name(byte, 0, false),
            (State::Markup, _) if ends_name(byte) => return self.fail(ErrorKind::Name),
            (State::Markup, _) => {
                self.depth = 1;
                self.push_name_byte(byte);
                State::Root
            }
            // The first byte after the name.
            (State::Root, _) => {
                self.state = State::Tag;
                return self.step(byte);
            }
            (State::Name(read, is_end), _) => self.match_name(byte, read, is_end),

            (State::Slash, b'>') => match self.depth.checked_sub(1) {
                Some(outside) => {
                    self.depth = outside;
                    return Ok(self.end_markup());
                }
                // An end tag such as `</a/>`.
                None => return self.fail(ErrorKind::EndTag),
            },
            (State::Tag, b'>') => return Ok(self.end_markup()),
            (State::Tag | State::Slash, b'<') => return self.fail(ErrorKind::StartTag),
            (State::Tag | State::Slash, b'/') => State::Slash,
            (State::Tag | State::Slash, quote @ (b'"' | b'\'')) => State::Value(quote),
            (State::Tag | State::Slash, _) => State::Tag,
            (State::Value(_), b'<') => return self.fail(ErrorKind::AttributeLessThan),
            (State::Value(quote), _) if byte == quote => State::Tag,
            (State::Value(quote), _) => State::Value(quote),

            (State::Bang, b'-') => State::CommentStart,
            (State::Bang, b'[') if self.depth > 0 => State::CDataStart(0),
            (State::Bang, b'[') => return fail_at(self.markup_start, ErrorKind::TextOutsideRoot),
            (State::Bang, b'D') => return fail_at(self.markup_start, ErrorKind::Doctype),
            (State::CommentStart, b'-') => State::Comment(0),
            (State::CDataStart(seen), _) if CDATA.get(seen) == Some(&byte) => {
                match seen.wrapping_add(1) {
                    seen if seen == CDATA.len() => State::CData(0),
                    seen => State::CDataStart(seen),
                }
            }
            (State::Bang | State::CommentStart | State::CDataStart(_), _) => {
                return fail_at(self.markup_start, ErrorKind::Markup);
            }

            (State::Comment(2), b'>') => return Ok(self.end_markup()),
            (State::Comment(2), _) => return self.fail(ErrorKind::CommentHyphens),
            (State::Comment(hyphens), b'-') => State::Comment(hyphens.wrapping_add(1)),
            (State::Comment(_), _) => State::Comment(0),
            (State::CData(2), b'>') => State::Content,
            (State::CData(brackets), b']') => State::CData(brackets.wrapping_add(1).min(2)),
            (State::CData(_), _) => State::CData(0),
            (State::Instruction(true), b'>') => return Ok(self.end_markup()),
            (State::Instruction(_), _) => State::Instruction(byte == b'?'),
        };
        Ok(false)
    }

    /// Appends a byte to the root's name.
    fn push_name_byte(&mut self, byte: u8) {
        if let Some(next) = self.name.get_mut(self.name_length) {
            *next = byte;
            self.name_length = self.name_length.wrapping_add(1);
        }
    }

    /// Compares a byte of a name with the root's. `read` bytes were equal before it.
    fn match_name(&mut self, byte: u8, read: usize, is_end: bool) -> State {
        if self.name.get(read) != Some(&byte) {
            return match byte {
                b'<' => State::Markup,
                _ => State::Content,
            };
        }
        let read = read.wrapping_add(1);
        if read < self.name_length {
            return State::Name(read, is_end);
        }
        self.depth = match is_end {
            true => self.depth.wrapping_sub(1),
            false => self.depth.wrapping_add(1),
        };
        State::Tag
    }

    /// Ends a tag, a comment or a processing instruction. Returns whether the envelope ends with it.
    fn end_markup(&mut self) -> bool {
        let is_tag = !matches!(self.state, State::Comment(_) | State::Instruction(_));
        self.state = match self.depth {
            0 => State::Outside,
            _ => State::Content,
        };
        is_tag && self.depth == 0
    }

    fn fail<T>(&self, kind: ErrorKind) -> Result<T, Error> {
        fail_at(self.read, kind)
    }
}

/// Whether the byte ends the root's name. It is then read as part of the tag.
fn ends_name(byte: u8) -> bool {
    Class::SPACE.contains(byte) || b"/>\"'<".contains(&byte)
}

fn fail_at<T>(offset: usize, kind: ErrorKind) -> Result<T, Error> {
    Err(Error::new(kind, offset))
}
