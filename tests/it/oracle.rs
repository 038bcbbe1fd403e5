//! The tokenizer and `xmlparser`, an independent parser, find the same markup, byte for byte.

use crate::support::{dialect, fixtures};
use ews_notifications::Config;
use ews_notifications::xml::{Buffers, Token, Tokenizer};
use proptest::prelude::*;
use xmlparser::{ElementEnd, Token as Other};

/// Markup that carries meaning, one piece a line. Texts are as written in the body.
fn ours(body: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    while let Some(token) = tokens.next().unwrap() {
        match token {
            Token::StartTag(name) => {
                lines.push(format!("<{}:{}", name.prefix(), name.local()));
                lines.extend(tokens.attributes().map(|attribute| {
                    let (name, value) = (attribute.name(), attribute.value().raw());
                    format!("@{}:{} {value}", name.prefix(), name.local())
                }));
            }
            Token::EndTag(_) => lines.push(">".into()),
            Token::Text(text) => lines.push(format!("text {}", text.raw())),
            Token::CData(text) => lines.push(format!("cdata {}", text.raw())),
            Token::Comment(text) => lines.push(format!("comment {}", text.raw())),
            Token::ProcessingInstruction { target, data } => {
                lines.push(format!("pi {target} {}", data.raw()));
            }
            token => panic!("{token:?}"),
        }
    }
    lines
}

fn theirs(body: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut depth = 0;
    for token in xmlparser::Tokenizer::from(body) {
        match token.unwrap() {
            Other::ElementStart { prefix, local, .. } => {
                depth += 1;
                lines.push(format!("<{prefix}:{local}"));
            }
            Other::Attribute {
                prefix,
                local,
                value,
                ..
            } => {
                let declares = prefix == "xmlns" || prefix.is_empty() && local == "xmlns";
                lines.extend((!declares).then(|| format!("@{prefix}:{local} {value}")));
            }
            Other::ElementEnd {
                end: ElementEnd::Open,
                ..
            } => {}
            Other::ElementEnd { .. } => {
                depth -= 1;
                lines.push(">".into());
            }
            Other::Text { text } if depth > 0 => lines.push(format!("text {text}")),
            Other::Cdata { text, .. } => lines.push(format!("cdata {text}")),
            Other::Comment { text, .. } => lines.push(format!("comment {text}")),
            Other::ProcessingInstruction {
                target, content, ..
            } => {
                lines.push(format!(
                    "pi {target} {}",
                    content.map_or("", |text| text.as_str())
                ));
            }
            _ => {}
        }
    }
    lines
}

#[test]
fn fixtures_have_the_same_markup() {
    for fixture in fixtures::accepted() {
        let body = str::from_utf8(&fixture.body).unwrap();
        assert_eq!(ours(body), theirs(body), "{:?}", fixture.path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn dialects_have_the_same_markup(choices in prop::collection::vec(any::<u8>(), 0..800)) {
        let (body, _) = dialect::body(&choices);
        prop_assert_eq!(ours(&body), theirs(&body), "{}", body);
    }
}
