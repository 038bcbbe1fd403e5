//! A message gives the same events in any dialect, and the reference agrees. Each error has a position that can be
//! shown.

use std::sync::LazyLock;

use crate::support::bodies::{ERRORS, MESSAGES, SOAP_1_1, SOAP_1_2, TYPES};
use crate::support::reference::{EVENT_CHILDREN, Refusal};
use crate::support::{comparison, dialect, fixtures, invariance, json, position, reference};
use ews_notifications::{Config, Error, ErrorClass, Parser};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;

fn choices(length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..length)
}

/// The body gives this message: to `parse`, to a reader and to the reference.
fn check(body: &str, expected: &Value) {
    let [mut parser, mut second] = [Parser::new(), Parser::new()];
    let message = parser.parse(body.as_bytes());
    let message = message.unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(json::of_message(&message), *expected, "{body}");
    let found = reference::read(body.as_bytes());
    assert_eq!(found.as_ref(), Ok(expected), "{body}");
    let partial = second.parse_partial(body.as_bytes());
    comparison::check_partial(body.as_bytes(), partial, Ok(message));
}

#[test]
fn generated_messages_have_every_operation_and_field() {
    let mut runner = TestRunner::deterministic();
    let messages: Vec<_> = (0..600)
        .map(|_| dialect::body(&choices(1_600).new_tree(&mut runner).unwrap().current()).1)
        .map(|message| message.to_string())
        .collect();
    let fixed = [
        r#""operation":"SendNotification""#,
        r#""operation":"GetEventsResponse""#,
        r#""operation":"GetStreamingEventsResponse""#,
        r#""fault":{"#,
        r#""string":"#,
        r#""message_text":"#,
        r#""name":"BackOffMilliseconds""#,
        r#""error_subscription_ids":[""#,
        r#""connection_status":"OK""#,
        r#""connection_status":"Closed""#,
        r#""kind":"StatusEvent""#,
        r#""kind":"Other""#,
    ];
    let keys = EVENT_CHILDREN.map(|(_, _, key)| format!(r#""{key}":"#));
    let texts = fixed.into_iter().chain(keys.iter().map(String::as_str));
    for text in texts {
        let count = messages.iter().filter(|json| json.contains(text)).count();
        assert!(count > 10, "{count} of {text}");
    }
}

/// The errors of the parser and of the tokenizer. Each has a position that can be
/// shown.
fn errors(body: &[u8]) -> [Option<Error>; 2] {
    let [mut parser, mut second] = [Parser::new(), Parser::new()];
    let found = parser.parse(body);
    assert_eq!(second.parse(body), found);
    comparison::check_partial(body, second.parse_partial(body), found);
    let errors = [found.err(), comparison::tokenizer_error(body)];
    for error in errors.into_iter().flatten() {
        position::check(error, body);
    }
    errors
}

/// Fixtures, which are as servers write, and bodies in any dialect.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    static FIXTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let fixtures = fixtures::accepted().into_iter();
        fixtures.map(|fixture| fixture.body).collect()
    });
    prop_oneof![
        any::<Index>().prop_map(|at| at.get(&FIXTURES).clone()),
        choices(300).prop_map(|choices| dialect::body(&choices).0.into_bytes()),
    ]
}

/// Several of `[27] Misc`.
fn any_misc() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        "[ \t\r\n]{1,40}",
        "<!--(-?[ -,.-~é🙂\n]){0,20}-->",
        "<\\?p( [ ->@-~é🙂\n]{0,20})?\\?>",
    ];
    vec(one, 0..4).prop_map(|pieces| pieces.concat())
}

/// Bytes that may not follow the root element, whatever follows them.
fn any_junk() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"x",
        b">",
        b"<",
        b"</",
        b"/>",
        b"]]>",
        b"&#32;",
        b"&#x20;",
        b"&amp;",
        b"&x;",
        b"<a/>",
        b"<a>",
        b"</a>",
        b"</s:Envelope>",
        b"<![CDATA[]]>",
        b"<![CDATA[ ]]>",
        b"<!DOCTYPE a>",
        b"<!ELEMENT a EMPTY>",
        b"<?xml version=\"1.0\"?>",
        b"<?XML ?>",
        b"<? p?>",
        b"<?p<",
        b"<!-- --",
        b"<!-- -- -->",
        b"<!---->>",
        "\u{FEFF}".as_bytes(),
        "\u{A0}".as_bytes(),
        b"\0",
        b"\x0B",
        b"\x80",
    ];
    prop_oneof![
        select(PIECES).prop_map(<[u8]>::to_vec),
        any_body(),
        "[^ \t\r\n<].{0,20}".prop_map(String::into_bytes),
    ]
}

/// Bytes that are inserted into a body.
fn any_damage() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"",
        b"\x80",
        b"\xC3",
        b"\xC0\x80",
        b"\xED\xA0\x80",
        b"\xF0\x9F\x99",
        b"\xF4\x90\x80\x80",
        b"\xFF",
        b"\x1B[31m",
        b"\r",
        "\u{202E}".as_bytes(),
        "\u{FFFF}".as_bytes(),
        "\u{E9}".as_bytes(),
        "\u{1F642}".as_bytes(),
        b"\0",
    ];
    prop_oneof![
        select(PIECES).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 1..4),
        "[<>&;\"'=/!?:\\[\\]-]{1,2}".prop_map(String::into_bytes),
    ]
}

