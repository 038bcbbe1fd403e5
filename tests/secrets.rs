//! What may be logged holds no byte of a body: errors, and whatever reads bodies or keeps parts of them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Parser};

/// Stands in the header, as an id and as a value that has to be decoded.
const SECRET: &str = "S3CRET";

fn body() -> String {
    let body = include_str!("data/push/mail.xml");
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
    }
    assert_silent(&buffers);
}

#[test]
fn framers() {
    let body = body();
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
