//! Errors: the kind and the byte offset of the first rule that a body breaks.
//!
//! Line, column and an excerpt need the body, so [`Error::describe`] computes them on request.

mod description;
mod kind;

use core::fmt;

pub use description::Description;
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

    /// Line, column, and the text around the offset, computed from the body that was refused.
    ///
    /// It reads the body up to the offset and allocates, so it is for the log and not for the hot path. The description
    /// contains some characters of the body. Another body than the refused one gives a wrong description, not a panic.
    ///
    /// ```
    /// use ews_notifications::Parser;
    ///
    /// let body = b"<Envelope>\n  <Body/>\n</Envelop>";
    /// let error = Parser::new().parse(body).unwrap_err();
    /// let place = error.describe(body);
    /// assert_eq!((place.line, place.column), (1, 2));
    /// assert_eq!(place.excerpt, "<Envelope>");
    /// eprintln!("{place:#}"); // the message, the excerpt, and a caret under the place
    /// ```
    #[must_use]
    pub fn describe(&self, body: &[u8]) -> Description {
        Description::new(self, body)
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
