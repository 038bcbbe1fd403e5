//! The structure of an envelope, followed byte by byte: as much of XML's grammar as tells where markup ends
//! and how many elements are open.

use super::block;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};

/// What follows `<![`.
const CDATA: &[u8] = b"CDATA[";

/// The byte order mark.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A place in a stream. It stays right wherever the stream is cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// Elements that are open.
    depth: usize,
    /// Bytes of the envelope that have been read.
    pub(super) read: usize,
    /// Where in the envelope the last `<!` stands.
    markup: usize,
}

/// What the next byte is a part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Neither markup nor content: what is between envelopes, and `[27] Misc`.
    #[default]
    Outside,
    /// A byte order mark, of which there have been so many bytes.
    ByteOrderMark(usize),
    /// Text of an element.
    Content,
    /// Markup behind its `<`.
    Markup,
    /// A tag, outside of values.
    Tag,
    /// The same, behind a `/` that is not that of `</`.
    Slash,
    /// An attribute value with this quote.
    Value(u8),
    /// `<!`
    Bang,
    /// `<!-`
    CommentStart,
    /// `<![` and so many bytes of [`CDATA`].
    CDataStart(usize),
    /// `[15] Comment`, behind so many hyphens.
    Comment(u8),
    /// `[18] CDSect`, behind so many brackets, of which two are enough.
    CData(u8),
    /// `[16] PI` or the XML declaration, and whether the last byte was a `?`.
    Instruction(bool),
}

impl Scanner {
    /// How many of the bytes are between envelopes: white space and byte order marks.
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

    /// Fails in the middle of a byte order mark.
    pub(super) fn check_separators(&self) -> Result<(), Error> {
        match self.state {
            State::Outside => Ok(()),
            _ => Err(Error::new(ErrorKind::TextOutsideRoot, 0)),
        }
    }

    /// Whether the root element has begun, or markup has that has not ended.
    pub(super) fn is_inside(&self) -> bool {
        self.state != State::Outside
    }

    /// Goes on over these bytes. Where the envelope ends among them, tells how many belong to it.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        dispatch: Dispatch,
    ) -> Result<Option<usize>, Error> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (plain, is_end) = dispatch.run(block::Blocks {
                bytes: rest,
                state: &mut self.state,
                depth: &mut self.depth,
            });
            self.read = self.read.wrapping_add(plain);
            rest = rest.get(plain..).unwrap_or_default();
            if is_end {
                return Ok(Some(bytes.len().wrapping_sub(rest.len())));
            }
            // What stopped the blocks is the next byte, or in the next one, or that it is too short.
            let by_byte = match self.state {
                State::Markup | State::Slash => 1,
                _ => block::LENGTH,
            };
            let by_byte = rest.len().min(by_byte);
            for (at, byte) in rest.iter().take(by_byte).enumerate() {
                let is_end = self.step(*byte)?;
                self.read = self.read.wrapping_add(1);
                if is_end {
                    let left = rest.len().wrapping_sub(at).wrapping_sub(1);
                    return Ok(Some(bytes.len().wrapping_sub(left)));
                }
            }
            rest = rest.get(by_byte..).unwrap_or_default();
        }
        Ok(None)
    }

    /// Moves over one byte; whether it is the last of the envelope.
    fn step(&mut self, byte: u8) -> Result<bool, Error> {
        self.state = match (self.state, byte) {
            (State::Outside | State::Content, b'<') => State::Markup,
            (State::Content, _) => State::Content,
            (State::Outside, _) if Class::SPACE.contains(byte) => State::Outside,
            (State::Outside | State::ByteOrderMark(_), _) => {
                return self.fail(ErrorKind::TextOutsideRoot);
            }

            (State::Markup, b'/') => match self.depth.checked_sub(1) {
                Some(outside) => {
                    self.depth = outside;
                    State::Tag
                }
                // At the name, which comes next.
                None => return fail_at(self.read.wrapping_add(1), ErrorKind::EndTagMismatch),
            },
            (State::Markup, b'!') => {
                self.markup = self.read.wrapping_sub(1);
                State::Bang
            }
            (State::Markup, b'?') => State::Instruction(false),
            (State::Markup, b'<') => return self.fail(ErrorKind::Name),
            (State::Markup, _) => {
                self.depth = self.depth.wrapping_add(1);
                self.state = State::Tag;
                return self.step(byte);
            }

            (State::Slash, b'>') => match self.depth.checked_sub(1) {
                Some(outside) => {
                    self.depth = outside;
                    return Ok(self.leave());
                }
                // It was an end tag already.
                None => return self.fail(ErrorKind::EndTag),
            },
            (State::Tag, b'>') => return Ok(self.leave()),
            (State::Tag | State::Slash, b'<') => return self.fail(ErrorKind::StartTag),
            (State::Tag | State::Slash, b'/') => State::Slash,
            (State::Tag | State::Slash, quote @ (b'"' | b'\'')) => State::Value(quote),
            (State::Tag | State::Slash, _) => State::Tag,
            (State::Value(_), b'<') => return self.fail(ErrorKind::AttributeLessThan),
            (State::Value(quote), _) if byte == quote => State::Tag,
            (State::Value(quote), _) => State::Value(quote),

            (State::Bang, b'-') => State::CommentStart,
            (State::Bang, b'[') if self.depth > 0 => State::CDataStart(0),
            (State::Bang, b'[') => return fail_at(self.markup, ErrorKind::TextOutsideRoot),
            (State::Bang, b'D') => return fail_at(self.markup, ErrorKind::Doctype),
            (State::CommentStart, b'-') => State::Comment(0),
            (State::CDataStart(seen), _) if CDATA.get(seen) == Some(&byte) => {
                match seen.wrapping_add(1) {
                    seen if seen == CDATA.len() => State::CData(0),
                    seen => State::CDataStart(seen),
                }
            }
            (State::Bang | State::CommentStart | State::CDataStart(_), _) => {
                return fail_at(self.markup, ErrorKind::Markup);
            }

            (State::Comment(2), b'>') => return Ok(self.leave()),
            (State::Comment(2), _) => return self.fail(ErrorKind::CommentHyphens),
            (State::Comment(hyphens), b'-') => State::Comment(hyphens.wrapping_add(1)),
            (State::Comment(_), _) => State::Comment(0),
            (State::CData(2), b'>') => State::Content,
            (State::CData(brackets), b']') => State::CData(brackets.wrapping_add(1).min(2)),
            (State::CData(_), _) => State::CData(0),
            (State::Instruction(true), b'>') => return Ok(self.leave()),
            (State::Instruction(_), _) => State::Instruction(byte == b'?'),
        };
        Ok(false)
    }

    /// Markup ends; whether the envelope does.
    fn leave(&mut self) -> bool {
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

fn fail_at<T>(offset: usize, kind: ErrorKind) -> Result<T, Error> {
    Err(Error::new(kind, offset))
}
