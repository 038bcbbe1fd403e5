//! `EnvelopeDecoder`: the same envelopes and errors as `Framer`, however the bytes arrive.

use core::error::Error as _;
use core::fmt;
use core::iter::Cycle;
use core::pin::Pin;
use core::slice;
use core::task::{Context, Poll, Waker};
use std::io;

use crate::support::choices::Choices;
use crate::support::framing::{self, Framed};
use bytes::BytesMut;
use ews_notifications::frame::{DecodeError, EnvelopeDecoder};
use ews_notifications::{Config, Error, ErrorKind, MessageBytes};
use futures_util::StreamExt as _;
use proptest::prelude::*;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::codec::{Decoder as _, FramedRead};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Mostly well-formed streams.
    #[test]
    fn streams_give_the_envelopes_of_a_framer(
        choices in proptest::collection::vec(any::<u8>(), 0..400),
        lengths in proptest::collection::vec(0..200_usize, 1..64),
    ) {
        check(&framing::stream(&mut Choices::new(&choices)), &lengths);
    }

    /// Bytes that change the framer's state, in any order.
    #[test]
    fn any_bytes_give_the_envelopes_of_a_framer(
        stream in "(<|>|/|\"|!|\\?|-|\\[CDATA\\[|\\]|a| |\u{FEFF}|<a>|</a>|<a/>|<a/>|[a-z /]{60,70}){0,40}",
        lengths in proptest::collection::vec(0..20_usize, 1..64),
    ) {
        check(stream.as_bytes(), &lengths);
    }
}

/// Compares the decoder with the framer on a stream in pieces of these lengths, repeated.
fn check(stream: &[u8], lengths: &[usize]) {
    let shown = stream.escape_ascii();
    let expected = framing::framed(Config::default(), [stream]);
    let whole = decoded(Config::default(), [stream]);
    assert_eq!(whole, expected, "{shown}");
    let lengths = [lengths, &[1]].concat(); // all lengths may be 0
    let cut = decoded(Config::default(), framing::pieces(stream, &lengths));
    assert_eq!(cut, expected, "{lengths:?}: {shown}");
    let read = read(stream, &lengths);
    assert_eq!(read, expected, "{lengths:?}: {shown}");
}

/// The decoder's envelopes and error for a stream in these pieces.
fn decoded<'c>(config: Config, pieces: impl IntoIterator<Item = &'c [u8]>) -> Framed {
    let mut decoder = EnvelopeDecoder::with_config(config);
    let mut buffer = BytesMut::new();
    let mut envelopes = Vec::new();
    for piece in pieces.into_iter().map(Some).chain([None]) {
        buffer.extend_from_slice(piece.unwrap_or_default());
        loop {
            let next = match piece {
                Some(_) => decoder.decode(&mut buffer),
                None => decoder.decode_eof(&mut buffer),
            };
            match next {
                Ok(Some(MessageBytes { offset, body, .. })) => {
                    envelopes.push((offset, body.to_vec()));
                }
                Ok(None) => break,
                Err(error) => {
                    let end = Err(envelope_and_error(error));
                    let again = decoder.decode_eof(&mut buffer);
                    assert_eq!(again.map(drop).map_err(envelope_and_error), end);
                    if piece.is_some() {
                        let again = decoder.decode(&mut BytesMut::from("<a/>"));
                        assert_eq!(again.map(drop).map_err(envelope_and_error), end);
                    }
                    return (envelopes, end);
                }
            }
        }
    }
    (envelopes, Ok(()))
}

/// The same through a [`FramedRead`].
fn read(stream: &[u8], lengths: &[usize]) -> Framed {
    let reader = Pieces {
        rest: stream,
        lengths: lengths.iter().cycle(),
        breaks: false,
    };
    let mut framed = FramedRead::with_capacity(reader, EnvelopeDecoder::new(), 16);
    let mut envelopes = Vec::new();
    let end = loop {
        match next(&mut framed) {
            Some(Ok(MessageBytes { offset, body, .. })) => envelopes.push((offset, body.to_vec())),
            Some(Err(error)) => break Err(envelope_and_error(error)),
            None => break Ok(()),
        }
    };
    (envelopes, end)
}

