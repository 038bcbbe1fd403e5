//! Byte classes, and the cursor that moves over a body. The only place with `unsafe`.
//!
//! Everything above reads a body through a [`Cursor`]. It moves forward only over bytes that it
//! has checked to be UTF-8, so that whatever lies behind it can be handed out as `&str` without a
//! second look. Which bytes a run may hold is a [`Class`]: a bit in one table of 256 entries, which
//! is the specification that every kernel is held against. `kernel` and `x86` look at many bytes at once;
//! a [`Literal`] or a [`ShortPrefix`] is compared with what comes next as numbers. What a byte means is not
//! decided here.

mod chars;
mod class;
mod cursor;
mod kernel;
mod literal;
mod prefix;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use chars::{is_char, is_name_char, is_name_start_char};
pub(crate) use class::Class;
pub(crate) use cursor::Cursor;
pub(crate) use kernel::{Dispatch, Task, Vector};
pub(crate) use literal::Literal;
pub(crate) use prefix::ShortPrefix;

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
