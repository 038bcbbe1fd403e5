//! Cuts a streaming response into its envelopes.
//!
//! The response to `GetStreamingEvents` is one HTTP response that lasts for minutes. It is a sequence of complete
//! SOAP envelopes, in chunks with arbitrary boundaries. A [`Framer`] takes the chunks as they arrive and returns
//! the envelopes. A [`Parser`](crate::Parser) parses each envelope. The framer is sans-IO: the caller reads the stream.
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
//! A well-formed envelope has exactly one end, and the framer finds it. The framer checks only what it needs for
//! that. For a malformed envelope it does one of three things:
//!
//! - It returns an error.
//! - It cuts the envelope at a wrong place. The parser then refuses the envelope.
//! - It finds no end, until the envelope exceeds the limit or the stream ends. Both are errors.
//!
//! **Drop the stream after an error of the framer or of the parser.** After an error, nobody knows where the next
//! envelope begins. An attacker could write an envelope so that a guess makes a message out of its text.
//!
//! # Errors
//!
//! The parser can report another error than the framer for the same malformed envelope. The framer does not check
//! names, characters, the encoding, references, attributes, XML declarations, limits other than the length, or tags
//! that cannot be the root's. If one of these breaks a rule, the framer can report another defect, at the same byte
//! or later. Other differences are:
//!
//! - Outside the root element, the framer reports [`TextOutsideRoot`](crate::ErrorKind::TextOutsideRoot) where the parser
//!   reports [`InvalidUtf8`](crate::ErrorKind::InvalidUtf8), [`IllegalChar`](crate::ErrorKind::IllegalChar) or
//!   [`Encoding`](crate::ErrorKind::Encoding).
//! - At a `<` or `/` within an incomplete attribute, the framer reports [`StartTag`](crate::ErrorKind::StartTag). The
//!   parser reports which part of the attribute is missing.
//! - The framer refuses an end tag before a root element with
//!   [`EndTagMismatch`](crate::ErrorKind::EndTagMismatch) at the first byte of its name. It does not read the name.
//! - For the framer an XML declaration ends at the first `?>`, also within a value.
//! - An incomplete byte order mark counts as a separator. Its error is at the byte after it.
//!
//! In all other cases the framer and the parser report the same kind at the same offset.
//!
//! # Cost
//!
//! The time is linear in the length of the stream, for any chunk boundaries: a call of [`Framer::next`] continues where
//! the last call stopped. [`Framer::finish`] reads a partial envelope once more, to look for an error in it.
//!
//! An envelope within one chunk is borrowed from the chunk. Other envelopes are copied into one buffer. The length is
//! checked against [`Limits::body_bytes`](crate::Limits::body_bytes) *before* a byte is buffered. The buffer holds the
//! last envelope until the next call of [`Framer::next`]. That call shrinks the buffer to 256 KiB if it is larger.
//! [`EnvelopeDecoder`] does the same with the buffer of `FramedRead`.
//!
//! # Implementation
//!
//! - `cutter`: a `Cutter` applies the rules for a stream, for the framer here and the decoder in `codec`. A `Cut` is
//!   its result for some bytes: what to drop before the envelope, and where the envelope ends.
//! - `scanner`: a `Scanner` is the state machine that finds the end of one envelope.
//! - `find`: the vectorized search for the next markup that can change the scanner's state.
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

/// Cuts a stream into envelopes, chunk by chunk. Buffers an envelope that is in several chunks.
///
/// The [module](self) documents the boundaries, the errors and the cost.
pub struct Framer {
    cutter: Cutter,
    /// The part of the current envelope that earlier chunks held. Between envelopes: the last envelope, if it was in
    /// several chunks.
    buffer: Vec<u8>,
}

/// One envelope of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'s> {
    /// The offset of the first byte of [`body`](Self::body) in the stream, in bytes.
    ///
    /// The offset of a parser's error counts from the start of `body`. The sum of both is the offset of the defect in
    /// the stream.
    pub offset: u64,
    /// The whole envelope, as a body for [`Parser::parse`](crate::Parser::parse). This is not only the SOAP `Body`
    /// element.
    ///
    /// It extends from the first markup, which may be an XML declaration, to the `>` of the root's end tag. It borrows
    /// from the chunk if the envelope is within one chunk, otherwise from the framer.
    pub body: &'s [u8],
}

