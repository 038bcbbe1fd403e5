//! What may be logged holds no byte of a body: errors, and whatever reads bodies or keeps parts of them.

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Continuity, Parser};

/// Stands in the header, as an id and as a value that has to be decoded.
const SECRET: &str = "S3CRET";

fn body() -> String {
    let body = include_str!("../data/push/mail.xml");
    let body = body.replacen("Version=\"", &format!("Version=\"{SECRET}"), 1);
    body.replace("<t:Watermark>", &format!("<t:Watermark>&amp;{SECRET}"))
}

/// Neither as text nor as bytes.
fn assert_silent(value: &impl core::fmt::Debug) {
    let shown = format!("{value:?}");
    let bytes = format!("{:?}", SECRET.as_bytes());
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn it_stands_where_it_should() {
    let body = body();
    let mut parser = Parser::new();
    let message = format!("{:?}", parser.parse(body.as_bytes()).unwrap());
    assert!(message.matches(SECRET).count() > 3, "{message}");
}

#[test]
fn parsers_and_readers() {
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
fn tokenizers() {
    let body = body();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    while tokens.next().unwrap().is_some() {
        assert_silent(&tokens);
        assert_silent(&tokens.attributes());
    }
    assert_silent(&buffers);
}

/// A namespace name that is written with references is kept as it reads.
#[test]
fn buffers() {
    let mut buffers = Buffers::default();
    let body = b"<a xmlns='&#x53;3CRET'>";
    let mut tokens = Tokenizer::new(body, &mut buffers, &Config::default()).unwrap();
    tokens.next().unwrap();
    assert!(tokens.next().is_err());
    assert_silent(&buffers);
}

#[test]
fn continuities() {
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
fn messages_that_are_kept() {
    let message = ews_notifications::OwnedMessage::new(body().into());
    assert_silent(&message);
}

#[cfg(feature = "codec")]
#[test]
fn decoders() {
    use tokio_util::codec::Decoder as _;

    let mut decoder = ews_notifications::frame::EnvelopeDecoder::new();
    let mut bytes = bytes::BytesMut::from(format!("<{SECRET}>").as_bytes());
    assert!(decoder.decode(&mut bytes).unwrap().is_none());
    assert_silent(&decoder);
}

#[test]
fn framers() {
    let body = format!("<{SECRET}>{}</{SECRET}>", body());
    let mut framer = Framer::new();
    for mut chunk in body.as_bytes().chunks(100) {
        framer.next(&mut chunk).unwrap();
        assert_silent(&framer);
    }
}

#[test]
fn errors() {
    let body = body();
    for length in 0..body.len() {
        assert_silent(&Parser::new().parse(&body.as_bytes()[..length]).unwrap_err());
    }
}
