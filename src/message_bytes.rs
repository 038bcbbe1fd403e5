//! Messages that borrow from nobody: their bodies, to be read again where they are needed.
//!
//! Knows `bytes` and asks the parser; nothing else.

use core::fmt;

use bytes::Bytes;

use crate::error::Error;
use crate::model::Message;
use crate::parser::Parser;

/// A message to keep or to send away: its body, and nothing parsed. With the feature `bytes`.
///
/// A [`Message`] borrows from its body and from a parser, and can leave neither. This can: it is `'static`, `Send`
/// and `Sync`, and gives the message again wherever there is a parser.
///
/// ```
/// use bytes::Bytes;
/// use ews_notifications::{Error, MessageBytes, Parser};
///
/// # let body = Bytes::from_static(include_bytes!("../tests/data/push/mail.xml"));
/// let mut parser = Parser::new();
/// parser.parse(&body)?; // a body that is refused is answered at once
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
/// Cloning shares the body and copies no byte of it. A body keeps the whole buffer that it is a part of: one that
/// came out of a stream holds on to what was read together with it, so what is kept for long is better copied
/// (`Bytes::copy_from_slice`).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageBytes {
    /// Where its first byte stands in the stream that it came from, as in an
    /// [`Envelope`](crate::frame::Envelope); 0 if it came from none.
    pub offset: u64,
    /// The whole body: one SOAP envelope, or one bare operation.
    pub body: Bytes,
}

/// Shows no byte of the body.
impl fmt::Debug for MessageBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageBytes")
            .field("offset", &self.offset)
            .field("bytes", &self.body.len())
            .finish()
    }
}

impl MessageBytes {
    /// The message of this body, which is not looked at: checking it would cost as much as to
    /// [`parse`](Self::parse) it, and that says what is wrong with it.
    #[must_use]
    pub const fn new(body: Bytes) -> Self {
        Self { offset: 0, body }
    }

    /// Reads the body: [`Parser::parse`], at the same cost and each time anew. The message borrows from both.
    ///
    /// # Errors
    ///
    /// As [`Parser::parse`]. Where parsers differ in their [`Config`](crate::Config), one may refuse what
    /// another reads.
    pub fn parse<'a>(&'a self, parser: &'a mut Parser) -> Result<Message<'a>, Error> {
        parser.parse(&self.body)
    }
}