/// The capacity to which a buffer is shrunk before the next envelope, in bytes.
const MAX_RETAINED: usize = 256 << 10;

impl Framer {
    /// A framer at the start of a stream, with the default configuration. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// A framer at the start of a stream.
    ///
    /// These fields matter:
    ///
    /// - [`limits.body_bytes`](crate::Limits::body_bytes), the length of the longest accepted envelope in bytes, and
    ///   [`kernel`](Config::kernel), for [`next`](Self::next);
    /// - `depth`, `attributes`, `bindings` and `name_bytes` of the [`Limits`](crate::Limits), and
    ///   [`illegal_references`](Config::illegal_references), for [`finish`](Self::finish). It checks a partial envelope as
    ///   a [`Tokenizer`](crate::xml::Tokenizer) with this configuration does. So they change the error, not the envelopes.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            cutter: Cutter::new(config),
            buffer: Vec::new(),
        }
    }

    /// Returns the next envelope that ends in this chunk, and advances the chunk past it. Returns `None` once it has
    /// taken the whole chunk. Then call it with the next chunk of the stream.
    ///
    /// `Framer` is not an `Iterator`: each call takes a chunk, and the envelope may borrow from the framer until the next
    /// call.
    ///
    /// # Errors
    ///
    /// [`BodyLimit`](crate::ErrorKind::BodyLimit) if an envelope is longer than the limit. Errors of the class
    /// [`Malformed`](crate::ErrorClass::Malformed), or [`Doctype`](crate::ErrorKind::Doctype), if the end of an
    /// envelope cannot be determined. The error's offset counts from the start of the envelope. [`offset`](Self::offset)
    /// returns that start. Further calls return the same error.
    pub fn next<'s, 'c: 's>(
        &'s mut self,
        chunk: &mut &'c [u8],
    ) -> Result<Option<Envelope<'s>>, Error> {
        if self.cutter.partial_len() == 0 {
            self.buffer.clear();
            self.buffer.shrink_to(MAX_RETAINED);
        }
        let Cut {
            separators,
            offset,
            length,
        } = self.cutter.cut(chunk)?;
        let rest = chunk.get(separators..).unwrap_or_default();
        let end = length.map(|length| length.wrapping_sub(self.buffer.len()));
        let (taken, after) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        *chunk = after;
        if end.is_some() && self.buffer.is_empty() {
            return Ok(Some(Envelope {
                offset,
                body: taken,
            }));
        }
        self.buffer.extend_from_slice(taken);
        Ok(end.map(|_| Envelope {
            offset,
            body: &self.buffer,
        }))
    }

    /// Returns an error if the stream ended within an envelope. Call it after the last chunk.
    ///
    /// A stream may end between envelopes, also after comments and processing instructions.
    ///
    /// # Errors
    ///
    /// - The error of [`next`](Self::next), if a call of it failed.
    /// - If the partial envelope is malformed, exceeds a limit or has an unsupported encoding: the error of a
    ///   [`Tokenizer`](crate::xml::Tokenizer) for it. That can be any kind except the class
    ///   [`Schema`](crate::ErrorClass::Schema).
    /// - [`UnfinishedEnvelope`](crate::ErrorKind::UnfinishedEnvelope), if the partial envelope is only incomplete. The
    ///   end may be within a character. The connection may have been lost. The error's offset is the length of the
    ///   partial envelope.
    /// - [`TextOutsideRoot`](crate::ErrorKind::TextOutsideRoot), if the stream ends within a byte order mark.
    ///
    /// The error's offset counts from [`offset`](Self::offset).
    pub fn finish(&self) -> Result<(), Error> {
        self.cutter.finish(&self.buffer)
    }

    /// The offset of the current envelope in the stream, in bytes.
    ///
    /// After an error, this is the start of the envelope with the error. Between envelopes, it is the number of bytes
    /// read so far.
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
