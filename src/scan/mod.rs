//! Byte classes, vector kernels, and the two ways to read a body. The only module with `unsafe`.
//!
//! - A [`Cursor`] moves over what a caller expects to come next. The fast path of the engine reads with it.
//! - A [`Reader`] finds what comes next: it turns the body into bitmaps, window by window. The tokenizer reads with it.
//!
//! Both return text of the body as `&str` without a second check, and only text that they have checked to be UTF-8. Each
//! can take over at the position of the other. This module knows bytes and characters. It does not know markup, and depends
//! on nothing but the choice of a kernel in [`Config`](crate::Config).
//!
//! # Vocabulary
//!
//! - A **class** ([`Class`]) is a set of ASCII bytes. Its **members** are specified by one table of 256 entries.
//! - **Leading members** are the longest sequence of members at the start of some bytes, such as the text of an
//!   element up to `<`. "Prefix" always means a namespace prefix, and a [`Span`] is a range of the body.
//! - A **mask** has one bit per byte: of a **block** of 32 bytes, or of a **chunk** of 64.
//! - A **stop** ([`Stop`]) is a byte at which a search ends. **Bitmaps** ([`Bitmaps`]) have the stops of a **window** of
//!   the body.
//! - A **vector** ([`Vector`]) is a set of vector instructions. A **kernel** is a vector and all code that is
//!   compiled with it. [`Dispatch`] holds the kernel for this machine and runs a [`Task`] in it.
//! - A **literal** ([`Literal`]) is text that is compared eight bytes at a time, as numbers. So is a
//!   [`ShortPrefix`].

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod aarch64;
mod chars;
mod class;
mod cursor;
mod kernel;
mod literal;
mod reader;
mod short_prefix;
#[cfg(test)]
mod tests;
mod utf8;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use chars::{InvalidUtf8, first_char, is_char, is_name_char, is_name_start_char};
pub(crate) use class::{Class, Delimited, Quote};
pub(crate) use cursor::{Cursor, ExpectedLength};
pub(crate) use kernel::{Dispatch, Task, Vector};
pub(crate) use literal::Literal;
pub(crate) use reader::{Bitmaps, Body, Reader, Stop};
pub(crate) use short_prefix::ShortPrefix;
use utf8::is_continuation;

/// A range of the body, in bytes from its start. Bodies are shorter than 4 GiB, see [`crate::Limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The length of the longest body whose positions fit into a span.
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

    pub(crate) fn len(self) -> usize {
        self.end().saturating_sub(self.start())
    }

    /// The text of the span in `body`, in which it must be. Empty if it is not.
    #[inline(always)]
    pub(crate) fn of(self, body: &str) -> &str {
        let bytes = body.as_bytes();
        let (start, end) = (self.start(), self.end());
        let begins_char = |at: usize| bytes.get(at).is_some_and(|byte| !is_continuation(*byte));
        // `str::get` makes the same checks, but takes twice the instructions.
        if start < end && begins_char(end) && begins_char(start) {
            // SAFETY: `start <= end`, and a character of `body` begins at both.
            return unsafe { body.get_unchecked(start..end) };
        }
        self.rare_text(body)
    }

    /// The text of a span that is empty or ends with `body`.
    #[cold]
    #[inline(never)]
    fn rare_text(self, body: &str) -> &str {
        let text = body.get(self.start()..self.end());
        debug_assert!(text.is_some(), "{self:?} is not in {} bytes", body.len());
        text.unwrap_or_default()
    }
}
