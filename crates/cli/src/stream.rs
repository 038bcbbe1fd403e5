//! Streams: sequences of envelopes, in a file or still arriving.

use std::io::{self, BufRead};

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, Error};

use crate::text::{printable, with_excerpt};

/// Whether these bytes are the beginning of a stream, and not of a single body: another `Envelope` begins after the
/// first root element. Anything else after a root element is a defect of the body.
pub(crate) fn is_stream(bytes: &[u8]) -> bool {
    let mut framer = Framer::new();
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
    let Ok(mut tokens) = Tokenizer::new(bytes, &mut buffers, &Config::new()) else {
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

/// Reads a stream to its end and gives each envelope to `parse` as soon as it has arrived.
///
/// Stops at the first error, because the start of the next envelope would be a guess, and returns a report of it. If
/// the stream ends or is malformed within an envelope, `parse` gets the part that has arrived. Returns an error only if
/// `parse` fails to write.
pub(crate) fn read(
    file: &str,
    mut source: impl BufRead,
    mut parse: impl FnMut(&[u8]) -> io::Result<Option<Error>>,
) -> io::Result<Option<String>> {
    let mut framer = Framer::new();
    let mut number: usize = 1;
    let mut unfinished = Vec::new();
    // The offset of `chunk` in the stream.
    let mut offset = 0;
    let error = loop {
        let mut chunk = match source.fill_buf() {
            Ok([]) => break framer.finish().err(),
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Some(printable(&format!("{file}: {error}")))),
        };
        let length = chunk.len();
        let error = loop {
            let before = chunk;
            let error = match framer.next(&mut chunk) {
                Ok(Some(envelope)) => {
                    if let Some(error) = parse(envelope.body)? {
                        let report = report(file, number, envelope.offset, error, envelope.body);
                        return Ok(Some(report));
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
        if error.is_some() {
            break error;
        }
        source.consume(length);
    };
    let Some(error) = error else {
        return Ok(None);
    };
    // Shows what can be read of it. The error of the framer is the one to report.
    parse(&unfinished)?;
    let report = report(file, number, framer.offset(), error, &unfinished);
    Ok(Some(report))
}

/// The report of an error in the envelope with this number, which begins at this byte of the stream.
fn report(file: &str, number: usize, begin: u64, error: Error, envelope: &[u8]) -> String {
    let description = error.describe(envelope);
    let (file, byte) = (printable(file), begin + error.offset() as u64);
    let message = description.message();
    let report = format!("{file}: envelope {number}, byte {byte}: {message}");
    with_excerpt(&report, &description)
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    #[test]
    fn read_gives_each_envelope_and_the_unfinished_one_for_any_chunks() {
        let space = " \u{FEFF}\n".repeat(20);
        let doctype = "<c>three<!DOCTYPE d>";
        for (last, offset) in [("<c>three", 8), (doctype, 8), ("<c", 2)] {
            let stream = ["<a>one</a>", &space, "<b>two</b>", &space, last].concat();
            for capacity in 1..=stream.len() {
                let source = BufReader::with_capacity(capacity, stream.as_bytes());
                let mut envelopes = Vec::new();
                let report = super::read("-", source, |envelope| {
                    envelopes.push(String::from_utf8_lossy(envelope).into_owned());
                    Ok(None)
                });
                assert_eq!(envelopes[..2], ["<a>one</a>", "<b>two</b>"]);
                // A chunk may end within the defect.
                let unfinished = &envelopes[2];
                assert!(last.starts_with(unfinished), "{unfinished}");
                assert!(unfinished.len() >= offset, "{unfinished}");
                let byte = stream.len() - last.len() + offset;
                let report = report.unwrap().unwrap();
                let place = format!("-: envelope 3, byte {byte}: ");
                assert!(report.starts_with(&place), "{report}");
            }
        }
    }
}