fn next(
    framed: &mut FramedRead<Pieces<'_>, EnvelopeDecoder>,
) -> Option<Result<MessageBytes, DecodeError>> {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(next) = framed.poll_next_unpin(&mut context) {
            return next;
        }
    }
}

/// The offset of an envelope in the stream, and its error.
fn envelope_and_error(error: DecodeError) -> (u64, Error) {
    match error {
        DecodeError::Envelope { offset, error } => (offset, error),
        DecodeError::Io(error) => panic!("{error}"),
    }
}

/// A reader that returns pieces of these lengths, and is pending once for a length of 0.
struct Pieces<'s> {
    rest: &'s [u8],
    lengths: Cycle<slice::Iter<'s, usize>>,
    /// Whether it fails at the end.
    breaks: bool,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.breaks && self.rest.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let length = self.lengths.next().copied().unwrap_or(1);
        if length == 0 {
            return Poll::Pending;
        }
        let length = length.min(buffer.remaining()).min(self.rest.len());
        let (piece, after) = self.rest.split_at(length);
        buffer.put_slice(piece);
        self.rest = after;
        Poll::Ready(Ok(()))
    }
}

const STREAM: &str = "<?xml version='1.0'?><a><![CDATA[</a>]]></a>\r\n\u{FEFF}<!-- <b> --><b c=\"/>\"/><d>\
    text</d>\u{FEFF}<e f='>'><g/></e><!-- nothing follows -->";

#[test]
fn pieces_and_the_stream_may_end_anywhere() {
    let stream = STREAM.as_bytes();
    let expected = framing::framed(Config::default(), [stream]);
    assert_eq!((expected.0.len(), expected.1), (4, Ok(())));
    for end in 0..=stream.len() {
        let (start, rest) = stream.split_at(end);
        let halves = decoded(Config::default(), [start, rest]);
        assert_eq!(halves, expected, "cut at {end}");
        let pieces = decoded(Config::default(), stream.chunks(end.max(1)));
        assert_eq!(pieces, expected, "pieces of {end}");

        let ended = framing::framed(Config::default(), [start]);
        assert_eq!(decoded(Config::default(), [start]), ended, "end at {end}");
        assert_eq!(read(start, &[7, 0, 5]), ended, "end at {end}");
    }
}

#[test]
fn an_envelope_may_be_as_long_as_the_limit() {
    let envelope = ["<a>", &"text".repeat(50), "</a>"].concat();
    let stream = [&envelope, &" ".repeat(1000), &*envelope].concat();
    let mut config = Config::default();
    for length in [1, 64, 100, stream.len()] {
        config.limits.body_bytes = envelope.len();
        let pieces = || stream.as_bytes().chunks(length);
        let (found, end) = decoded(config, pieces());
        assert_eq!((found.len(), end), (2, Ok(())));
        config.limits.body_bytes -= 1;
        let refused = framing::framed(config, pieces());
        assert_eq!(decoded(config, pieces()), refused);
    }
    // The error comes with the first byte over the limit.
    let mut decoder = EnvelopeDecoder::with_config(config);
    let mut buffer = BytesMut::new();
    let mut bytes = stream.bytes();
    let error = loop {
        buffer.extend(bytes.next());
        match decoder.decode(&mut buffer) {
            Ok(None) => {}
            Ok(Some(message)) => panic!("{message:?}"),
            Err(error) => break envelope_and_error(error),
        }
    };
    assert_eq!((error.0, error.1.kind()), (0, ErrorKind::BodyLimit));
    assert_eq!(buffer.len(), config.limits.body_bytes + 1);
}

