//! Tests of errors and their descriptions.

use alloc::format;
use alloc::string::ToString;

use super::{Error, ErrorClass, ErrorKind};

/// Codes are public, and metrics are named by them: a code that is here may not change. A new kind is added here.
#[test]
fn each_kind_has_its_class_and_its_code() {
    use ErrorClass::{Limit, Malformed, Schema, Unsupported};
    use ErrorKind as K;
    let table = [
        (K::InvalidUtf8, Malformed, "invalid_utf8"),
        (K::IllegalChar, Malformed, "illegal_char"),
        (K::UnexpectedEnd, Malformed, "unexpected_end"),
        (K::UnclosedElement, Malformed, "unclosed_element"),
        (K::UnfinishedEnvelope, Malformed, "unfinished_envelope"),
        (K::NoRoot, Malformed, "no_root"),
        (K::SecondRoot, Malformed, "second_root"),
        (K::TextOutsideRoot, Malformed, "text_outside_root"),
        (K::Declaration, Malformed, "declaration"),
        (K::DeclarationVersion, Malformed, "declaration_version"),
        (K::DeclarationEncoding, Malformed, "declaration_encoding"),
        (
            K::DeclarationStandalone,
            Malformed,
            "declaration_standalone",
        ),
        (K::ReservedTarget, Malformed, "reserved_target"),
        (
            K::ProcessingInstruction,
            Malformed,
            "processing_instruction",
        ),
        (K::CommentHyphens, Malformed, "comment_hyphens"),
        (K::Markup, Malformed, "markup"),
        (K::CDataEnd, Malformed, "cdata_end"),
        (K::Name, Malformed, "name"),
        (K::QName, Malformed, "qname"),
        (K::StartTag, Malformed, "start_tag"),
        (K::EndTag, Malformed, "end_tag"),
        (K::EndTagMismatch, Malformed, "end_tag_mismatch"),
        (K::AttributeSpace, Malformed, "attribute_space"),
        (K::AttributeEquals, Malformed, "attribute_equals"),
        (K::AttributeQuote, Malformed, "attribute_quote"),
        (K::AttributeLessThan, Malformed, "attribute_less_than"),
        (K::DuplicateAttribute, Malformed, "duplicate_attribute"),
        (K::Reference, Malformed, "reference"),
        (K::IllegalReference, Malformed, "illegal_reference"),
        (K::UndefinedEntity, Malformed, "undefined_entity"),
        (K::UnboundPrefix, Malformed, "unbound_prefix"),
        (K::PrefixUndeclaring, Malformed, "prefix_undeclaring"),
        (K::ReservedPrefix, Malformed, "reserved_prefix"),
        (K::ReservedNamespace, Malformed, "reserved_namespace"),
        (K::Doctype, Unsupported, "doctype"),
        (K::Encoding, Unsupported, "encoding"),
        (K::BodyLimit, Limit, "body_limit"),
        (K::DepthLimit, Limit, "depth_limit"),
        (K::AttributeLimit, Limit, "attribute_limit"),
        (K::BindingLimit, Limit, "binding_limit"),
        (K::NameLimit, Limit, "name_limit"),
        (K::EventLimit, Limit, "event_limit"),
        (K::WrongNamespace, Schema, "wrong_namespace"),
        (K::UnexpectedOperation, Schema, "unexpected_operation"),
        (K::MissingBody, Schema, "missing_body"),
        (K::MissingOperation, Schema, "missing_operation"),
        (K::RepeatedElement, Schema, "repeated_element"),
        (K::ElementInLeaf, Schema, "element_in_leaf"),
        (K::MissingId, Schema, "missing_id"),
        (K::MissingSubscriptionId, Schema, "missing_subscription_id"),
        (K::InvalidBoolean, Schema, "invalid_boolean"),
        (K::InvalidInt, Schema, "invalid_int"),
    ];
    for (at, (kind, class, code)) in table.into_iter().enumerate() {
        assert_eq!(
            kind as usize, at,
            "{kind:?} is out of order, or one is missing before it"
        );
        assert_eq!((kind.class(), kind.code()), (class, code), "{kind:?}");
    }
    assert_eq!(table.len(), K::InvalidInt as usize + 1);
}

#[test]
fn a_kind_says_what_was_found_and_what_was_expected() {
    for (kind, message) in [
        (ErrorKind::Name, "expected a name"),
        (ErrorKind::DuplicateAttribute, "duplicate attribute"),
        (
            ErrorKind::SecondRoot,
            "second root element; expected the end of the body",
        ),
        (
            ErrorKind::BodyLimit,
            "body longer than the limit; see Limits::body_bytes",
        ),
    ] {
        assert_eq!(kind.to_string(), message);
        let error = Error::new(kind, 7);
        assert_eq!(error.to_string(), format!("byte 7: {message}"));
    }
}

