//! The rules for cutting a stream, shared by the framer and the decoder. They cover the separators between envelopes,
//! the longest envelope, the end of the stream, and errors. After an error, a [`Cutter`] reads nothing more.
//!
//! Uses `scanner`. At the end of a stream it uses the tokenizer to look for an error in the partial envelope.

use super::scanner::Scanner;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};
use crate::xml::{self, Buffers, Tokenizer};

/// Finds the ends of envelopes in the bytes that its caller passes. Each call continues after the last byte of the call
/// before. The caller stores the bytes of a partial envelope. The cutter stores only the start of the root's name.
pub(super) struct Cutter {
    config: Config,
    dispatch: Dispatch,
    scanner: Scanner,
    /// The offset of the current envelope in the stream. Between envelopes, the offset of the next byte to read.
    offset: u64,
    failed: Option<Error>,
}

/// The result of [`Cutter::cut`].
pub(super) struct Cut {
    /// The length of the separators that the bytes begin with. They are not part of an envelope.
    pub(super) separators: usize,
    /// The offset of the current envelope in the stream.
    pub(super) offset: u64,
    /// The length of the envelope, if its end is in the bytes. The bytes after its end have not been read.
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

    /// The offset of the current envelope in the stream. After an error, the offset of the envelope with the error.
    /// Between envelopes, the offset of the next byte to read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The length of the part of the current envelope that has been read, in bytes. 0 between envelopes.
    pub(super) fn partial_len(&self) -> usize {
        self.scanner.position
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

    /// The index in `bytes` at which the current envelope ends, if its end is in `bytes`.
    fn end_in(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let allowed = xml::longest_body(&self.config).saturating_sub(self.partial_len());
        let end = self
            .scanner
            .scan(bytes.get(..allowed).unwrap_or(bytes), self.dispatch)?;
        if end.is_none() && bytes.len() > allowed {
            return Err(Error::new(ErrorKind::BodyLimit, 0));
        }
        Ok(end)
    }

    /// Returns an error if the stream must not end here. `partial` is the part of the current envelope that has been
    /// read.
    pub(super) fn finish(&self, partial: &[u8]) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.partial_len() == 0 {
            return self.scanner.check_separators();
        }
        // A stream may end with comments and processing instructions. An XML declaration begins an envelope.
        let after_xml = partial.strip_prefix(b"<?xml").and_then(<[u8]>::first);
        let is_declared = after_xml.is_some_and(|byte| Class::SPACE.contains(*byte));
        match self.first_error(partial) {
            Some(error) if error.kind() == ErrorKind::NoRoot && !is_declared => Ok(()),
            Some(error) if !is_truncated_at(partial, error.offset()) => Err(error),
            _ => Err(Error::new(ErrorKind::UnfinishedEnvelope, partial.len())),
        }
    }

    /// The tokenizer's error for a partial envelope.
    fn first_error(&self, partial: &[u8]) -> Option<Error> {
        let mut buffers = Buffers::default();
        let mut tokens = Tokenizer::new(partial, &mut buffers, &self.config).ok()?;
        loop {
            match tokens.next() {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    }
}

/// Whether the bytes from `offset` on are empty or only the start of a character. If so, an error at `offset` means that
/// the next bytes are missing, not that the bytes before them are malformed.
fn is_truncated_at(bytes: &[u8], offset: usize) -> bool {
    match core::str::from_utf8(bytes.get(offset..).unwrap_or_default()) {
        Ok(rest) => rest.is_empty(),
        Err(error) => error.valid_up_to() == 0 && error.error_len().is_none(),
    }
}
