//! Byte classes, and the cursor that moves over a body. The only place with `unsafe`.
//!
//! Everything above reads a body through a [`Cursor`]. It moves forward only over bytes that it
//! has checked to be UTF-8, so that whatever lies behind it can be handed out as `&str` without a
//! second look. Which bytes a run may hold is a [`Class`]: a bit in one table of 256 entries, which
//! is the specification that every kernel is held against. What a byte means is not decided here.

mod chars;
mod class;
#[cfg(test)]
mod tests;

pub(crate) use chars::{is_char, is_name_char, is_name_start_char};
pub(crate) use class::Class;

/// A part of the body, in bytes. Bodies are shorter than 4 GiB, see [`crate::Limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The longest body whose positions a span can hold.
    pub(crate) const MAX: usize = u32::MAX as usize;

    pub(crate) fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end && end <= Self::MAX);
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) fn end(self) -> usize {
        self.end as usize
    }
}

/// Where [`Cursor::skip_chars`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Before this byte: legal, but not of the class.
    At(u8),
    /// At the end of the body.
    End,
    /// Before a character that XML does not allow.
    IllegalChar,
    /// Before bytes that are not UTF-8.
    InvalidUtf8,
}

/// Bytes that are not UTF-8, at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidUtf8;

/// A place in a body, up to which the body is known to be UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'b> {
    body: &'b [u8],
    /// INVARIANT: `pos <= body.len()`, and `body[..pos]` is UTF-8. Every method that moves `pos`
    /// forward moves it over whole characters that it has compared or decoded; `rewind` moves it back
    /// to the boundary of one.
    pos: usize,
}

impl<'b> Cursor<'b> {
    pub(crate) fn new(body: &'b [u8]) -> Self {
        Self { body, pos: 0 }
    }

    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// What is still to be read.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.body.get(self.pos..).unwrap_or_default()
    }

    /// The byte at the cursor.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.body.get(self.pos).copied()
    }

    /// Moves over `literal` if it is what comes next.
    pub(crate) fn eat(&mut self, literal: &str) -> bool {
        let eaten = self.rest().starts_with(literal.as_bytes());
        if eaten {
            self.pos += literal.len();
        }
        eaten
    }

    /// Moves over one ASCII character, if one comes next.
    pub(crate) fn bump(&mut self) {
        if self.peek().is_some_and(|byte| byte.is_ascii()) {
            self.pos += 1;
        }
    }

    /// Moves over the longest run of bytes of the class and tells its length.
    pub(crate) fn skip(&mut self, class: Class) -> usize {
        let rest = self.rest();
        // A class holds ASCII only, so the run is UTF-8.
        let run = rest
            .iter()
            .position(|byte| !class.contains(*byte))
            .unwrap_or(rest.len());
        self.pos += run;
        run
    }

    /// Moves over the longest run of characters that are of the class or, beyond ASCII, legal.
    pub(crate) fn skip_chars(&mut self, class: Class) -> Stop {
        loop {
            self.skip(class);
            match self.peek() {
                None => return Stop::End,
                Some(byte) if !byte.is_ascii() => match self.eat_char(is_char) {
                    Ok(true) => {}
                    Ok(false) => return Stop::IllegalChar,
                    Err(InvalidUtf8) => return Stop::InvalidUtf8,
                },
                Some(byte) if !is_char(char::from(byte)) => return Stop::IllegalChar,
                Some(byte) => return Stop::At(byte),
            }
        }
    }

    /// Moves over the character at the cursor if it is one that `accept` takes.
    pub(crate) fn eat_char(&mut self, accept: fn(char) -> bool) -> Result<bool, InvalidUtf8> {
        let Some(char) = self.peek_char()? else {
            return Ok(false);
        };
        let accepted = accept(char);
        if accepted {
            self.pos += char.len_utf8();
        }
        Ok(accepted)
    }

    /// The character at the cursor, none at the end of the body.
    pub(crate) fn peek_char(&self) -> Result<Option<char>, InvalidUtf8> {
        let rest = self.rest();
        let length = match rest.first() {
            None => return Ok(None),
            Some(..=0x7F) => 1,
            Some(0x80..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..) => 4,
        };
        let bytes = rest.get(..length).ok_or(InvalidUtf8)?;
        let text = core::str::from_utf8(bytes).map_err(|_| InvalidUtf8)?;
        Ok(text.chars().next())
    }

    /// Moves back to `pos`, a place where this cursor has been between two calls.
    pub(crate) fn rewind(&mut self, pos: usize) {
        if self.text(pos, self.pos).is_some() {
            self.pos = pos;
        }
    }

    /// The text of a span that lies behind the cursor.
    pub(crate) fn span(&self, span: Span) -> &'b str {
        let text = self.text(span.start(), span.end());
        debug_assert!(text.is_some(), "{span:?} is not text behind {}", self.pos);
        text.unwrap_or_default()
    }

    /// The text from `start` to `end`; none where that is not text behind the cursor.
    pub(crate) fn text(&self, start: usize, end: usize) -> Option<&'b str> {
        let read = self.body.get(..self.pos)?;
        // SAFETY: `body[..pos]` is UTF-8, by the invariant of `pos`.
        let read = unsafe { core::str::from_utf8_unchecked(read) };
        let text = read.get(start..end);
        debug_assert!(text.is_none_or(|text| core::str::from_utf8(text.as_bytes()).is_ok()));
        text
    }
}
