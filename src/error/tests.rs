use alloc::format;
use alloc::string::ToString;

use super::{Error, ErrorClass, ErrorKind};

/// Every kind, what it says and whose fault it is. A new kind belongs in here.
#[test]
fn every_kind_says_what_is_wrong() {
    use ErrorClass::{Limit, Malformed, Schema, Unsupported};
    use ErrorKind as K;
    let table = [
        (K::InvalidUtf8, Malformed, "bytes that are not UTF-8"),
        (
            K::IllegalChar,
            Malformed,
            "a character that XML does not allow",
        ),
        (
            K::UnexpectedEnd,
            Malformed,
            "the body ends in the middle of markup",
        ),
        (
            K::UnclosedElement,
            Malformed,
            "the body ends before its elements are closed",
        ),
        (
            K::UnfinishedEnvelope,
            Malformed,
            "the stream ends inside an envelope",
        ),
        (K::NoRoot, Malformed, "the body holds no element"),
        (K::SecondRoot, Malformed, "a second root element"),
        (
            K::TextOutsideRoot,
            Malformed,
            "text outside the root element",
        ),
        (K::Declaration, Malformed, "a malformed XML declaration"),
        (
            K::DeclarationVersion,
            Malformed,
            "an XML version other than 1.x",
        ),
        (
            K::DeclarationEncoding,
            Malformed,
            "a malformed encoding name",
        ),
        (
            K::DeclarationStandalone,
            Malformed,
            "a standalone value other than yes or no",
        ),
        (
            K::ReservedTarget,
            Malformed,
            "an XML declaration that is not at the very start of the body",
        ),
        (
            K::ProcessingInstruction,
            Malformed,
            "a malformed processing instruction",
        ),
        (K::CommentHyphens, Malformed, "two hyphens inside a comment"),
        (
            K::Markup,
            Malformed,
            "<! that opens no comment or CDATA section",
        ),
        (K::CDataEnd, Malformed, "]]> in text"),
        (K::Name, Malformed, "no valid name where one must stand"),
        (K::QName, Malformed, "a misplaced colon in a name"),
        (
            K::StartTag,
            Malformed,
            "something other than an attribute in a start tag",
        ),
        (
            K::EndTag,
            Malformed,
            "something other than > after the name of an end tag",
        ),
        (
            K::EndTagMismatch,
            Malformed,
            "an end tag that matches no start tag",
        ),
        (
            K::AttributeSpace,
            Malformed,
            "no white space before an attribute",
        ),
        (
            K::AttributeEquals,
            Malformed,
            "no = after the name of an attribute",
        ),
        (
            K::AttributeQuote,
            Malformed,
            "an attribute value without quotes",
        ),
        (K::AttributeLessThan, Malformed, "< in an attribute value"),
        (
            K::DuplicateAttribute,
            Malformed,
            "an attribute that stands twice in its tag",
        ),
        (
            K::Reference,
            Malformed,
            "a malformed reference, or & not written as &amp;",
        ),
        (
            K::IllegalReference,
            Malformed,
            "a reference to a character that XML does not allow",
        ),
        (
            K::UndefinedEntity,
            Malformed,
            "a reference to an entity that is not defined",
        ),
        (
            K::UnboundPrefix,
            Malformed,
            "a namespace prefix that is not declared",
        ),
        (
            K::PrefixUndeclaring,
            Malformed,
            "a namespace prefix declared as empty",
        ),
        (
            K::ReservedPrefix,
            Malformed,
            "the prefix xml or xmlns used for something else",
        ),
        (
            K::ReservedNamespace,
            Malformed,
            "the namespace of xml or xmlns bound to another prefix",
        ),
        (
            K::Doctype,
            Unsupported,
            "a DOCTYPE, which is refused always",
        ),
        (K::Encoding, Unsupported, "an encoding other than UTF-8"),
        (K::BodyLimit, Limit, "the body is longer than the limit"),
        (K::DepthLimit, Limit, "more open elements than the limit"),
        (
            K::AttributeLimit,
            Limit,
            "more attributes in a tag than the limit",
        ),
        (
            K::BindingLimit,
            Limit,
            "more namespace declarations in scope than the limit",
        ),
        (K::NameLimit, Limit, "a name longer than the limit"),
        (
            K::EventLimit,
            Limit,
            "more events, responses, notifications or values than the limit",
        ),
        (
            K::EnvelopeNamespace,
            Schema,
            "an Envelope outside the SOAP namespaces http://schemas.xmlsoap.org/soap/envelope/ and \
             http://www.w3.org/2003/05/soap-envelope",
        ),
        (
            K::OperationNamespace,
            Schema,
            "an operation outside the namespace \
             http://schemas.microsoft.com/exchange/services/2006/messages",
        ),
        (
            K::UnexpectedOperation,
            Schema,
            "none of SendNotification, GetEventsResponse, GetStreamingEventsResponse and a SOAP fault",
        ),
        (
            K::MissingBody,
            Schema,
            "an Envelope without a Body in its SOAP namespace",
        ),
        (
            K::MissingOperation,
            Schema,
            "a SOAP Body without an operation",
        ),
        (
            K::RepeatedElement,
            Schema,
            "an element that may stand only once here",
        ),
        (
            K::ElementInLeaf,
            Schema,
            "an element inside one that holds only a value",
        ),
        (
            K::MissingId,
            Schema,
            "an item or folder id without the attribute Id",
        ),
        (
            K::MissingSubscriptionId,
            Schema,
            "a Notification without SubscriptionId",
        ),
        (
            K::InvalidBoolean,
            Schema,
            "not a boolean (true, false, 1 or 0)",
        ),
        (K::InvalidInt, Schema, "not an integer of 32 bits"),
    ];
    for (at, (kind, class, text)) in table.into_iter().enumerate() {
        assert_eq!(
            kind as usize, at,
            "{kind:?} is out of order, or one is missing before it"
        );
        assert_eq!(kind.class(), class, "{kind:?}");
        assert_eq!(kind.to_string(), text);
        assert_eq!(Error::new(kind, 7).to_string(), format!("{text} at byte 7"));
    }
    assert_eq!(table.len(), K::InvalidInt as usize + 1);
}

