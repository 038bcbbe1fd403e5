//! The rules of [`cutter`](super::cutter) for `tokio_util::codec`: bytes that someone else holds.

use core::fmt;
use std::io;

use bytes::{Buf as _, BytesMut};
use tokio_util::codec::Decoder;

use super::cutter::{Cut, Cutter};
use crate::config::Config;
use crate::error::Error;
use crate::message_bytes::MessageBytes;

/// A [`Framer`](super::Framer) for streams of tokio: gives [`MessageBytes`]s to a `FramedRead`. With the feature
/// `codec`.
///
/// ```
/// use ews_notifications::Parser;
/// use ews_notifications::frame::EnvelopeDecoder;
/// use futures_util::StreamExt as _;
/// use tokio_util::codec::FramedRead;
///
/// # let heartbeat = "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><m:GetStreamingEventsResponse \
/// #     xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages'/></Body></Envelope>";
/// # let response = heartbeat.repeat(3).into_bytes();
/// # let mut count = 0;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut envelopes = FramedRead::new(&response[..], EnvelopeDecoder::new()); // or any AsyncRead
/// let mut parser = Parser::new();
/// while let Some(envelope) = envelopes.next().await {
///     let envelope = envelope?; // an error ends the stream
///     let message = envelope.parse(&mut parser)?; // so does this one
///     println!("{} at byte {}", message.operation, envelope.offset);
/// #   count += 1;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # assert_eq!(count, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It cuts where a framer cuts. Nothing is scanned twice and nothing copied: an envelope is split off the buffer, and
/// `FramedRead` moves no more than the beginning of one, when it needs more room. Of an envelope that is too long, no
/// more is buffered than the limit and what one more read brings.
pub struct EnvelopeDecoder {
    cutter: Cutter,
}

/// Shows no byte of the stream.
impl fmt::Debug for EnvelopeDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeDecoder")
            .field("offset", &self.cutter.offset())
            .finish_non_exhaustive()
    }
}

impl EnvelopeDecoder {
    /// A decoder at the beginning of a stream, with the default configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// A decoder at the beginning of a stream. The configuration means what it means to
    /// [`Framer::with_config`](super::Framer::with_config).
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            cutter: Cutter::new(config),
        }
    }

    /// An error that is about the envelope at hand.
    fn error(&self, error: Error) -> DecodeError {
        DecodeError::Envelope {
            offset: self.cutter.offset(),
            error,
        }
    }
}

impl Default for EnvelopeDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder for EnvelopeDecoder {
    type Item = MessageBytes;
    type Error = DecodeError;

    /// The next envelope that ends in the buffer, unread: whether it is well-formed is for
    /// [`MessageBytes::parse`] to say.
    ///
    /// # Errors
    ///
    /// Those of [`Framer::next`](super::Framer::next). Asking again gives the same error, whatever the buffer holds.
    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<MessageBytes>, DecodeError> {
        let new = src.get(self.cutter.begun()..).unwrap_or_default();
        let Cut {
            between,
            offset,
            length,
        } = self.cutter.cut(new).map_err(|error| self.error(error))?;
        src.advance(between);
        Ok(length.map(|length| MessageBytes {
            offset,
            body: src.split_to(length).freeze(),
        }))
    }

    /// The same, and where no envelope ends, whether the stream may.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Self::decode) and of [`Framer::finish`](super::Framer::finish).
    fn decode_eof(&mut self, src: &mut BytesMut) -> Result<Option<MessageBytes>, DecodeError> {
        let last = self.decode(src)?;
        if last.is_none() {
            self.cutter.finish(src).map_err(|error| self.error(error))?;
        }
        Ok(last)
    }
}

/// Why a stream gives no more envelopes. There are no other reasons.
#[derive(Debug)]
pub enum DecodeError {
    /// Reading failed. Of what was read an envelope may be left that has not ended.
    Io(io::Error),
    /// An envelope is too long, is malformed where it would have to be cut, or has not ended.
    Envelope {
        /// Where in the stream it begins.
        offset: u64,
        /// What is wrong, with an offset that counts from there.
        error: Error,
    },
}

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Envelope { offset, error } => {
                write!(f, "envelope at byte {offset} of the stream: {error}")
            }
        }
    }
}

impl core::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => error.source(),
            Self::Envelope { .. } => None,
        }
    }
}
