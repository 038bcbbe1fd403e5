//! Streams: sequences of envelopes, in a file or still arriving.

use std::io::{self, BufRead};

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, Error, Limits};

use crate::failure::Failure;
use crate::ndjson::Place;

/// Whether these bytes are the beginning of a stream, and not of a single body: another `Envelope` begins after the
/// first root element. Anything else after a root element is a defect of the body.
pub(crate) fn is_stream(bytes: &[u8], config: Config) -> bool {
    let mut framer = Framer::with_config(config);
    let mut rest = bytes;
    if !matches!(framer.next(&mut rest), Ok(Some(_))) {
        return false;
    }
    // The second envelope may be incomplete or malformed. Its start is known all the same.
    let second = match framer.next(&mut rest) {
        Ok(Some(envelope)) => envelope.offset,
        Ok(None) | Err(_) => framer.offset(),
    };
    let second = usize::try_from(second).ok().and_then(|at| bytes.get(at..));
    second.is_some_and(opens_envelope)
}

/// Whether the first tag is that of an `Envelope`. The rest of the tag may be missing or malformed.
fn opens_envelope(bytes: &[u8]) -> bool {
    let mut buffers = Buffers::default();
    let config = Config::new().limits(Limits::unlimited());
    let Ok(mut tokens) = Tokenizer::new(bytes, &mut buffers, &config) else {
        return false;
    };
    while let Ok(Some(Token::Comment(_) | Token::ProcessingInstruction { .. })) = tokens.next() {}
    let tag = bytes.get(tokens.range().start..).unwrap_or_default();
    let Some(name) = tag.strip_prefix(b"<") else {
        return false;
    };
    let ends_name = |byte: &u8| b" \t\r\n/>".contains(byte);
    let name = name.split(ends_name).next().unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next() == Some(b"Envelope")
}

/// An envelope of a stream, the part of it before the end of the stream, or the body of a file.
pub(crate) struct Part<'a> {
    /// The number in the file, from 1.
    pub(crate) number: usize,
    /// The offset in the file, in bytes.
    pub(crate) offset: u64,
    pub(crate) bytes: &'a [u8],
    /// Whether the file is a stream. Places in it are numbers of envelopes and bytes, not lines and columns.
    pub(crate) is_of_stream: bool,
}

/// Reads a stream to its end and gives each envelope to `parse` as soon as it has arrived.
///
/// Stops at the first failure and returns it, because the start of the next envelope would be a guess. If the stream
/// ends or is malformed within an envelope, `parse` gets the part that has arrived. Returns an error only if `parse`
/// fails to write.
pub(crate) fn read(
    file: &str,
    mut source: impl BufRead,
    config: Config,
    mut parse: impl FnMut(&Part<'_>) -> io::Result<Option<Error>>,
) -> io::Result<Option<Failure>> {
    let mut framer = Framer::with_config(config);
    let mut number: usize = 1;
    let mut unfinished = Vec::new();
    // The offset of `chunk` in the stream.
    let mut offset = 0;
    // The error of the framer, or of the source.
    let error = loop {
        let mut chunk = match source.fill_buf() {
            Ok([]) => break framer.finish().map_err(Ok),
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(Err(error)),
        };
        let length = chunk.len();
        let error = loop {
            let before = chunk;
            let error = match framer.next(&mut chunk) {
                Ok(Some(envelope)) => {
                    let part = Part::of_stream(number, envelope.offset, envelope.body);
                    if let Some(error) = parse(&part)? {
                        return Ok(Some(Failure::of_part(file, &part, error, config)));
                    }
                    number += 1;
                    unfinished.clear();
                    offset += (before.len() - chunk.len()) as u64;
                    continue;
                }
                Ok(None) => None,
                Err(error) => Some(error),
            };
            // Separators before the envelope are left out. Their number has no limit.
            let separators = framer.offset().saturating_sub(offset);
            let start = usize::try_from(separators).unwrap_or(usize::MAX);
            unfinished.extend_from_slice(before.get(start..).unwrap_or_default());
            offset += before.len() as u64;
            break error;
        };
        if let Some(error) = error {
            break Err(Ok(error));
        }
        source.consume(length);
    };
    let Err(error) = error else {
        return Ok(None);
    };
    let part = Part::of_stream(number, framer.offset(), &unfinished);
    // Its own error is a consequence of the one above.
    parse(&part)?;
    Ok(Some(match error {
        Ok(error) => Failure::of_part(file, &part, error, config),
        Err(error) => Failure::of_file(file, &error),
    }))
}

impl<'a> Part<'a> {
    /// The place of its rows.
    pub(crate) fn place<'f>(&self, file: &'f str) -> Place<'f> {
        Place {
            file,
            envelope: self.number,
            offset: self.offset,
            is_partial: false,
        }
    }

    /// The name in reports.
    pub(crate) fn name(&self, file: &str) -> String {
        if self.is_of_stream {
            format!("{file}: envelope {}", self.number)
        } else {
            file.to_owned()
        }
    }

    fn of_stream(number: usize, offset: u64, bytes: &'a [u8]) -> Self {
        Self {
            number,
            offset,
            bytes,
            is_of_stream: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use ews_notifications::Config;

    #[test]
    fn read_gives_each_envelope_and_the_unfinished_one_for_any_chunks() {
        let space = " \u{FEFF}\n".repeat(20);
        let doctype = "<c>three<!DOCTYPE d>";
        for (last, offset) in [("<c>three", 8), (doctype, 8), ("<c", 2)] {
            let stream = ["<a>one</a>", &space, "<b>two</b>", &space, last].concat();
            for capacity in 1..=stream.len() {
                let source = BufReader::with_capacity(capacity, stream.as_bytes());
                let mut envelopes = Vec::new();
                let failure = super::read("-", source, Config::new(), |part| {
                    envelopes.push(String::from_utf8_lossy(part.bytes).into_owned());
                    Ok(None)
                });
                assert_eq!(envelopes[..2], ["<a>one</a>", "<b>two</b>"]);
                // A chunk may end within the defect.
                let unfinished = &envelopes[2];
                assert!(last.starts_with(unfinished), "{unfinished}");
                assert!(unfinished.len() >= offset, "{unfinished}");
                let byte = stream.len() - last.len() + offset;
                let report = failure.unwrap().unwrap().report(None);
                let report = anstream::adapter::strip_str(&report).to_string();
                let place = format!("-: envelope 3, byte {byte}: ");
                assert!(report.starts_with(&place), "{report}");
            }
        }
    }
}
