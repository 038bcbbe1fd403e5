//! Tests of errors and their descriptions.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::foreign::{FOREIGN, Foreign};
use super::printable::is_unprintable;
use super::{Description, Error, ErrorClass, ErrorKind};
use crate::{Limits, Parser};

/// Parts of bodies that descriptions look at.
const PARTS: &[&[u8]] = &[
    b"<a>",
    b"</a>",
    b"<b c='d' c=\"e\"",
    b">",
    b"/>",
    b"<",
    b"&",
    b"&#xD800;",
    b"&x;",
    b" ",
    b"\n",
    b"\r\n",
    b"=",
    b"'",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE html",
    b"\0",
    b"\xFF\xFE",
    b"\xE9",
    b"\xE2\x80",
    b"\xE2\x80\xAE",
    b"\xEF\xBB\xBF",
    b"\x1B[31m",
    b"text",
    b"`",
    "\u{200B}\u{AD}\u{E0041}".as_bytes(),
    b"xmlns='http://schemas.microsoft.com/exchange/services/2007/messages'",
    b"<m:SendNotification ",
    b"<Envelope ",
    b"xmlns='http://schemas.xmlsoap.org/soap/envelope/'>",
    b"HTTP/1.1 200 \xE2\x80\xAE\r\n",
    b"<title>",
    b"{",
    b"&lt;",
    b"3c3f786d6c2076657273",
    b"xml=%3C",
    b"\r\n1f4\r\n",
    b"\\\"",
    b"=3D",
    b"\xC3\xAF\xC2\xBB\xC2\xBF",
    &[b'x'; 300],
    &[b'<'; 100],
    "\u{1F600}".as_bytes(),
];

/// Codes are public, and metrics are named by them: a code that is here may not change. A new kind is added here.
const KINDS: &[(ErrorKind, ErrorClass, &str)] = {
    use ErrorClass::{Limit, Malformed, Schema, Unsupported};
    use ErrorKind as K;
    &[
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
    ]
};

#[test]
fn each_kind_has_its_class_and_its_code() {
    for (at, (kind, class, code)) in KINDS.iter().enumerate() {
        assert_eq!(
            *kind as usize, at,
            "{kind:?} is out of order, or one is missing before it"
        );
        assert_eq!((kind.class(), kind.code()), (*class, *code), "{kind:?}");
    }
    assert_eq!(KINDS.len(), ErrorKind::InvalidInt as usize + 1);
}

#[test]
#[cfg(target_pointer_width = "64")]
fn an_error_takes_16_bytes() {
    assert_eq!(size_of::<Error>(), 16);
}

