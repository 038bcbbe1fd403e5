//! Errors: the kind and the byte offset of the first rule that a body breaks.
//!
//! [`Error`] and [`ErrorKind`] are plain data, which all other modules use. A [`Description`] needs the body, so
//! [`Error::describe`] makes it on request. It may read the body again: `context` uses `xml` and `schema`.
//!
//! - `kind`: the kinds, with their classes, codes and messages.
//! - `description`: the result, with the line, the column and the excerpt.
//! - `diagnosis`: what was found and expected, the likely cause, and a second place.
//! - `foreign`: the table of bodies that are not XML at all.
//! - `context`: the elements around an offset.
//! - `printable`: which characters are shown.

mod context;
mod description;
mod diagnosis;
mod foreign;
mod kind;
mod printable;

use core::fmt;

use crate::config::Limits;
pub use description::{Description, Related};
pub use kind::{ErrorClass, ErrorKind};

/// Why a body was refused, and where. It contains no byte of the body, so it may be logged.
///
/// If a parser or a tokenizer returned the error, all bytes before [`offset`](Self::offset) are valid UTF-8. This does not
/// hold for errors of [`frame`](crate::frame), which does not check characters.
///
/// `Display` writes the offset and the kind: `byte 7: second root element; expected the end of the body`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// The kind of the error: which rule the body breaks.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The class of the kind, `self.kind().class()`.
    #[must_use]
    pub const fn class(&self) -> ErrorClass {
        self.kind.class()
    }

    /// The status of HTTP for the answer to a request with this body: 413 for [`ErrorKind::BodyLimit`], 415 for
    /// [`ErrorKind::Encoding`], and 400 for all other kinds.
    ///
    /// Exchange treats each of them as no answer, so this is for logs, proxies and tests. See [`Reply`](crate::Reply) for
    /// the answers that Exchange reads. (Source: [RFC 9110, section 15.5](https://www.rfc-editor.org/rfc/rfc9110#section-15.5).)
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self.kind {
            ErrorKind::BodyLimit => 413,
            ErrorKind::Encoding => 415,
            _ => 400,
        }
    }

    /// The position of the defect in bytes, from 0 to the length of the body. For a defect of a name (an unexpected
    /// element, an undeclared prefix) it is the first byte of the name. Where the body ends too early, it is the end.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Explains the error with the body that was refused: the defect and its place, the expectation, the likely cause.
    ///
    /// It reads the body again, in linear time, and allocates. So it is for the log and not for the hot path. The
    /// description contains some characters of the body. Another body than the refused one gives a wrong description, not a
    /// panic. [`Parser::describe`](crate::Parser::describe) also knows the values of the limits.
    ///
    /// ```
    /// use ews_notifications::Parser;
    ///
    /// let body = b"<Envelope>\n  <Body>\n</Envelope>";
    /// let error = Parser::new().parse(body).unwrap_err();
    /// let place = error.describe(body);
    /// assert_eq!((place.line, place.column), (1, 2));
    /// assert_eq!(place.found, "`Envelope` in no namespace");
    /// assert_eq!(place.excerpt, "<Envelope>");
    /// eprintln!("{place:#}"); // the message, the excerpt, a caret under the place, and the hint
    /// ```
    #[must_use]
    pub fn describe(&self, body: &[u8]) -> Description {
        Description::new(*self, body, None)
    }

    /// [`describe`](Self::describe) with the limits that the body was read with.
    pub(crate) fn describe_with(&self, body: &[u8], limits: &Limits) -> Description {
        Description::new(*self, body, Some(limits))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.kind)
    }
}

impl core::error::Error for Error {}

/// The kind is [`std::io::ErrorKind::InvalidData`], and the error is the source.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

#[cfg(test)]
mod tests;
