//! The same message in any dialect gives the same events, and a slow second implementation agrees; what
//! is refused is refused at a place that can be shown.

use std::sync::LazyLock;

use crate::support::reference::Refusal;
use crate::support::{comparison, dialect, fixtures, invariance, position, reference, text};
use ews_notifications::{Config, Error, ErrorClass, Parser};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

fn choices(length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..length)
}

/// The body gives this message: whole, item by item, and to the reference.
fn check(body: &str, expected: &str) {
    let [mut parser, mut second] = [Parser::new(), Parser::new()];
    let message = parser.parse(body.as_bytes());
    let message = message.unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(text::of_message(&message), expected, "{body}");
    let found = reference::read(body.as_bytes());
    assert_eq!(found.as_deref(), Ok(expected), "{body}");
    let reader = second.reader(body.as_bytes());
    assert!(
        comparison::check_reader(body.as_bytes(), reader, Ok(message)),
        "{body}"
    );
}

/// So that nothing is held to be covered that is not made up.
#[test]
fn every_operation_is_made_up_with_all_that_it_says() {
    let mut runner = TestRunner::deterministic();
    let messages: Vec<_> = (0..400)
        .map(|_| dialect::body(&choices(1_600).new_tree(&mut runner).unwrap().current()).1)
        .collect();
    for said in [
        "SendNotification\n",
        "GetEventsResponse\n",
        "GetStreamingEventsResponse\n",
        "Fault\n",
        "faultcode ",
        "faultstring ",
        "Message ",
        "BackOffMilliseconds",
        "ErrorSubscriptionId ",
        "ConnectionStatus \"OK\"",
        "ConnectionStatus \"Closed\"",
        "StatusEvent\n",
    ] {
        let count = messages.iter().filter(|text| text.contains(said)).count();
        assert!(count > 10, "{count} of {said:?}");
    }
}

/// The errors of the whole message, which is that of a reader as well, and of the tokenizer, each at a place
/// that can be shown.
fn errors(body: &[u8]) -> [Option<Error>; 2] {
    let [mut parser, mut second] = [Parser::new(), Parser::new()];
    let found = parser.parse(body);
    assert_eq!(second.parse(body), found);
    comparison::check_reader(body, second.reader(body), found);
    let errors = [found.err(), comparison::tokenizer_error(body)];
    for error in errors.into_iter().flatten() {
        position::check(error, body);
    }
    errors
}

/// Fixtures, as servers write, and bodies in any dialect.
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

/// `[27] Misc`, several.
fn any_misc() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        "[ \t\r\n]{1,40}",
        "<!--(-?[ -,.-~é🙂\n]){0,20}-->",
        "<\\?p( [ ->@-~é🙂\n]{0,20})?\\?>",
    ];
    vec(one, 0..4).prop_map(|pieces| pieces.concat())
}

/// What may not follow the root element, whatever comes behind it.
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

/// What is put into a body.
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

/// A parser that knows this body, which is good, by heart.
fn warm(usual: &[u8]) -> Parser {
    let mut parser = invariance::warmed(Config::default(), usual);
    assert!(parser.parse(usual).is_ok());
    parser
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_dialect_changes_nothing(choices in choices(1_600)) {
        let (body, expected) = dialect::body(&choices);
        check(&body, &expected);
    }

    /// What the schema allows comes back as it was said.
    #[test]
    fn what_the_schema_allows_comes_back(message in choices(200), dialect in choices(1_600)) {
        let (body, expected) = dialect::schema_body(&message, &dialect);
        check(&body, &expected);
    }

    #[test]
    fn two_ways_to_write_a_message_are_equal(
        message in choices(200),
        dialects in [choices(1_600), choices(1_600)],
    ) {
        let [one, other] = dialects.map(|dialect| dialect::schema_body(&message, &dialect).0);
        let [mut parser, mut other_parser] = [Parser::new(), Parser::new()];
        let message = parser.parse(one.as_bytes());
        prop_assert!(message.is_ok());
        prop_assert_eq!(message, other_parser.parse(other.as_bytes()), "{} {}", one, other);
    }

    /// A changed byte: what is accepted gives the message of the reference, so what the reference
    /// refuses is refused; and what is refused for its meaning, the reference refuses too.
    #[test]
    fn a_changed_byte_changes_both(
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
            // roxmltree checks less than well-formedness.
            let is_possible = matches!(error.class(), ErrorClass::Schema | ErrorClass::Malformed);
            prop_assert!(is_possible, "{} {}", error, body.escape_ascii());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(body in vec(any::<u8>(), 0..200)) {
        errors(&body);
    }

    /// Pieces that are no UTF-8, no characters or no markup put in, others taken out: what stands before
    /// the place of an error is UTF-8.
    #[test]
    fn the_place_of_an_error_can_be_shown(
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
    fn junk_behind_the_root_is_an_error(
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
    fn misc_behind_the_root_changes_nothing(good in any_body(), misc in any_misc()) {
        let body = [&good, misc.as_bytes()].concat();
        let [mut parser, mut cold, mut warm] = [Parser::new(), Parser::new(), warm(&good)];
        let message = parser.parse(&good);
        prop_assert!(message.is_ok());
        prop_assert_eq!(cold.parse(&body), message, "{}", misc);
        prop_assert_eq!(warm.parse(&body), message, "{}", misc);
        prop_assert_eq!(errors(&body), [None; 2]);
    }
}
