//! Cuts a streaming response into its envelopes.
//!
//! The response to `GetStreamingEvents` is one HTTP response that lasts for minutes. It is a sequence of complete
//! SOAP envelopes, in chunks with arbitrary boundaries. A [`Framer`] takes the chunks as they arrive and returns
//! the envelopes. A [`Parser`](crate::Parser) reads each of them. The framer does no input or output.
//!
//! ```
//! use ews_notifications::Parser;
//! use ews_notifications::frame::Framer;
//!
//! # let heartbeat = "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><m:GetStreamingEventsResponse \
//! #     xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages'/></Body></Envelope>";
//! # let stream = heartbeat.repeat(3).into_bytes();
//! # let mut count = 0;
//! let mut framer = Framer::new();
//! let mut parser = Parser::new();
//! for mut chunk in stream.chunks(100) {
//!     while let Some(envelope) = framer.next(&mut chunk)? {
//!         let message = parser.parse(envelope.body)?; // an error ends the stream
//!         println!("{} in {} bytes", message.operation, envelope.body.len());
//! #       count += 1;
//!     }
//! }
//! framer.finish()?; // an error if the stream ended within an envelope
//! # assert_eq!(count, 3);
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! With the feature `codec`, [`EnvelopeDecoder`] does the same for `tokio_util::codec::FramedRead`, which reads from
//! an `AsyncRead`. It returns each envelope as a [`MessageBytes`](crate::MessageBytes).
//!
//! # Boundaries
//!
//! An envelope ends with the end tag of its root element, whatever its name and prefix. The framer follows the
//! structure of the document: it ignores text that looks like a tag in comments, CDATA sections, processing
//! instructions and attribute values. White space and byte order marks are allowed between envelopes. An envelope
//! may begin with an XML declaration, which emulators of Exchange write.
//!
//! A well-formed envelope has exactly one end, and the framer finds it. It checks nothing else. A malformed
//! envelope may be refused at once, be cut at a wrong place, or never end. The parser refuses it if it was cut.
//!
//! **Drop the stream after an error of the framer or of the parser**: the start of the next envelope would be a
//! guess. An attacker could use a wrong guess to smuggle a message past a check.
//!
//! # Cost
//!
//! The time is linear in the stream for any chunk boundaries: no byte is scanned twice. An envelope within one
//! chunk is borrowed from the chunk. Other envelopes are copied into one buffer. The length is checked against
//! [`Limits::body_bytes`](crate::Limits::body_bytes) *before* a byte is buffered. Between envelopes the framer
//! retains at most 256 KiB of the buffer.
//!
//! # Implementation
//!
//! - `cutter`: the rules for a stream, shared by the framer here and the decoder in `codec`.
//! - `scanner`: a state machine that follows the structure of an envelope.
//! - `find`: skips bytes that do not change the scanner's state, with a kernel of `scan`.
//!
//! When a stream ends within an envelope, the tokenizer of `xml` says whether the partial envelope is malformed.

#![deny(clippy::arithmetic_side_effects)]

#[cfg(feature = "codec")]
mod codec;
mod cutter;
mod find;
mod scanner;

use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "codec")]
pub use self::codec::{DecodeError, EnvelopeDecoder};
use self::cutter::{Cut, Cutter};
use crate::config::Config;
use crate::error::Error;

/// Cuts a stream into envelopes. The [module](self) documents the boundaries and the cost.
pub struct Framer {
    cutter: Cutter,
    /// The part of the current envelope from earlier chunks. After its end, the envelope last returned.
    buffer: Vec<u8>,
}

/// One envelope of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'s> {
    /// The offset of its first byte in the stream, in bytes. Add the offset of a parser's error, which counts from
    /// the start of [`body`](Self::body).
    pub offset: u64,
    /// The envelope, from its first markup, which may be an XML declaration, to the `>` of its root's end tag.
    /// Borrows from the chunk if it is within one chunk, otherwise from the framer.
    pub body: &'s [u8],
}

impl Framer {
    /// The most memory that is retained from one envelope to the next, in bytes.
    const MAX_RETAINED: usize = 256 << 10;

    /// A framer at the start of a stream, with the default configuration. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// A framer at the start of a stream. From the configuration it uses only
    /// [`limits.body_bytes`](crate::Limits::body_bytes), the longest accepted envelope in bytes, and
    /// [`kernel`](Config::kernel).
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            cutter: Cutter::new(config),
            buffer: Vec::new(),
        }
    }

    /// The next envelope that ends in this chunk. Advances the chunk past the bytes it takes. `None` once the chunk
    /// is empty and the next one is needed.
    ///
    /// # Errors
    ///
    /// [`BodyLimit`](crate::ErrorKind::BodyLimit) if an envelope is longer than the limit. Errors of the class
    /// [`Malformed`](crate::ErrorClass::Malformed), or [`Doctype`](crate::ErrorKind::Doctype), if the end of an
    /// envelope cannot be determined. The error's offset counts from the start of the envelope, which
    /// [`offset`](Self::offset) returns. Further calls return the same error.
    pub fn next<'s, 'c: 's>(
        &'s mut self,
        chunk: &mut &'c [u8],
    ) -> Result<Option<Envelope<'s>>, Error> {
        if self.cutter.partial_len() == 0 {
            self.buffer.clear();
            self.buffer.shrink_to(Self::MAX_RETAINED);
        }
        let Cut {
            separators,
            offset,
            length,
        } = self.cutter.cut(chunk)?;
        let rest = chunk.get(separators..).unwrap_or_default();
        let end = length.map(|length| length.wrapping_sub(self.buffer.len()));
        let (read, after) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        *chunk = after;
        if end.is_some() && self.buffer.is_empty() {
            return Ok(Some(Envelope { offset, body: read }));
        }
        self.buffer.extend_from_slice(read);
        Ok(end.map(|_| Envelope {
            offset,
            body: &self.buffer,
        }))
    }

    /// Checks that the stream may end here.
    ///
    /// # Errors
    ///
    /// [`UnfinishedEnvelope`](crate::ErrorKind::UnfinishedEnvelope) if the stream ended within an envelope. Its offset
    /// is the end of the stream. The connection broke, and the rest of the envelope is lost. If the partial envelope
    /// is malformed, or an earlier call of [`next`](Self::next) failed, returns that error instead.
    pub fn finish(&self) -> Result<(), Error> {
        self.cutter.finish(&self.buffer)
    }

    /// The offset of the current envelope in the stream, in bytes. The current envelope is the subject of the last
    /// error, or the one that comes next.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.cutter.offset()
    }
}

/// Shows no byte of the stream.
impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer")
            .field("offset", &self.offset())
            .field("buffered", &self.buffer.len())
            .finish_non_exhaustive()
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}
