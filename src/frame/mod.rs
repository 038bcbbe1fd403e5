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
//! Linear in the stream, however it is cut into chunks: no byte is looked at twice. An envelope that lies in a
//! chunk as a whole is borrowed from it; of others the parts are put together in one buffer, which is held
//! to [`Limits::body_bytes`](crate::Limits::body_bytes) *before* it takes a byte.
//!
//! # In here
//!
//! `scanner` follows the structure byte by byte, `find` passes over what does not matter to it, many bytes at a
//! time. Of the layers below, `xml` is asked what is wrong with the end of a stream, and `scan` for its
//! kernels.

#![deny(clippy::arithmetic_side_effects)]

mod find;
mod scanner;

use alloc::vec::Vec;

use self::scanner::Scanner;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::scan::Dispatch;
use crate::xml::{self, Buffers, Tokenizer};

/// Cuts a stream into envelopes. The [module](self) says where and at what cost.
#[derive(Debug)]
pub struct Framer {
    config: Config,
    dispatch: Dispatch,
    scanner: Scanner,
    /// What earlier chunks had of the envelope at hand; or one that has been handed out.
    joined: Vec<u8>,
    is_handed_out: bool,
    /// Where in the stream the envelope at hand begins, or what is between two.
    offset: u64,
    failed: Option<Error>,
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
            config,
            dispatch: Dispatch::new(config.kernel),
            scanner: Scanner::default(),
            joined: Vec::new(),
            is_handed_out: false,
            offset: 0,
            failed: None,
        }
    }

    /// The next envelope that ends in this chunk, which is moved behind it; `None` once the whole chunk has
    /// been taken and another one is wanted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BodyLimit`] for an envelope that is longer than the limit, and errors of the class
    /// [`Malformed`](crate::ErrorClass::Malformed) or [`ErrorKind::Doctype`] where there is no telling where an
    /// envelope ends. The offset counts from where that envelope begins, which is [`offset`](Self::offset). Asking
    /// again gives the same error.
    pub fn next<'s, 'c: 's>(
        &'s mut self,
        chunk: &mut &'c [u8],
    ) -> Result<Option<Envelope<'s>>, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let end = self
            .end_in(chunk)
            .inspect_err(|error| self.failed = Some(*error))?;
        let (read, behind) = chunk
            .split_at_checked(end.unwrap_or(chunk.len()))
            .unwrap_or_default();
        *chunk = behind;
        let is_whole = self.joined.is_empty() && end.is_some();
        if !is_whole {
            self.joined.extend_from_slice(read);
        }
        if end.is_none() {
            return Ok(None);
        }
        self.is_handed_out = !is_whole;
        self.scanner = Scanner::default();
        let offset = self.offset;
        let body = if is_whole { read } else { &self.joined };
        self.offset = offset.wrapping_add(body.len() as u64);
        Ok(Some(Envelope { offset, body }))
    }

    /// Tells whether the stream may end here.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnfinishedEnvelope`], at the place where the stream ends, if that is inside an envelope: the
    /// connection broke, and what was being sent is lost. If what there is of the envelope is malformed, or an
    /// earlier call of [`next`](Self::next) has failed, that error instead.
    pub fn finish(&self) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.joined.is_empty() || self.is_handed_out {
            return self.scanner.check_separators();
        }
        // Comments and instructions without an envelope behind them are no envelope, but an XML declaration
        // is the beginning of one.
        let is_envelope = self.scanner.is_inside() || self.joined.starts_with(b"<?xml ");
        match self.defect() {
            Some(error) if error.kind() == ErrorKind::NoRoot && !is_envelope => Ok(()),
            Some(error) if error.offset() < self.joined.len() => Err(error),
            _ => Err(Error::new(ErrorKind::UnfinishedEnvelope, self.joined.len())),
        }
    }

    /// Where in the stream the envelope at hand begins: the one that the last error is about, or the one that
    /// comes next.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Moves the chunk over what is between envelopes, and tells where in it the envelope at hand ends, if it
    /// does.
    fn end_in(&mut self, chunk: &mut &[u8]) -> Result<Option<usize>, Error> {
        if self.is_handed_out {
            self.is_handed_out = false;
            self.joined.clear();
            self.joined.shrink_to(Self::KEPT);
        }
        if self.joined.is_empty() {
            let between = self.scanner.skip_separators(chunk);
            *chunk = chunk.get(between..).unwrap_or_default();
            self.offset = self.offset.wrapping_add(between as u64);
        }
        let room = xml::longest_body(&self.config).saturating_sub(self.joined.len());
        let end = self
            .scanner
            .scan(chunk.get(..room).unwrap_or(chunk), self.dispatch)?;
        if end.is_none() && chunk.len() > room {
            return Err(Error::new(ErrorKind::BodyLimit, 0));
        }
        Ok(end)
    }

    /// What is wrong with the beginning of an envelope, its end included.
    fn defect(&self) -> Option<Error> {
        let mut buffers = Buffers::default();
        let tokens = Tokenizer::new(&self.joined, &mut buffers, &self.config);
        let mut tokens = tokens.ok()?;
        loop {
            match tokens.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}
