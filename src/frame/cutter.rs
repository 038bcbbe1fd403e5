//! The rules for cutting a stream, shared by the framer and the decoder. They cover separators between envelopes, the
//! length of an envelope, the end of the stream, and errors, after which nothing is read.
//!
//! A [`Cutter`] does not hold the bytes. Its callers do. Uses `scanner`, and the tokenizer for errors at the end of a
//! stream.

use super::scanner::Scanner;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};
use crate::xml::{self, Buffers, Tokenizer};

/// A position in a stream. It reads each byte once and holds none, except those of the root's name.
pub(super) struct Cutter {
    config: Config,
    dispatch: Dispatch,
    scanner: Scanner,
    /// The offset in the stream of the current envelope, or of the separators after the last one.
    offset: u64,
    failed: Option<Error>,
}

/// The result of reading some bytes.
pub(super) struct Cut {
    /// The number of these bytes that are separators before the current envelope.
    pub(super) separators: usize,
    /// The offset of the current envelope in the stream.
    pub(super) offset: u64,
    /// The length of the envelope, if it ends among these bytes. The bytes after it have not been read.
    pub(super) length: Option<usize>,
}

impl Cutter {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            dispatch: Dispatch::new(config.kernel),
            scanner: Scanner::default(),
            offset: 0,
            failed: None,
        }
    }

    /// The offset of the current envelope in the stream: the subject of the last error, or the one that comes
    /// next.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of bytes read of the current envelope. 0 between envelopes.
    pub(super) fn partial_len(&self) -> usize {
        self.scanner.read
    }

    /// Reads these bytes, up to the end of the current envelope.
    pub(super) fn cut(&mut self, bytes: &[u8]) -> Result<Cut, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let separators = self.scanner.skip_separators(bytes);
        self.offset = self.offset.wrapping_add(separators as u64);
        let (offset, partial_len) = (self.offset, self.partial_len());
        let end = self
            .end_in(bytes.get(separators..).unwrap_or_default())
            .inspect_err(|error| self.failed = Some(*error))?;
        let length = end.map(|end| partial_len.wrapping_add(end));
        if let Some(length) = length {
            self.offset = offset.wrapping_add(length as u64);
            self.scanner = Scanner::default();
        }
        Ok(Cut {
            separators,
            offset,
            length,
        })
    }

    /// The index in `bytes` at which the current envelope ends, if it does.
    fn end_in(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let room = xml::longest_body(&self.config).saturating_sub(self.partial_len());
        let end = self
            .scanner
            .scan(bytes.get(..room).unwrap_or(bytes), self.dispatch)?;
        if end.is_none() && bytes.len() > room {
            return Err(Error::new(ErrorKind::BodyLimit, 0));
        }
        Ok(end)
    }

    /// Checks that the stream may end here. `partial` holds the bytes read of the current envelope.
    pub(super) fn finish(&self, partial: &[u8]) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.partial_len() == 0 {
            return self.scanner.check_separators();
        }
        // Comments and processing instructions may be the end of a stream. An XML declaration starts an envelope.
        let after = partial.strip_prefix(b"<?xml").and_then(<[u8]>::first);
        let is_declared = after.is_some_and(|byte| Class::SPACE.contains(*byte));
        match self.defect(partial) {
            Some(error) if error.kind() == ErrorKind::NoRoot && !is_declared => Ok(()),
            Some(error) if error.offset() < partial.len() => Err(error),
            _ => Err(Error::new(ErrorKind::UnfinishedEnvelope, partial.len())),
        }
    }

    /// The tokenizer's error for a partial envelope. At the end of `partial` it is only that more is missing.
    fn defect(&self, partial: &[u8]) -> Option<Error> {
        let mut buffers = Buffers::default();
        let tokens = Tokenizer::new(partial, &mut buffers, &self.config);
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
