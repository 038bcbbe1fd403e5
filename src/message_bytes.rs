//! The bytes of a message, to parse again on another thread or later.

use core::fmt;

use bytes::Bytes;

use crate::error::Error;
use crate::model::Message;
use crate::parser::Parser;

/// The body of a message, to store or to send to another thread and to parse there. With the feature `bytes`.
///
/// A [`Message`] borrows from its body and its parser, so it cannot leave them. `MessageBytes` is `'static`, `Send` and
/// `Sync`, and any parser parses it again. [`owned`](crate::owned) copies the parsed message instead.
///
/// ```
/// use bytes::Bytes;
/// use ews_notifications::{Error, MessageBytes, Parser};
///
/// # let body = Bytes::from_static(include_bytes!("../tests/data/push/mail.xml"));
/// let mut parser = Parser::new();
/// parser.parse(&body)?; // reports a defect at once
/// let message = MessageBytes::new(body);
///
/// let worker = std::thread::spawn(move || {
///     let mut parser = Parser::new(); // one per worker
///     let message = message.parse(&mut parser)?;
///     Ok::<_, Error>(message.notifications().count())
/// });
/// # let count = worker.join().map_err(drop);
/// # assert_eq!(count, Ok(Ok(1)));
/// # Ok::<(), Error>(())
/// ```
///
/// A clone shares the body and copies no byte of it. `Bytes` keeps the whole buffer that it is a part of. In a stream
/// that is all that was read at once, so copy a body that you keep for long (`Bytes::copy_from_slice`).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageBytes {
    /// The offset of the first byte in the stream that the body came from, as in an
    /// [`Envelope`](crate::frame::Envelope); 0 without a stream.
    pub offset: u64,
    /// The whole body: one SOAP envelope, or one operation without an envelope.
    pub body: Bytes,
}

/// Writes the offset and the length, and no byte of the body.
impl fmt::Debug for MessageBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageBytes")
            .field("offset", &self.offset)
            .field("bytes", &self.body.len())
            .finish()
    }
}

impl MessageBytes {
    /// The message with this body. The body is not checked: a check would cost as much as [`parse`](Self::parse).
    #[must_use]
    pub const fn new(body: Bytes) -> Self {
        Self { offset: 0, body }
    }

    /// Parses the body by [`Parser::parse`], at the same cost, each time again. The message borrows from this value and
    /// from the parser.
    ///
    /// # Errors
    ///
    /// As [`Parser::parse`]. A parser with another [`Config`](crate::Config) may refuse a body that the first one
    /// accepted.
    pub fn parse<'a>(&'a self, parser: &'a mut Parser) -> Result<Message<'a>, Error> {
        parser.parse(&self.body)
    }
}
