//! Every fixture: its result with every kernel, whole and item by item, cut at any byte, and after any error.

use std::fs;

use crate::support::fixtures::Fixture;
use crate::support::reference::Refusal;
use crate::support::{comparison, fixtures, json, kernels, reference};
use ews_notifications::{ErrorClass, ErrorKind, Parser};
use similar::TextDiff;

/// Compares the result with the file beside the body, and fails with a diff. With `UPDATE_FIXTURES` in the environment it
/// writes the file instead. Read the file before you commit it.
fn check(fixture: &Fixture, actual: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&fixture.expected, actual).unwrap();
        return;
    }
    let path = fixture.expected.display();
    let expected = fs::read_to_string(&fixture.expected);
    let expected = expected.unwrap_or_else(|error| panic!("{path}: {error}"));
    if actual != expected {
        let diff = TextDiff::from_lines(expected.as_str(), actual);
        let diff = diff.unified_diff().header("expected", "actual").to_string();
        panic!("{path} differs\n{diff}");
    }
}

#[test]
fn accepted_fixtures_give_their_message() {
    for mut parser in kernels::parsers() {
        for fixture in fixtures::accepted() {
            let message = parser.parse(&fixture.body);
            let message = message.unwrap_or_else(|error| panic!("{:?}: {error}", fixture.path));
            let message = json::of_message(&message);
            check(&fixture, &format!("{message:#}\n"));
        }
    }
}

#[test]
fn refused_fixtures_give_their_error() {
    for mut parser in kernels::parsers() {
        for fixture in fixtures::refused() {
            let error = parser
                .parse(&fixture.body)
                .expect_err(&fixture.path.to_string_lossy());
            let place = error.describe(&fixture.body);
            let caret = " ".repeat(place.caret) + "^";
            let kind = error.kind();
            let offset = error.offset();
            let excerpt = &place.excerpt;
            let text = format!("{kind:?} {offset}\n{place}\n{excerpt}\n{caret}\n");
            check(&fixture, &text);
        }
    }
}

#[test]
fn the_reference_agrees() {
    let mut parser = Parser::new();
    for fixture in fixtures::accepted() {
        let message = parser.parse(&fixture.body).unwrap();
        assert_eq!(
            reference::read(&fixture.body),
            Ok(json::of_message(&message)),
            "{:?}",
            fixture.path
        );
    }
    for fixture in fixtures::refused() {
        let error = parser.parse(&fixture.body).unwrap_err();
        let refusal = reference::read(&fixture.body);
        let expected = match (error.class(), error.kind()) {
            // It is also malformed, further on.
            (ErrorClass::Schema, _) if fixture.path.ends_with("lost-slash.xml") => Refusal::Xml,
            (ErrorClass::Schema, kind) => Refusal::Schema(vec![kind]),
            // roxmltree does not parse XML declarations, and accepts unbound prefixes and targets with colons.
            (
                _,
                ErrorKind::Encoding
                | ErrorKind::Declaration
                | ErrorKind::DeclarationEncoding
                | ErrorKind::DeclarationStandalone
                | ErrorKind::DeclarationVersion
                | ErrorKind::PrefixUndeclaring
                | ErrorKind::ProcessingInstruction,
            ) if refusal != Err(Refusal::Xml) => continue,
            _ => Refusal::Xml,
        };
        assert_eq!(refusal, Err(expected), "{:?}", fixture.path);
    }
}

#[test]
fn reading_partially_gives_the_same_message_or_error() {
    for (mut parser, mut second) in kernels::parsers().into_iter().zip(kernels::parsers()) {
        for fixture in fixtures::accepted().iter().chain(&fixtures::refused()) {
            let partial = second.parse_partial(&fixture.body);
            comparison::check_partial(&fixture.body, partial, parser.parse(&fixture.body));
        }
    }
}

/// The error of a cut body is at its end, or at a construct that the cut has broken. All before the position is UTF-8.
#[test]
fn bodies_cut_at_any_byte_are_refused() {
    let mut parser = Parser::new();
    for fixture in fixtures::accepted() {
        let root_end = fixture.body.iter().rposition(|byte| *byte == b'>').unwrap();
        let ends_with_comment = fixture.path.ends_with("comments.xml");
        for end in 0..fixture.body.len() {
            let body = &fixture.body[..end];
            match parser.parse(body) {
                Ok(_) => assert!(
                    end > root_end
                        || ends_with_comment && !body.ends_with(b"-") && end + 20 > root_end,
                    "{:?} is accepted when cut at {end}",
                    fixture.path
                ),
                Err(error) => {
                    assert!(
                        error.offset() <= end,
                        "{:?} at {end}: {error}",
                        fixture.path
                    );
                    core::str::from_utf8(&body[..error.offset()]).unwrap();
                    let at_end = matches!(
                        error.kind(),
                        ErrorKind::UnexpectedEnd | ErrorKind::UnclosedElement | ErrorKind::NoRoot
                    );
                    let broken_character = error.kind() == ErrorKind::InvalidUtf8;
                    assert!(
                        at_end || broken_character,
                        "{:?} at {end}: {error}",
                        fixture.path
                    );
                    assert!(end - error.offset() < if at_end { 1 } else { 4 });
                }
            }
        }
    }
}

/// One parser reads every refused fixture, and every accepted fixture after it.
#[test]
fn a_parser_works_after_any_error() {
    let mut parser = Parser::new();
    let accepted = fixtures::accepted();
    for bad in fixtures::refused() {
        for good in &accepted {
            let expected = Parser::new().parse(&bad.body).unwrap_err();
            assert_eq!(parser.parse(&bad.body), Err(expected));
            let message = parser.parse(&good.body).unwrap();
            let mut fresh = Parser::new();
            assert_eq!(
                message,
                fresh.parse(&good.body).unwrap(),
                "{:?} {:?}",
                bad.path,
                good.path
            );
        }
    }
}

#[test]
fn skipped_elements_and_attributes_are_counted() {
    let mut parser = Parser::new();
    let fixtures = fixtures::accepted();
    let mut parse = |name: &str| {
        let before = parser.stats();
        let fixture = fixtures
            .iter()
            .find(|fixture| fixture.path.ends_with(name))
            .unwrap();
        parser.parse(&fixture.body).unwrap();
        let after = parser.stats();
        let elements = after.elements_skipped - before.elements_skipped;
        (
            elements,
            after.attributes_skipped - before.attributes_skipped,
        )
    };
    assert_eq!(parse("push/mail.xml"), (0, 0));
    assert_eq!(parse("unknown/elements.xml"), (6, 0));
    assert_eq!(parse("unknown/misplaced-children.xml"), (5, 0));
    assert_eq!(parse("unknown/attributes.xml"), (0, 7));
    assert_eq!(parse("unknown/rebound-prefix.xml"), (1, 0));
    assert_eq!(
        parse("unknown/event.xml"),
        (0, 0),
        "events that are handed out are not skipped"
    );
}