/// Overwriting bytes that the decoder has read changes nothing. So the time is linear.
#[test]
fn no_byte_is_read_twice() {
    let stream = STREAM.as_bytes();
    let (start, rest) = stream.split_at(30);
    let mut decoder = EnvelopeDecoder::new();
    let mut buffer = BytesMut::from(start);
    assert_eq!(decoder.decode(&mut buffer).unwrap(), None);
    buffer.fill(b'<');
    buffer.extend_from_slice(rest);
    let message = decoder.decode(&mut buffer).unwrap().unwrap();
    assert_eq!(message.body[..30], [b'<'; 30]);
    assert!(message.body.ends_with(b"]]></a>"));
}

#[test]
fn envelopes_share_the_memory_of_the_buffer() {
    let mut buffer = BytesMut::from("<a/> <b/>");
    let start = buffer.as_ptr() as usize;
    let mut decoder = EnvelopeDecoder::new();
    for at in [0, 5] {
        let message = decoder.decode(&mut buffer).unwrap().unwrap();
        assert_eq!(message.offset, at as u64);
        assert_eq!(message.body.as_ptr() as usize, start + at);
    }
}

#[test]
fn an_error_names_the_offset_of_its_envelope() {
    let (_, end) = decoded(Config::default(), [&b"<a/>\n<b <c/></b>"[..]]);
    let (offset, error) = end.unwrap_err();
    let error = DecodeError::Envelope { offset, error };
    assert_eq!(
        error.to_string(),
        "envelope at byte 5 of the stream: byte 3: unexpected character in a start tag; expected an attribute, `>` or `/>`"
    );
    assert!(error.source().is_none());
}

/// `DecodeError` is transparent for I/O errors: a caller that prints the chain of sources sees each text once.
#[test]
fn an_io_error_has_its_own_text_and_source() {
    #[derive(Debug)]
    struct Broken(fmt::Error);
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("broken")
        }
    }
    impl core::error::Error for Broken {
        fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let error = DecodeError::from(io::Error::other(Broken(fmt::Error)));
    assert_eq!(error.to_string(), "broken");
    assert!(error.source().unwrap().is::<fmt::Error>());
}

#[test]
fn decode_eof_returns_all_envelopes_in_the_buffer() {
    let mut decoder = EnvelopeDecoder::default();
    let mut buffer = BytesMut::from("<a/> <b/> ");
    let mut next = || decoder.decode_eof(&mut buffer).unwrap();
    assert_eq!(next().unwrap().body, "<a/>");
    assert_eq!(next().unwrap().body, "<b/>");
    assert_eq!(next(), None);
}

/// The buffer is changed between two calls, so that it holds a complete envelope.
#[test]
fn an_envelope_completed_in_bytes_already_read_is_unfinished() {
    let mut decoder = EnvelopeDecoder::new();
    assert_eq!(decoder.decode(&mut BytesMut::from("<a>")).unwrap(), None);
    let end = decoder.decode_eof(&mut BytesMut::from("<a/>"));
    let (offset, error) = envelope_and_error(end.unwrap_err());
    assert_eq!(
        (offset, error.kind(), error.offset()),
        (0, ErrorKind::UnfinishedEnvelope, 4)
    );
}

#[test]
fn a_broken_connection_is_an_error_after_the_complete_envelopes() {
    let reader = Pieces {
        rest: b"<a/><b>",
        lengths: [5].iter().cycle(),
        breaks: true,
    };
    let mut framed = FramedRead::new(reader, EnvelopeDecoder::new());
    assert_eq!(next(&mut framed).unwrap().unwrap().body, "<a/>");
    let error = next(&mut framed).unwrap().unwrap_err();
    let expected = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(error.to_string(), expected.to_string());
    assert!(matches!(error, DecodeError::Io(error) if error.kind() == expected.kind()));
    assert!(next(&mut framed).is_none());
}
