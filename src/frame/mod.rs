//! Cutting a streaming response into its envelopes.
//!
//! The answer to `GetStreamingEvents` is one HTTP response that goes on for minutes: whole envelopes, one
//! behind the other, in chunks that end anywhere. A [`Framer`] takes the chunks as they come, does no input or
//! output, and gives the envelopes, each to be read by a [`Parser`](crate::Parser):
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
//! framer.finish()?; // has it ended between two envelopes?
//! # assert_eq!(count, 3);
//! # Ok::<(), ews_notifications::Error>(())
//! ```
//!
//! With the feature `codec`, [`EnvelopeDecoder`] does the same for `tokio_util::codec::FramedRead`, where the bytes
//! come from an `AsyncRead`, and gives each envelope as an [`MessageBytes`](crate::MessageBytes).
//!
//! # Where it cuts
//!
//! An envelope ends with the end tag of its root element, whatever its name and prefix. That is found by
//! structure: what looks like a tag in a comment, a CDATA section, a processing instruction or an attribute
//! value is none. Between envelopes there may be white space and byte order marks, and an envelope may begin
//! with an XML declaration, as emulators of Exchange write it. For a well-formed envelope there is only one
//! place to cut, and the framer finds it. It checks no more than it needs for that: an envelope that is
//! malformed is cut somewhere, or not at all, or refused at once; what is cut off, the parser refuses.
//! **Behind an error, of the framer or of the parser, a stream has to be given up**: where the next envelope
//! begins is then a guess, and guesses are how something is smuggled past a reader.
//!
//! # Cost
//!
//! Linear in the stream, however it is cut into chunks: nothing is scanned twice. An envelope that lies in a
//! chunk as a whole is borrowed from it; of others the parts are put together in one buffer, which is held
//! to [`Limits::body_bytes`](crate::Limits::body_bytes) *before* it takes a byte.
//!
//! # In here
//!
//! `cutter` has the rules of a stream, for the framer here and for the decoder in `codec`. `scanner` follows the
//! structure of an envelope byte by byte, `find` passes over what does not matter to it, many bytes at a time.
//! Of the layers below, `xml` is asked what is wrong with the end of a stream, and `scan` for its kernels.

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

/// Cuts a stream into envelopes. The [module](self) says where and at what cost.
pub struct Framer {
    cutter: Cutter,
    /// What earlier chunks had of the envelope at hand; between two, one that has been handed out.
    joined: Vec<u8>,
}

/// One envelope of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'s> {
    /// Where its first byte stands in the stream. What an error says of [`body`](Self::body) is to be added.
    pub offset: u64,
    /// From its first markup, which may be an XML declaration, to the `>` of its root's end tag. Borrowed from
    /// the chunk if it lies in it as a whole, and from the framer if not.
    pub body: &'s [u8],
}

impl Framer {
    /// The most memory that is kept from one envelope to the next, in bytes.
    const KEPT: usize = 256 << 10;

    /// A framer at the beginning of a stream, with the default configuration. Allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// A framer at the beginning of a stream. Of the configuration only
    /// [`limits.body_bytes`](crate::Limits::body_bytes), the most bytes of an envelope, and
    /// [`kernel`](Config::kernel) mean something to it.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            cutter: Cutter::new(config),
            joined: Vec::new(),
        }
    }

    /// The next envelope that ends in this chunk, which is moved behind it; `None` once the whole chunk has
    /// been taken and another one is wanted.
    ///
    /// # Errors
    ///
    /// [`BodyLimit`](crate::ErrorKind::BodyLimit) for an envelope that is longer than the limit, and errors of the
    /// class [`Malformed`](crate::ErrorClass::Malformed) or [`Doctype`](crate::ErrorKind::Doctype) where there is
    /// no telling where an envelope ends. The offset counts from where that envelope begins, which is
    /// [`offset`](Self::offset). Asking again gives the same error.
    pub fn next<'s, 'c: 's>(
        &'s mut self,
        chunk: &mut &'c [u8],
    ) -> Result<Option<Envelope<'s>>, Error> {
        if self.cutter.begun() == 0 {
            self.joined.clear();
            self.joined.shrink_to(Self::KEPT);
        }
        let Cut {
            between,
            offset,
            length,
        } = self.cutter.cut(chunk)?;
        let rest = chunk.get(between..).unwrap_or_default();
        let end = length.map(|length| length.wrapping_sub(self.joined.len()));
        let (read, behind) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        *chunk = behind;
        if end.is_some() && self.joined.is_empty() {
            return Ok(Some(Envelope { offset, body: read }));
        }
        self.joined.extend_from_slice(read);
        Ok(end.map(|_| Envelope {
            offset,
            body: &self.joined,
        }))
    }

    /// Tells whether the stream may end here.
    ///
    /// # Errors
    ///
    /// [`UnfinishedEnvelope`](crate::ErrorKind::UnfinishedEnvelope), at the place where the stream ends, if that is
    /// inside an envelope: the connection broke, and what was being sent is lost. If what there is of the envelope
    /// is malformed, or an earlier call of [`next`](Self::next) has failed, that error instead.
    pub fn finish(&self) -> Result<(), Error> {
        self.cutter.finish(&self.joined)
    }

    /// Where in the stream the envelope at hand begins: the one that the last error is about, or the one that
    /// comes next.
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
            .field("buffered", &self.joined.len())
            .finish_non_exhaustive()
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}
