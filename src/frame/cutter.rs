//! The rules by which a stream is cut, whoever holds its bytes: what lies between envelopes, how long one may be,
//! where the stream may end, and that nothing is read behind an error.

use super::scanner::Scanner;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::scan::{Class, Dispatch};
use crate::xml::{self, Buffers, Tokenizer};

/// A place in a stream. It is shown each byte once and holds none, but for the name of the root element.
pub(super) struct Cutter {
    config: Config,
    dispatch: Dispatch,
    scanner: Scanner,
    /// Where in the stream the envelope at hand begins, or what is between two.
    offset: u64,
    failed: Option<Error>,
}

/// What comes of bytes.
pub(super) struct Cut {
    /// So many of them lie before the envelope at hand.
    pub(super) between: usize,
    /// Where in the stream that begins.
    pub(super) offset: u64,
    /// How long it is, if it ends among them. What is behind it has not been looked at.
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

    /// Where in the stream the envelope at hand begins: the one that the last error is about, or the one that
    /// comes next.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes of the envelope at hand have been shown; 0 between two.
    pub(super) fn begun(&self) -> usize {
        self.scanner.read
    }

    /// Goes on over these bytes, up to the end of the envelope at hand.
    pub(super) fn cut(&mut self, bytes: &[u8]) -> Result<Cut, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let between = self.scanner.skip_separators(bytes);
        self.offset = self.offset.wrapping_add(between as u64);
        let (offset, begun) = (self.offset, self.begun());
        let end = self
            .end_in(bytes.get(between..).unwrap_or_default())
            .inspect_err(|error| self.failed = Some(*error))?;
        let length = end.map(|end| begun.wrapping_add(end));
        if let Some(length) = length {
            self.offset = offset.wrapping_add(length as u64);
            self.scanner = Scanner::default();
        }
        Ok(Cut {
            between,
            offset,
            length,
        })
    }

    /// Where among these bytes the envelope at hand ends, if it does.
    fn end_in(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let room = xml::longest_body(&self.config).saturating_sub(self.begun());
        let end = self
            .scanner
            .scan(bytes.get(..room).unwrap_or(bytes), self.dispatch)?;
        if end.is_none() && bytes.len() > room {
            return Err(Error::new(ErrorKind::BodyLimit, 0));
        }
        Ok(end)
    }

    /// Whether the stream may end here, given what has been shown of the envelope at hand.
    pub(super) fn finish(&self, begun: &[u8]) -> Result<(), Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.begun() == 0 {
            return self.scanner.check_separators();
        }
        // Comments and instructions without an envelope behind them are no envelope, but an XML declaration
        // is the beginning of one.
        let behind = begun.strip_prefix(b"<?xml").and_then(<[u8]>::first);
        let is_declared = behind.is_some_and(|byte| Class::SPACE.contains(*byte));
        match self.defect(begun) {
            Some(error) if error.kind() == ErrorKind::NoRoot && !is_declared => Ok(()),
            Some(error) if error.offset() < begun.len() => Err(error),
            _ => Err(Error::new(ErrorKind::UnfinishedEnvelope, begun.len())),
        }
    }

    /// What is wrong with the beginning of an envelope, its end included.
    fn defect(&self, begun: &[u8]) -> Option<Error> {
        let mut buffers = Buffers::default();
        let tokens = Tokenizer::new(begun, &mut buffers, &self.config);
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