#[test]
fn the_status_of_http_says_too_large_or_unsupported_or_else_bad_request() {
    for (kind, status) in [
        (ErrorKind::BodyLimit, 413),
        (ErrorKind::EventLimit, 400),
        (ErrorKind::Encoding, 415),
        (ErrorKind::Doctype, 400),
        (ErrorKind::UnexpectedEnd, 400),
        (ErrorKind::MissingId, 400),
    ] {
        assert_eq!(Error::new(kind, 0).http_status(), status, "{kind:?}");
    }
}

#[test]
fn the_alternate_form_shows_the_excerpt_and_a_caret_under_the_place() {
    let body = b"<a>\n\t<b x='1' x='2'/></a>";
    let place = Error::new(ErrorKind::DuplicateAttribute, 14).describe(body);
    assert_eq!(place.to_string(), "2:11: duplicate attribute: `x`");
    assert_eq!(
        format!("{place:#}"),
        "2:11: duplicate attribute: `x`\n <b x='1' x='2'/></a>\n          ^"
    );
    let empty = Error::new(ErrorKind::NoRoot, 0).describe(b"");
    assert_eq!(
        format!("{empty:#}"),
        "1:1: no root element; the body is empty or has only comments\n\n^"
    );
}

#[test]
fn a_class_is_displayed_in_lower_case() {
    use ErrorClass::{Limit, Malformed, Schema, Unsupported};

    let names = [Malformed, Unsupported, Limit, Schema].map(|class| class.to_string());
    assert_eq!(names, ["malformed", "unsupported", "limit", "schema"]);
    assert_eq!(format!("[{Limit:>6}]"), "[ limit]");
}

fn at(body: &[u8], offset: usize) -> (usize, usize, alloc::string::String) {
    let place = Error::new(ErrorKind::IllegalChar, offset).describe(body);
    let before = place.excerpt.chars().take(place.caret);
    (
        place.line,
        place.column,
        before
            .chain(['|'])
            .chain(place.excerpt.chars().skip(place.caret))
            .collect(),
    )
}

#[test]
fn line_column_and_excerpt_are_those_of_the_offset() {
    for (body, offset, line, column, excerpt) in [
        ("", 0, 1, 1, "|"),
        ("abc", 0, 1, 1, "|abc"),
        ("abc", 3, 1, 4, "abc|"),
        ("ab\ncd\nef", 4, 2, 2, "c|d"),
        ("ab\ncd", 2, 1, 3, "ab|"),
        ("ab\r\ncd", 4, 2, 1, "|cd"),
        ("ab\r\ncd", 3, 1, 4, "ab |"),
        ("ab\rcd\r\r", 3, 2, 1, "|cd"),
        ("ab\rcd\r\r", 7, 4, 1, "|"),
        ("한글x", 6, 1, 3, "한글|x"),
        ("a\tb\u{7}c", 4, 1, 5, "a b |c"),
    ] {
        assert_eq!(
            at(body.as_bytes(), offset),
            (line, column, excerpt.into()),
            "{body:?} {offset}"
        );
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_shown_as_replacement_characters() {
    assert_eq!(at(b"a\xFFb", 1), (1, 2, "a|\u{FFFD}b".into()));
}

#[test]
fn a_long_line_is_cut_on_both_sides_of_the_offset() {
    let line = "é".repeat(500);
    let (_, column, excerpt) = at(line.as_bytes(), 400);
    assert_eq!(column, 201);
    let side = "é".repeat(40);
    assert_eq!(excerpt, format!("…{side}|{side}…"));
    let (_, _, excerpt) = at(line.as_bytes(), 0);
    assert_eq!(excerpt, format!("|{side}…"));
}

#[test]
fn a_description_quotes_the_name_that_the_error_is_about() {
    let body = b"<m:GetItemResponse xmlns:m='urn:x'/>";
    let place = Error::new(ErrorKind::UnexpectedOperation, 1).describe(body);
    assert_eq!(
        place.to_string(),
        "1:2: unexpected operation: `m:GetItemResponse`; expected SendNotification, GetEventsResponse, GetStreamingEventsResponse or a SOAP fault"
    );
}

/// The name of an error may be shown before the parser has read it, so it may contain any bytes.
#[test]
fn a_description_contains_no_control_characters() {
    let body = "<a/><b\u{1B}[31m/> \u{9B}\u{202E}\u{2028}\u{2069}x".as_bytes();
    let place = Error::new(ErrorKind::SecondRoot, 5).describe(body);
    assert_eq!(
        place.to_string(),
        "1:6: second root element: `b`; expected the end of the body"
    );
    assert_eq!(place.excerpt, "<a/><b [31m/>     x");
}

#[test]
fn a_description_from_another_body_does_not_panic() {
    let error = Error::new(ErrorKind::UnboundPrefix, 1_000);
    assert_eq!(error.describe(b"short").column, 6);
}

#[cfg(feature = "std")]
#[test]
fn an_io_error_has_the_error_as_its_message() {
    let error = std::io::Error::from(Error::new(ErrorKind::Doctype, 3));
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(
        error.to_string(),
        "byte 3: document type declaration (DOCTYPE); it is always refused"
    );
}
