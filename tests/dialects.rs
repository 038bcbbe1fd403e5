//! The same message in any dialect gives the same events, and a slow second implementation agrees.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

mod support;

use ews_notifications::{ErrorClass, Parser};
use proptest::prelude::*;
use support::reference::Refusal;
use support::{dialect, reference, text};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_dialect_changes_nothing(tape in prop::collection::vec(any::<u8>(), 0..800)) {
        let (body, expected) = dialect::body(&tape);
        let mut parser = Parser::new();
        let message = parser.parse(body.as_bytes());
        let message = message.unwrap_or_else(|error| panic!("{error}: {body}"));
        prop_assert_eq!(text::of_message(&message), expected.as_str(), "{}", body);
        prop_assert_eq!(reference::read(body.as_bytes()), Ok(expected), "{}", body);
        let items = text::items_of(&message);
        let (found, error) = text::of_reader(Parser::new().reader(body.as_bytes()).unwrap_or_else(|e| panic!("{e}")));
        prop_assert_eq!(error, None);
        prop_assert_eq!(found, items);
    }

    /// A changed byte: what is accepted gives the message of the reference, so what the reference
    /// refuses is refused; and what is refused for its meaning, the reference refuses too.
    #[test]
    fn a_changed_byte_changes_both(
        tape in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![Just(b'<'), Just(b'>'), Just(b'/'), Just(b'"'), Just(b'&'), Just(b':'),
            Just(b' '), Just(b't'), Just(b']'), Just(b'!'), Just(b'-'), any::<u8>()],
    ) {
        let (body, _) = dialect::body(&tape);
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let shown = String::from_utf8_lossy(&body).into_owned();
        let mut parser = Parser::new();
        match (parser.parse(&body), reference::read(&body)) {
            (Ok(message), reference) => {
                prop_assert_eq!(Ok(text::of_message(&message)), reference, "{}", shown);
            }
            (Err(error), reference) => {
                prop_assert!(core::str::from_utf8(&body[..error.offset()]).is_ok());
                match (error.class(), &reference) {
                    (ErrorClass::Schema, Err(Refusal::Schema(defects))) => {
                        prop_assert!(defects.contains(&error.kind()), "{} {}", error, shown);
                    }
                    // Malformed as well, further on.
                    (ErrorClass::Schema, reference) => {
                        prop_assert_eq!(reference, &Err(Refusal::Xml), "{} {}", error, shown);
                    }
                    // roxmltree checks less than well-formedness.
                    (class, Err(Refusal::Schema(_))) => {
                        prop_assert_eq!(class, ErrorClass::Malformed);
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = Parser::new().parse(&body) {
            prop_assert!(error.offset() <= body.len());
            let _ = error.describe(&body).to_string();
        }
    }
}