#[test]
fn classes_have_names_for_metrics() {
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
fn places() {
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
fn bytes_that_are_no_text_are_shown_as_such() {
    assert_eq!(at(b"a\xFFb", 1), (1, 2, "a|\u{FFFD}b".into()));
}

#[test]
fn long_lines_are_shortened_around_the_place() {
    let line = "é".repeat(500);
    let (_, column, excerpt) = at(line.as_bytes(), 400);
    assert_eq!(column, 201);
    let side = "é".repeat(40);
    assert_eq!(excerpt, format!("…{side}|{side}…"));
    let (_, _, excerpt) = at(line.as_bytes(), 0);
    assert_eq!(excerpt, format!("|{side}…"));
}

#[test]
fn the_description_names_what_the_error_is_about() {
    let body = b"<m:GetItemResponse xmlns:m='urn:x'/>";
    let place = Error::new(ErrorKind::UnexpectedOperation, 1).describe(body);
    assert_eq!(
        place.to_string(),
        "1:2: none of SendNotification, GetEventsResponse, GetStreamingEventsResponse and a SOAP fault: m:GetItemResponse"
    );
}

/// A name is shown before it has been read to its end, so that anything may stand in it.
#[test]
fn nothing_that_is_shown_steers_a_terminal_or_a_log() {
    let body = "<a/><b\u{1B}[31m/> \u{9B}\u{202E}\u{2028}\u{2069}x".as_bytes();
    let place = Error::new(ErrorKind::SecondRoot, 5).describe(body);
    assert_eq!(place.to_string(), "1:6: a second root element: b");
    assert_eq!(place.excerpt, "<a/><b [31m/>     x");
}

#[test]
fn another_body_does_no_harm() {
    let error = Error::new(ErrorKind::UnboundPrefix, 1_000);
    assert_eq!(error.describe(b"short").column, 6);
}

#[cfg(feature = "std")]
#[test]
fn an_io_error_keeps_the_reason() {
    let error = std::io::Error::from(Error::new(ErrorKind::Doctype, 3));
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(
        error.to_string(),
        "a DOCTYPE, which is refused always at byte 3"
    );
}
