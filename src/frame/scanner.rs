//! The structure of an envelope, followed byte by byte: as much of XML's grammar as tells where the root
//! element ends.
//!
//! Elements nest, so only those matter that are named as the root is: it ends where as many of their tags have
//! closed as opened. Here, named as the root are all elements whose name begins as the root's does, with its
//! first [`NAME`] bytes: that is more of them, but both their tags. Of the other tags nothing is looked at, not
//! even where they end: in a well-formed document no `<` stands in a tag. Where one does, it may be taken for
//! markup and the envelope cut there; the parser then refuses it.

use super::find;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};

/// Bytes of the root's name that are kept.
const NAME: usize = 16;

/// What follows `<![`.
const CDATA: &[u8] = b"CDATA[";

/// The byte order mark.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A place in a stream. It stays right wherever the stream is cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// Elements that are open, of those that are named as the root is.
    depth: usize,
    /// The beginning of the root's name, and how long it is.
    name: [u8; NAME],
    name_length: usize,
    /// Bytes of the envelope that have been read.
    pub(super) read: usize,
    /// Where in the envelope the last `<!` stands.
    markup: usize,
}

/// What the next byte is a part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Neither markup nor content: what is between envelopes, and `[27] Misc`.
    #[default]
    Outside,
    /// A byte order mark, of which there have been so many bytes.
    ByteOrderMark(usize),
    /// Text, or a tag that does not count.
    Content,
    /// Markup behind its `<`.
    Markup,
    /// The name of the root.
    Root,
    /// A name that has been that of the root for so many bytes, of an end tag or not.
    Name(usize, bool),
    /// A tag that counts, behind its name, outside of values.
    Tag,
    /// The same, behind a `/`.
    Slash,
    /// A value in it, with this quote.
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

    /// Goes on over these bytes. Where the envelope ends among them, tells how many belong to it.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        dispatch: Dispatch,
    ) -> Result<Option<usize>, Error> {
        let mut read = 0;
        while let Some(rest) = bytes.get(read..)
            && !rest.is_empty()
        {
            let passed = self.pass(rest, dispatch);
            self.read = self.read.wrapping_add(passed);
            read = read.wrapping_add(passed);
            let Some(byte) = rest.get(passed) else {
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

    /// How many bytes come next of which each is like those before it.
    #[inline]
    fn pass(&mut self, bytes: &[u8], dispatch: Dispatch) -> usize {
        let of = match &mut self.state {
            State::Content => {
                let [name, ..] = self.name;
                return dispatch.run(find::Markup { bytes, name });
            }
            State::Root => {
                let name = bytes.iter().take_while(|byte| !ends_name(**byte));
                return name.inspect(|byte| self.keep(**byte)).count();
            }
            State::Name(read, _) => {
                // The last one is more than that.
                let name = self.name.get(*read..self.name_length.wrapping_sub(1));
                let pairs = name.unwrap_or_default().iter().zip(bytes);
                let same = pairs.take_while(|(name, byte)| name == byte).count();
                *read = read.wrapping_add(same);
                return same;
            }
            State::Tag => {
                let of_tag = |byte: &u8| !b"\"'/<>".contains(byte);
                return bytes.iter().take_while(|byte| of_tag(byte)).count();
            }
            State::Value(quote) => [*quote, *quote, b'<', b'<'],
            State::Comment(0) => *b"----",
            State::CData(0) => *b"]]]]",
            State::Instruction(false) => *b"????",
            _ => return 0,
        };
        dispatch.run(find::AnyOf { bytes, of })
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

            (State::Markup, b'!') => {
                self.markup = self.read.wrapping_sub(1);
                State::Bang
            }
            (State::Markup, b'?') => State::Instruction(false),
            (State::Markup, b'/') if self.depth > 0 => State::Name(0, true),
            // At the name, which comes next.
            (State::Markup, b'/') => {
                return fail_at(self.read.wrapping_add(1), ErrorKind::EndTagMismatch);
            }
            (State::Markup, _) if self.depth > 0 => self.name(byte, 0, false),
            (State::Markup, _) if ends_name(byte) => return self.fail(ErrorKind::Name),
            (State::Markup, _) => {
                self.depth = 1;
                self.keep(byte);
                State::Root
            }
            // It is behind the name.
            (State::Root, _) => {
                self.state = State::Tag;
                return self.step(byte);
            }
            (State::Name(read, is_end), _) => self.name(byte, read, is_end),

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

    /// One more byte of the root's name.
    fn keep(&mut self, byte: u8) {
        if let Some(place) = self.name.get_mut(self.name_length) {
            *place = byte;
            self.name_length = self.name_length.wrapping_add(1);
        }
    }

    /// One more byte of a name that has been that of the root for so many.
    fn name(&mut self, byte: u8, read: usize, is_end: bool) -> State {
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

/// Whether the root's name does not go on with it, which is then looked at as a part of its tag.
fn ends_name(byte: u8) -> bool {
    Class::SPACE.contains(byte) || b"/>\"'<".contains(&byte)
}

fn fail_at<T>(offset: usize, kind: ErrorKind) -> Result<T, Error> {
    Err(Error::new(kind, offset))
}