#[test]
fn a_kind_says_what_was_found_and_what_was_expected() {
    for (kind, message) in [
        (ErrorKind::Name, "`<` without a name; expected a name"),
        (
            ErrorKind::SecondRoot,
            "second root element; expected the end of the body",
        ),
        (
            ErrorKind::BodyLimit,
            "body longer than the limit; expected at most `Limits::body_bytes`",
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
fn the_alternate_form_has_lines_for_the_excerpt_the_note_and_the_hint() {
    let body = b"<a>\n\t<b></c></a>";
    let description = Error::new(ErrorKind::EndTagMismatch, 10).describe(body);
    assert_eq!(
        description.to_string(),
        "2:7: the end tag `</c>` in `b`; expected `</b>`; note: 2:2: `b` begins here; \
         hint: a part of the body was lost, or a part of another one was put in before this place"
    );
    assert_eq!(
        format!("{description:#}"),
        "2:7: the end tag `</c>` in `b`; expected `</b>`\n <b></c></a>\n      ^\n\
         note: 2:2: `b` begins here\n\
         hint: a part of the body was lost, or a part of another one was put in before this place"
    );
    let description = Error::new(ErrorKind::QName, 1).describe(b"<:/>");
    assert_eq!(
        format!("{description:#}"),
        "1:2: misplaced colon in a name: `:`; expected a prefix, one colon and a local name\n<:/>\n ^\n\
         hint: Exchange does not write this: find the program that wrote or changed the body"
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
    assert_eq!(place.name.as_deref(), Some("m:GetItemResponse"));
    assert_eq!(place.found, "`m:GetItemResponse` as the root element");
}

/// The name of an error may be shown before the parser has read it, so it may contain any bytes.
#[test]
fn a_description_contains_no_control_characters() {
    let body = "<a/><b\u{1B}[31m/> \u{9B}\u{202E}\u{2028}\u{2069}x".as_bytes();
    let place = Error::new(ErrorKind::SecondRoot, 5).describe(body);
    assert_eq!(place.name.as_deref(), Some("b"));
    assert_eq!(place.found, "a second root element: `b [31m`");
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
        "byte 3: document type declaration (DOCTYPE); expected XML without it"
    );
}

/// Bodies of each row of the table, and the part that is quoted.
fn foreign_bodies() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |name, body: &str, part| (name, body.as_bytes().to_vec(), part);
    let bytes = |name, body: &[u8]| (name, body.to_vec(), "");
    let utf_16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    };
    let utf_32 = |text: &str, to_bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars().flat_map(|c| to_bytes(u32::from(c))).collect()
    };
    let xml = "<?xml version='1.0'?><a/>";
    let marked = format!("\u{FEFF}{xml}");
    let mut bodies = Vec::from([
        bytes("empty body", b""),
        bytes("zero bytes", b"\0"),
        bytes("zero bytes", &[0; 9_000]),
        bytes("gzip data", b"\x1F\x8B\x08\0\0\0\0\0\0\x03\xB3\x29"),
        bytes("zlib data (deflate)", b"\x78\x01\xB3\x29"),
        bytes("zlib data (deflate)", b"\x78\x5E\xB3\x29"),
        bytes("zlib data (deflate)", b"\x78\x9C\xB3\x29"),
        bytes("zlib data (deflate)", b"\x78\xDA\xB3\x29"),
        bytes("zstd data", b"\x28\xB5\x2F\xFD\x04\x58"),
        bytes("TLS record", b"\x16\x03\x01\x02\0\x01"),
        bytes("TLS alert", b"\x15\x03\x03\0\x02\x02\x28"),
        bytes("packed data", b"\x1F\x9D\x90"),
        bytes("packed data", b"BZh91AY"),
        bytes("packed data", b"PK\x03\x04\x14"),
        bytes("packed data", b"\xFD7zXZ\0"),
        bytes("packed data", b"\x04\x22\x4D\x18"),
        bytes("network capture", b"\xD4\xC3\xB2\xA1\x02\0"),
        bytes("network capture", b"\xA1\xB2\xC3\xD4\0\x02"),
        bytes("network capture", b"\n\r\r\n\x1C\0\0\0"),
        bytes(
            "PROXY protocol header",
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nPOST / HTTP/1.1\r\n",
        ),
        bytes("PROXY protocol header", b"PROXY UNKNOWN\r\n"),
        bytes("PROXY protocol header", b"\r\n\r\n\0\r\nQUIT\n\x21\x11"),
        bytes(
            "start of an HTTP/2 connection",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ),
        bytes("NTLM token", b"NTLMSSP\0\x01\0\0\0"),
        bytes("NTLM token", b"TlRMTVNTUAABAAAAB4IIog=="),
        text(
            "HTTP response",
            "HTTP/1.1 200 OK\r\nA: b\r\n\r\n<a/>",
            "HTTP/1.1 200 OK",
        ),
        text("HTTP response", "HTTP/2 401\n\n", "HTTP/2 401"),
        text(
            "HTTP response",
            "< HTTP/1.1 200 OK\n< Server: a\n",
            "< HTTP/1.1 200 OK",
        ),
        text(
            "HTTP request",
            "GET /health HTTP/1.1\r\n\r\n",
            "GET /health HTTP/1.1",
        ),
        text("chunk size of HTTP", "0\r\n\r\n", "0"),
        text(
            "HTTP request",
            "POST /a?b HTTP/1.1\r\n\r\n<a/>",
            "POST /a?b HTTP/1.1",
        ),
        text(
            "plain text",
            "The Envelope of HTTP/1.1 was\n",
            "The Envelope of HTTP/1.1 was",
        ),
        text("chunk size of HTTP", "1f40\r\n<a/>", "1f40"),
        text("chunk size of HTTP", "A;b=c\r\n<a/>", "A;b=c"),
        text("chunk size of HTTP", "00000A\r\n\u{FEFF}<a/>", "00000A"),
        text(
            "MIME multipart",
            "--uuid:5f\r\nContent-Type: a/b\r\n\r\n<a/>",
            "--uuid:5f",
        ),
        text("MIME multipart", "\r\n--5f\r\n\r\n<a/>", "--5f"),
        text(
            "header of HTTP or MIME",
            "mime-version: 1.0\r\n\r\n--5f",
            "mime-version: 1.0",
        ),
        text(
            "header of HTTP or MIME",
            "Content-Type: a/b\r\n\r\n<a/>",
            "Content-Type: a/b",
        ),
        text("JSON", "{\"message\":null}", "{\"message\":null}"),
        text("JSON", "{\r\n \"message\":null}", "{"),
        text("JSON", "\u{FEFF} [{}]", "[{}]"),
        text("JSON", r#""<a/>""#, r#""<a/>""#),
        text(
            "object turned into text",
            "[object Object]",
            "[object Object]",
        ),
        text("object turned into text", "undefined\n", "undefined"),
        text("object turned into text", "System.Byte[]", "System.Byte[]"),
        text("object turned into text", "b'<?xml ?>'", "b'<?xml ?>'"),
        text("object turned into text", "<Buffer 3c 3f>", ""),
        text("escaped XML", "&lt;s:Envelope xmlns:s=\"a\"&gt;", ""),
        text("escaped XML", " &#x3c;a/>", ""),
        text("escaped XML", "<![CDATA[<a/>]]>", ""),
        text("URL-encoded text", "%3C%3Fxml+version", ""),
        text("URL-encoded text", "xml_body=%3c?xml", ""),
        text("hexadecimal text", "3c3f786d6c2076657273", ""),
        text("hexadecimal text", "0x3C3F786D6C2076657273", ""),
        text("hexadecimal text", "EFBBBF3C3F786D6C2076", ""),
        text(
            "HTML page",
            "<!DOCTYPE html>\n<title>\n Sign in </title>",
            "Sign in",
        ),
        text(
            "HTML page",
            "<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
            "",
        ),
        text(
            "HTML page",
            "\r\n<HTML><HEAD><TITLE>502 Bad Gateway</TITLE>",
            "502 Bad Gateway",
        ),
        text(
            "HTML page",
            "<head><title>Document Moved</title></head>",
            "Document Moved",
        ),
        text(
            "HTML page",
            "<?xml version='1.0'?>\n<!-- a --><html xmlns='b'>",
            "",
        ),
        text(
            "HTML page",
            "<!-- a -->\r\n<!-- b -->\r\n<!DOCTYPE html><title>Outlook</title>",
            "Outlook",
        ),
        text("HTML page", "<META HTTP-EQUIV='refresh'>", ""),
        text("Base64 text", "PD94bWwgdmVyc2lvbj0iMS4wIj8+PGEvPg==", ""),
        text("Base64 text", "77u/PD94bWwgdmVyc2lvbj0iMS4wIj8+", ""),
        text("Base64 text", "H4sIAAAAAAACA7Mpys8vLVYoSy0qzszPAwA=", ""),
        text("Base64 text", "\"PD94bWwgdmVyc2lvbj0iMS4wIj8+\"", ""),
        text("Base64 text", "PHM6RW52ZWxvcGUgeG1sbnM6cz0iaHR0", ""),
        text("only white space", " \t\r\n", ""),
        text("only white space", "\u{FEFF}", ""),
        text("plain text", "401 Unauthorized\r\nA", "401 Unauthorized"),
        text(
            "plain text",
            " Zugriff verweigert: Sie d\u{FC}rfen",
            "Zugriff verweigert: Sie d\u{FC}rfen",
        ),
        text("plain text", "[2026-03-02 08:15] a", "[2026-03-02 08:15] a"),
        bytes("binary data", b"\x8B\x02\x80"),
        bytes("binary data", b"\x04\0\0\0<a/>"),
    ]);
    bodies.extend([xml, &marked].iter().flat_map(|text| {
        [
            ("text in UTF-16", utf_16(text, u16::to_le_bytes), ""),
            ("text in UTF-16", utf_16(text, u16::to_be_bytes), ""),
            ("text in UTF-32", utf_32(text, u32::to_le_bytes), ""),
            ("text in UTF-32", utf_32(text, u32::to_be_bytes), ""),
        ]
    }));
    bodies
}

#[test]
fn each_row_of_the_table_of_foreign_bodies_is_recognized_and_has_a_hint() {
    let bodies = foreign_bodies();
    for row in FOREIGN {
        assert!(
            bodies.iter().any(|(name, ..)| *name == row.name),
            "{}",
            row.name
        );
        // A description adds the name and some words.
        assert!((1..=340).contains(&row.hint.len()), "{}", row.name);
    }
    for (name, body, part) in bodies {
        let (row, found) = Foreign::recognize(&body).unwrap_or_else(|| panic!("{name} {body:?}"));
        assert_eq!((row.name, found), (name, part.as_bytes()), "{body:?}");
        let description = Parser::new().parse(&body).unwrap_err().describe(&body);
        assert!(description.found.starts_with(name), "{body:?}");
        assert_eq!(description.hint.as_deref(), Some(row.hint));
    }
}

#[test]
fn what_begins_like_xml_is_not_taken_for_something_else() {
    for body in [
        "<a/>",
        "\u{FEFF} <a/>",
        "<?xml version='1.0'?><htmlx/>",
        "<Body/>",
        "<header/>",
        "<!-- <html> -->",
        "<!DOCTYPE a>",
        "<",
        "<!-- a --><a/>",
        "3c: <?xml ?>",
        include_str!("../../tests/data/push/mail.xml"),
    ] {
        let found = Foreign::recognize(body.as_bytes());
        assert!(found.is_none(), "{body}");
    }
}

#[test]
fn a_trace_of_another_program_at_a_defect_is_its_hint() {
    for (body, hint) in [
        ("<a><t:It\r\n1f4\r\nemId/></a>", "chunk sizes of HTTP"),
        ("<a></t:It\r\nabc\r\nemId></a>", "chunk sizes of HTTP"),
        (
            "<?xml version=\\\"1.0\\\" encoding=\\\"utf-8\\\"?><a/>",
            "escapes of JSON",
        ),
        ("<a\\n b='c'/>", "escapes of JSON"),
        ("<?xml version=3D\"1.0\"?><a/>", "quoted-printable"),
        ("<a b=3D\"c\"/>", "quoted-printable"),
        ("<a/><script src='/waf.js'></script>", "another answer"),
        ("<a><b>2026<html><br></html>", "another answer"),
        // A text may have all of these.
        ("<a>C:\\new\\R&D</a>", "`&amp;`"),
        ("<a>\r\n5\r\n\x01</a>", "must drop it"),
    ] {
        let mut buffers = crate::xml::Buffers::default();
        let config = crate::Config::new();
        let tokens = crate::xml::Tokenizer::new(body.as_bytes(), &mut buffers, &config);
        let mut tokens = tokens.unwrap();
        let error = loop {
            match tokens.next() {
                Ok(token) => assert!(token.is_some(), "{body}"),
                Err(error) => break error,
            }
        };
        let found = error.describe(body.as_bytes()).hint.unwrap_or_default();
        assert!(found.contains(hint), "{body}: {found}");
    }
}

#[test]
fn an_empty_excerpt_is_not_displayed() {
    let description = Error::new(ErrorKind::NoRoot, 0).describe(b"");
    let lines = format!("{description:#}");
    let starts: Vec<_> = lines.lines().map(|line| line.get(..4)).collect();
    assert_eq!(starts, [Some("1:1:"), Some("hint")]);
}

/// The bounds and the rule for characters that the fields of [`Description`] document.
fn check(description: &Description) {
    let Description {
        found,
        expected,
        hint,
        related,
        excerpt,
        name,
        caret,
        ..
    } = description;
    let related = related.as_ref().map(|related| related.text.as_str());
    for (text, most) in [
        (Some(found.as_str()), 400),
        (Some(expected), 400),
        (hint.as_deref(), 400),
        (related, 128),
        (Some(excerpt), 82),
        (name.as_deref(), 64),
    ] {
        let text = text.unwrap_or_default();
        assert!(text.chars().count() <= most, "{text:?}");
        assert!(!text.contains(is_unprintable), "{text:?}");
    }
    assert!(!found.is_empty() && !expected.is_empty());
    assert!(*caret <= excerpt.chars().count());
    assert!(!description.to_string().contains('\n'));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_error_of_any_body_is_described_within_bounds(
        parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
        offset in 0_usize..200,
        limits in proptest::option::of(0_usize..100),
    ) {
        let body = parts.concat();
        let limits = limits.map(|most| Limits::new().depth(most).body_bytes(most));
        for (kind, ..) in KINDS {
            let error = Error::new(*kind, offset);
            check(&Description::new(error, &body, limits.as_ref()));
        }
    }
}

#[test]
fn a_cut_is_marked_whether_the_bytes_are_utf_8_or_not() {
    for (text, shown) in [
        (&b"abcd"[..], "abcd"),
        (b"abcde", "abcd…"),
        ("한글한글".as_bytes(), "한글한글"),
        ("한글한글한".as_bytes(), "한글한글…"),
        (b"\xFF\xFF\xFF\xFF", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\xFF\xFF\xFF\xFFa", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}…"),
    ] {
        assert_eq!(super::printable::shortened(text, 4), shown);
    }
}

/// The quoted name is cut, and the compared one is not.
#[test]
fn a_long_namespace_is_compared_to_its_end() {
    let messages = "http://schemas.microsoft.com/exchange/services/2006/messages";
    let namespace = format!("{messages}/{}", "a".repeat(50));
    let body = format!("<m:SendNotification xmlns:m='{namespace}'/>");
    let error = Error::new(ErrorKind::WrongNamespace, 1);
    let description = error.describe(body.as_bytes());
    let cut = namespace.get(..100).unwrap();
    assert!(description.found.ends_with(&format!("`{cut}…`")));
    let hint = description.hint.unwrap();
    let wrong = format!("`messages/{}` instead of `messages`", "a".repeat(50));
    assert!(hint.contains(&wrong), "{hint}");
}