/// A parser that has learned this accepted body.
fn warm(usual: &[u8]) -> Parser {
    let mut parser = invariance::warmed(Config::default(), usual);
    assert!(parser.parse(usual).is_ok());
    parser
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_message_is_the_same_in_any_dialect(choices in choices(1_600)) {
        let (body, expected) = dialect::body(&choices);
        check(&body, &expected);
    }

    /// A message that the schema allows is parsed to the fields that were written.
    #[test]
    fn messages_of_the_schema_are_parsed_as_written(message in choices(200), dialect in choices(1_600)) {
        let (body, expected) = dialect::schema_body(&message, &dialect);
        check(&body, &expected);
    }

    #[test]
    fn two_dialects_of_a_message_parse_equal(
        message in choices(200),
        dialects in [choices(1_600), choices(1_600)],
    ) {
        let [one, other] = dialects.map(|dialect| dialect::schema_body(&message, &dialect).0);
        let [mut parser, mut other_parser] = [Parser::new(), Parser::new()];
        let message = parser.parse(one.as_bytes());
        prop_assert!(message.is_ok());
        prop_assert_eq!(message, other_parser.parse(other.as_bytes()), "{} {}", one, other);
    }

    /// One byte is changed. The reference refuses and accepts the same bodies, and gives the same message.
    #[test]
    fn the_reference_agrees_after_a_changed_byte(
        choices in choices(600),
        at in any::<Index>(),
        byte in prop_oneof![Just(b'<'), Just(b'>'), Just(b'/'), Just(b'"'), Just(b'&'), Just(b':'),
            Just(b' '), Just(b't'), Just(b']'), Just(b'!'), Just(b'-'), any::<u8>()],
    ) {
        let (body, _) = dialect::body(&choices);
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let mut parser = Parser::new();
        let found = parser.parse(&body);
        if let (Err(error), Err(Refusal::Schema(_))) = (found, comparison::check(&body, found)) {
            // roxmltree does not check all of well-formedness.
            let is_possible = matches!(error.class(), ErrorClass::Schema | ErrorClass::Malformed);
            prop_assert!(is_possible, "{} {}", error, body.escape_ascii());
        }
    }

    /// One declaration binds another namespace.
    #[test]
    fn the_reference_agrees_after_a_changed_namespace(
        choices in choices(600),
        at in any::<Index>(),
        namespace in select(vec![SOAP_1_1, SOAP_1_2, MESSAGES, TYPES, ERRORS, "", "urn:v",
            "http://schemas.microsoft.com/exchange/services/2006/type"]),
    ) {
        let (body, _) = dialect::body(&choices);
        let declarations: Vec<_> = body.match_indices("xmlns").collect();
        let (start, _) = declarations[at.index(declarations.len())];
        let rest = &body[start..];
        let open = rest.find(['"', '\'']).unwrap();
        let quote = &rest[open..=open];
        let close = open + 1 + rest[open + 1..].find(quote).unwrap();
        let body = [&body[..=start + open], namespace, &rest[close..]].concat();
        let mut parser = Parser::new();
        let _ = comparison::check(body.as_bytes(), parser.parse(body.as_bytes()));
    }

    #[test]
    fn no_bytes_panic(body in vec(any::<u8>(), 0..200)) {
        errors(&body);
    }

    /// Bytes that are no UTF-8, no characters or no markup are inserted, others removed. All before the position of an
    /// error is UTF-8.
    #[test]
    fn the_position_of_an_error_can_be_shown(
        body in any_body(),
        damage in vec((any::<Index>(), 0_usize..4, any_damage()), 1..4),
    ) {
        let mut body = body;
        for (at, removed, put_in) in damage {
            let at = at.index(body.len() + 1);
            let end = body.len().min(at + removed);
            drop(body.splice(at..end, put_in));
        }
        errors(&body);
    }

    #[test]
    fn junk_after_the_root_is_refused(
        good in any_body(),
        misc in any_misc(),
        junk in any_junk(),
        rest in prop_oneof![any_misc().prop_map(String::into_bytes), any_body()],
    ) {
        let body = [&good, misc.as_bytes(), &junk, &rest].concat();
        let root_end = good.len() + misc.len();
        let of_warm = warm(&good).parse(&body).err();
        let [of_message, of_tokens] = errors(&body);
        for error in [of_warm, of_message, of_tokens] {
            let error = error.unwrap_or_else(|| panic!("accepted: {}", body.escape_ascii()));
            let shown = body.escape_ascii();
            let is_schema = error.class() == ErrorClass::Schema;
            prop_assert!(!is_schema && error.offset() >= root_end, "{}: {}", error, shown);
        }
    }

    #[test]
    fn misc_after_the_root_is_ignored(good in any_body(), misc in any_misc()) {
        let body = [&good, misc.as_bytes()].concat();
        let [mut parser, mut cold, mut warm] = [Parser::new(), Parser::new(), warm(&good)];
        let message = parser.parse(&good);
        prop_assert!(message.is_ok());
        prop_assert_eq!(cold.parse(&body), message, "{}", misc);
        prop_assert_eq!(warm.parse(&body), message, "{}", misc);
        prop_assert_eq!(errors(&body), [None; 2]);
    }
}
