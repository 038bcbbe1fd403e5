//! `Debug` of errors, parsers and everything else that keeps parts of a body shows no byte of it.

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Continuity, Parser};

/// It is part of the header, of an id, and of a value that is decoded.
const SECRET: &str = "S3CRET";

fn body() -> String {
    let body = include_str!("../data/push/mail.xml");
    let body = body.replacen("Version=\"", &format!("Version=\"{SECRET}"), 1);
    body.replace("<t:Watermark>", &format!("<t:Watermark>&amp;{SECRET}"))
}

/// The value shows the secret neither as text nor as bytes.
fn assert_silent(value: &impl core::fmt::Debug) {
    let shown = format!("{value:?}");
    let bytes = format!("{:?}", SECRET.as_bytes());
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn the_message_shows_the_secret() {
    let body = body();
    let mut parser = Parser::new();
    let message = format!("{:?}", parser.parse(body.as_bytes()).unwrap());
    assert!(message.matches(SECRET).count() > 3, "{message}");
}

#[test]
fn a_parser_shows_no_byte_of_a_body() {
    let body = body();
    let mut parser = Parser::new();
    for _ in 0..3 {
        parser.parse(body.as_bytes()).unwrap();
    }
    assert!(parser.stats().heads_predicted + parser.stats().head_hits > 0);
    assert_silent(&parser);
    let mut reader = parser.reader(body.as_bytes()).unwrap();
    while reader.next().unwrap().is_some() {
        assert_silent(&reader);
    }
}

#[test]
fn a_tokenizer_shows_no_byte_of_a_body() {
    let body = body();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    while tokens.next().unwrap().is_some() {
        assert_silent(&tokens);
        assert_silent(&tokens.attributes());
    }
    assert_silent(&buffers);
}

/// The buffers keep a namespace name in decoded form if its declaration has references.
#[test]
fn buffers_show_no_byte_of_a_body() {
    let mut buffers = Buffers::default();
    let body = b"<a xmlns='&#x53;3CRET'>";
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    tokens.next().unwrap();
    assert!(tokens.next().is_err());
    assert_silent(&buffers);
}

#[test]
fn a_continuity_shows_no_byte_of_a_body() {
    let body = body().replace(
        "<t:PreviousWatermark>",
        &format!("<t:PreviousWatermark>{SECRET}"),
    );
    let mut continuity = Continuity::with_key([b'S'; 16]);
    let mut parser = Parser::new();
    for notification in parser.parse(body.as_bytes()).unwrap().notifications() {
        continuity.commit(notification);
        assert_silent(&continuity.export(notification.subscription_id).unwrap());
    }
    assert_eq!(continuity.len(), 1);
    assert_silent(&continuity);
}

#[cfg(feature = "bytes")]
#[test]
fn message_bytes_show_no_byte_of_a_body() {
    let message = ews_notifications::MessageBytes::new(body().into());
    assert_silent(&message);
}

#[cfg(feature = "codec")]
#[test]
fn a_decoder_shows_no_byte_of_a_stream() {
    use tokio_util::codec::Decoder as _;

    let mut decoder = ews_notifications::frame::EnvelopeDecoder::new();
    let mut bytes = bytes::BytesMut::from(format!("<{SECRET}>").as_bytes());
    assert!(decoder.decode(&mut bytes).unwrap().is_none());
    assert_silent(&decoder);
}

#[test]
fn a_framer_shows_no_byte_of_a_stream() {
    let body = format!("<{SECRET}>{}</{SECRET}>", body());
    let mut framer = Framer::new();
    for mut chunk in body.as_bytes().chunks(100) {
        framer.next(&mut chunk).unwrap();
        assert_silent(&framer);
    }
}

#[test]
fn an_error_shows_no_byte_of_a_body() {
    let body = body();
    for length in 0..body.len() {
        assert_silent(&Parser::new().parse(&body.as_bytes()[..length]).unwrap_err());
    }
}
