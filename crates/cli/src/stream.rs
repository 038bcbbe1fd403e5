//! Streams: envelopes one behind the other, in a file or still coming. What is in them is for others to show.

use std::io::{self, BufRead};

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, Message, Parser};

use crate::text::{failure, printable};

/// Whether these bytes are the beginning of a stream and no single body: behind the first envelope another
/// `Envelope` begins. Whatever else stands behind a root element is the defect of a body.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let mut framer = Framer::new();
    let mut rest = bytes;
    if !matches!(framer.next(&mut rest), Ok(Some(_))) {
        return false;
    }
    // Where it begins does not depend on whether and how it ends.
    let second = match framer.next(&mut rest) {
        Ok(Some(envelope)) => envelope.offset,
        Ok(None) | Err(_) => framer.offset(),
    };
    let second = usize::try_from(second).ok().and_then(|at| bytes.get(at..));
    second.is_some_and(opens_envelope)
}

/// Whether the root element is an `Envelope`, as far as it is there, and whatever is wrong with its tag.
fn opens_envelope(bytes: &[u8]) -> bool {
    let mut buffers = Buffers::default();
    let Ok(mut tokens) = Tokenizer::new(bytes, &mut buffers, &Config::default()) else {
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

/// Reads a stream to its end and hands on each message as soon as it has come. The error is that of handing on.
///
/// If the stream is broken, it is read no further than that: where the next envelope begins would be a guess.
/// Then this tells what is wrong with it.
pub(crate) fn read(
    file: &str,
    mut source: impl BufRead,
    parser: &mut Parser,
    mut hand_on: impl FnMut(&Message<'_>) -> io::Result<()>,
) -> io::Result<Option<String>> {
    let mut framer = Framer::new();
    let mut envelope: usize = 1;
    let place = |envelope, begin: u64, offset| {
        let byte = begin + offset as u64;
        format!("{}: envelope {envelope}, byte {byte}", printable(file))
    };
    loop {
        let mut chunk = match source.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Some(printable(&format!("{file}: {error}")))),
        };
        let length = chunk.len();
        if length == 0 {
            break;
        }
        loop {
            let found = match framer.next(&mut chunk) {
                Ok(Some(found)) => found,
                Ok(None) => break,
                Err(error) => {
                    let place = place(envelope, framer.offset(), error.offset());
                    return Ok(Some(format!("{place}: {}", error.kind())));
                }
            };
            match parser.parse(found.body) {
                Ok(message) => hand_on(&message)?,
                Err(error) => {
                    let place = place(envelope, found.offset, error.offset());
                    let description = error.describe(found.body);
                    let message = format!("{place}: {}", description.message());
                    return Ok(Some(failure(&message, &description)));
                }
            }
            envelope += 1;
        }
        source.consume(length);
    }
    Ok(framer.finish().err().map(|error| {
        let place = place(envelope, framer.offset(), error.offset());
        format!("{place}: {}", error.kind())
    }))
}
