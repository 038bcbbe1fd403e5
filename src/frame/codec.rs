//! The decoder for `tokio_util::codec`. Uses the [`cutter`](super::cutter), which finds the ends of envelopes in the
//! buffer of `FramedRead`.

use core::fmt;
use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio_util::codec::Decoder;

use super::MAX_RETAINED;
use super::cutter::{Cut, Cutter};
use crate::config::Config;
use crate::error::Error;
use crate::message_bytes::MessageBytes;

/// A [`Framer`](super::Framer) for asynchronous streams: decodes the bytes of a `FramedRead` into
/// [`MessageBytes`]s. Needs the feature `codec`.
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
/// The boundaries and the errors are those of [`Framer`](super::Framer), and so is the linear time. An envelope is split
/// off the buffer without a copy, and shares the memory of the buffer. `FramedRead` copies the start of an envelope when
/// the buffer must grow.
///
/// The decoder refuses an envelope as soon as the buffer holds more of it than
/// [`Limits::body_bytes`](crate::Limits::body_bytes). So the buffer never holds more than this limit plus the bytes of
/// one read.
///
/// A long envelope takes the memory of the buffer with it: after an envelope of more than 128 KiB, the decoder moves the
/// bytes after it into a new buffer. If they are more than 128 KiB, it first decodes them up to that length. So between
/// envelopes, a buffer that `FramedRead` has made has a capacity of at most 256 KiB, as that of a `Framer`.
pub struct EnvelopeDecoder {
    cutter: Cutter,
    /// Whether the buffer has held an envelope longer than [`LONG`].
    has_grown: bool,
}

/// The length of an envelope, in bytes, for which a buffer that doubles may exceed [`MAX_RETAINED`].
const LONG: usize = MAX_RETAINED / 2;

/// The room in a new buffer, in bytes: as much as `FramedRead` begins with.
const READ: usize = 8 << 10;

/// Shows no byte of the stream.
impl fmt::Debug for EnvelopeDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeDecoder")
            .field("offset", &self.cutter.offset())
            .finish_non_exhaustive()
    }
}

impl EnvelopeDecoder {
    /// A decoder at the start of a stream, with the default configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// A decoder at the start of a stream. The fields of the configuration that matter are those of
    /// [`Framer::with_config`](super::Framer::with_config).
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        Self {
            cutter: Cutter::new(config),
            has_grown: false,
        }
    }

    /// Splits an envelope off the buffer. Replaces the buffer if it has grown.
    fn split(&mut self, src: &mut BytesMut, length: usize) -> Bytes {
        let envelope = src.split_to(length).freeze();
        self.has_grown |= length > LONG;
        if self.has_grown && src.len() <= LONG {
            let mut buffer = BytesMut::with_capacity(src.len().saturating_add(READ));
            buffer.extend_from_slice(src);
            *src = buffer;
            self.has_grown = false;
        }
        envelope
    }

    /// Adds the offset of the current envelope to its error.
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

    /// Splits the next complete envelope off the buffer. Returns `None` if the buffer holds no complete envelope.
    ///
    /// The envelope may be malformed. [`MessageBytes::parse`] checks it.
    ///
    /// # Errors
    ///
    /// Those of [`Framer::next`](super::Framer::next). Further calls return the same error, whatever the buffer holds.
    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<MessageBytes>, DecodeError> {
        let new = src.get(self.cutter.partial_len()..).unwrap_or_default();
        let Cut {
            separators,
            offset,
            length,
        } = self.cutter.cut(new).map_err(|error| self.error(error))?;
        src.advance(separators);
        Ok(length.map(|length| MessageBytes {
            offset,
            body: self.split(src, length),
        }))
    }

    /// Like [`decode`](Self::decode), at the end of the stream. Once the buffer holds no complete envelope, returns an
    /// error if the stream ended within an envelope.
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

/// Why a decoder returns no more envelopes: reading failed, or an envelope was refused.
///
/// There is no third reason, so this enum is exhaustive.
#[derive(Debug)]
pub enum DecodeError {
    /// The reader returned an error. A partial envelope may remain in the buffer of `FramedRead`.
    Io(io::Error),
    /// An envelope is too long, is malformed so that its end cannot be determined, or is unfinished at the end of
    /// the stream.
    Envelope {
        /// The offset of the envelope in the stream, in bytes.
        offset: u64,
        /// The error. Its offset counts from the start of the envelope.
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
