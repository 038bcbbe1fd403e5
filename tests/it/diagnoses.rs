//! The descriptions of damaged and foreign bodies, and the table of them in `docs/diagnoses.md`.
//!
//! `UPDATE_DIAGNOSES=1 cargo test --test it -- diagnoses::` writes the table. Read it before you commit it.

use core::fmt::Write as _;
use core::time::Duration;
use std::time::Instant;

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, Description, Limits, Parser, Related};

use crate::support::fixtures;

const PUSH: &str = include_str!("../data/push/mail.xml");
const HEARTBEAT: &str = include_str!("../data/stream/heartbeat.xml");
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";

/// A push with one change.
fn push(from: &str, to: &str) -> Vec<u8> {
    assert!(PUSH.contains(from), "{from}");
    PUSH.replacen(from, to, 1).into_bytes()
}

/// A push with another operation in its Body.
fn operation(operation: &str) -> Vec<u8> {
    let (head, rest) = PUSH.split_once("<m:SendNotification ").unwrap();
    let (_, tail) = rest.split_once("</m:SendNotification>").unwrap();
    format!("{head}{operation}{tail}").into_bytes()
}

/// A push with a text in the place of the first code.
fn text(text: &[u8]) -> Vec<u8> {
    let (head, tail) = PUSH.split_once("NoError").unwrap();
    [head.as_bytes(), text, tail.as_bytes()].concat()
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What arrived, and its bytes.
fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    const HTTP: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n\r\n";
    let base64 = "PD94bWwgdmVyc2lvbj0iMS4wIiBlbmNvZGluZz0idXRmLTgiPz48czpFbnZlbG9wZQ==";
    let find_item = format!("<m:FindItemResponse xmlns:m='{MESSAGES}'/>");
    let subscribe = format!("<m:Subscribe xmlns:m='{MESSAGES}'/>");
    let subscribe_response = format!("<m:SubscribeResponse xmlns:m='{MESSAGES}'/>");
    vec![
        ("a compressed answer (gzip)", b"\x1F\x8B\x08\0\0\0\0\0\x02\x03\xB3\x29\xB6\x72\xCD\x2B\x4B\xCD\xC9\x2F".to_vec()),
        ("a compressed answer (deflate)", b"\x78\x9C\xB3\x29\xB6\x72\xCD\x2B\x4B\xCD\xC9\x2F\x48\x55\xA8\xC8".to_vec()),
        ("a file saved as UTF-16", utf_16(&format!("\u{FEFF}{PUSH}"))),
        ("a sign-in page", b"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign in to your account</title>".to_vec()),
        ("the sign-in page of Outlook", b"<!-- Copyright (c) Microsoft Corporation. -->\r\n<!-- OwaPage = ASP.auth_logon_aspx -->\r\n<!DOCTYPE html>\r\n<title>Outlook</title>".to_vec()),
        ("the error page of a proxy", b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>".to_vec()),
        ("the error text of a proxy", b"upstream connect error or disconnect/reset before headers".to_vec()),
        ("a saved HTTP response", HTTP.as_bytes().to_vec()),
        ("a saved HTTP request", [b"POST /notify?tenant=7 HTTP/1.1\r\nHost: mail.example.org\r\n\r\n", PUSH.as_bytes()].concat()),
        ("a health check", b"GET /notify HTTP/1.1\r\nHost: mail.example.org\r\n\r\n".to_vec()),
        ("a header of a load balancer", [b"PROXY TCP4 192.0.2.7 192.0.2.8 50112 443\r\nPOST /notify HTTP/1.1\r\n\r\n", PUSH.as_bytes()].concat()),
        ("a step of an NTLM login", b"NTLMSSP\0\x01\0\0\0\x07\x82\x08\xA2".to_vec()),
        ("chunks of HTTP", format!("{:x}\r\n{PUSH}\r\n0\r\n\r\n", PUSH.len()).into_bytes()),
        ("an MTOM message", [b"--MIMEBoundary_5f8e\r\nContent-Type: application/xop+xml\r\n\r\n", PUSH.as_bytes()].concat()),
        ("a chunk size inside a push", push("<t:ItemId Id", "<t:It\r\n1f4\r\nemId Id")),
        ("JSON from an API gateway", br#"{"message": "Missing Authentication Token"}"#.to_vec()),
        ("Base64 from an API gateway", base64.as_bytes().to_vec()),
        ("XML that was escaped", PUSH.replace('<', "&lt;").into_bytes()),
        ("XML with the escapes of JSON", PUSH.replace('"', "\\\"").into_bytes()),
        ("TLS on a port for HTTP", b"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03\x5A\xC1\x09\x7E\x22".to_vec()),
        ("nothing", Vec::new()),
        ("spaces", b"  \r\n\r\n".to_vec()),
        ("a push that was cut off", PUSH.as_bytes()[..1_024].to_vec()),
        ("a push without its start", PUSH.as_bytes()[PUSH.find("rvices/2006").unwrap()..].to_vec()),
        ("an error page inside a push", push("-02T08:15:30Z</t:TimeStamp>", "<html><head><title>504 Gateway Time-out</title></head></html>")),
        ("a push with a lost end tag", push("</t:TimeStamp>", "")),
        ("two envelopes of a stream in one body", [HEARTBEAT, HEARTBEAT].concat().into_bytes()),
        ("a push in a buffer that is too long", [PUSH.as_bytes(), &[0; 100]].concat()),
        ("a push after an empty line", format!("\n{PUSH}").into_bytes()),
        ("a push with the first line of another encoding", push("utf-8", "utf-16")),
        ("a part of a push", PUSH.as_bytes()[PUSH.find("<t:CreatedEvent>").unwrap()..].to_vec()),
        ("a push with a namespace of another year", push(&format!("xmlns:m=\"{MESSAGES}\"><"), &format!("xmlns:m=\"{}\"><", MESSAGES.replace("2006", "2007")))),
        ("a push without its namespace", push("<m:SendNotification ", "<SendNotification ")),
        ("the answer to FindItem", operation(&find_item)),
        ("the answer to Subscribe", operation(&subscribe_response)),
        ("a Subscribe request", operation(&subscribe)),
        ("a text with an unescaped ampersand", text(b"R&D")),
        ("a text made for HTML", text(b"Caf&eacute;")),
        ("a text in ISO-8859-1", text(b"Caf\xE9 Paris")),
        ("a text with a control character", text(b"page\x0Cbreak")),
        ("a text with an illegal reference", text(b"a&#xB;b")),
        ("a text with references to half characters", text(b"Folder &#xD83D;&#xDE00;")),
        ("an ItemId in other letters", push("<t:ItemId Id=", "<t:ItemId ID=")),
        ("a second Watermark in an event", push("</t:Watermark>", "</t:Watermark><t:Watermark>AQAA</t:Watermark>")),
        ("a body that is too long", format!("{PUSH}{}", " ".repeat(Limits::BODY_BYTES)).into_bytes()),
    ]
}

/// The description of a parser with default limits.
fn describe(body: &[u8]) -> Description {
    let mut parser = Parser::new();
    let error = parser.parse(body).expect_err("a body that is refused");
    parser.describe(error, body)
}

/// The description of the first defect of the XML. If it is well-formed, describes the defect of the message.
fn describe_xml(body: &str) -> Description {
    let (mut buffers, config) = (Buffers::default(), Config::new());
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &config).unwrap();
    loop {
        match tokens.next() {
            Ok(Some(_)) => {}
            Ok(None) => return describe(body.as_bytes()),
            Err(error) => return error.describe(body.as_bytes()),
        }
    }
}

#[test]
fn the_document_has_the_message_of_each_input() {
    let mut table = String::new();
    for (input, body) in inputs() {
        let description = describe(&body);
        let hint = description.hint.as_deref().unwrap_or_default();
        let cells = [input, &description.message(), hint].map(|cell| cell.replace('|', "\\|"));
        writeln!(table, "| {} |", cells.join(" | ")).unwrap();
    }
    let cut = format!("{:#}", describe(&PUSH.as_bytes()[..1_024]));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnoses.md");
    let document = std::fs::read_to_string(path).unwrap();
    let written = written(&document, "example", &format!("```text\n{cut}\n```\n"));
    let head = "| what arrived | found; expected | hint |\n|---|---|---|\n";
    let written = self::written(&written, "table", &format!("{head}{table}"));
    if std::env::var_os("UPDATE_DIAGNOSES").is_some() {
        std::fs::write(path, written).unwrap();
    } else {
        assert_eq!(document, written, "write it with UPDATE_DIAGNOSES=1");
    }
}

/// The document with this text between the two marks.
fn written(document: &str, mark: &str, text: &str) -> String {
    let (start, end) = (
        format!("<!-- {mark} -->\n"),
        format!("<!-- end of {mark} -->"),
    );
    let (before, rest) = document.split_once(&start).expect("a mark");
    let (_, after) = rest.split_once(&end).expect("a mark");
    format!("{before}{start}{text}{end}{after}")
}

#[test]
fn each_input_has_a_hint() {
    for (input, body) in inputs() {
        assert!(describe(&body).hint.is_some(), "{input}");
    }
}

/// An envelope with this in its Body.
fn in_body(content: &str) -> String {
    format!("<Envelope xmlns='{SOAP}'><Body>{content}</Body></Envelope>")
}

/// Bodies with what was found, what was expected and, if it matters, the hint and the second place.
#[test]
fn a_description_says_what_was_found_and_what_was_expected() {
    let notification = |content: &str| {
        format!(
            "<m:SendNotification xmlns:m='{MESSAGES}' xmlns:t='{TYPES}'><m:ResponseMessages>\
             <m:SendNotificationResponseMessage><m:Notification>{content}</m:Notification>\
             </m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification>"
        )
    };
    let event = |content: &str| {
        notification(&format!(
            "<t:SubscriptionId>A</t:SubscriptionId><t:MovedEvent>{content}</t:MovedEvent>"
        ))
    };
    let operation = |name: &str| format!("<m:{name} xmlns:m='{MESSAGES}'/>");
    let operations =
        "`SendNotification`, `GetEventsResponse`, `GetStreamingEventsResponse` or a SOAP `Fault`";
    let long = "n".repeat(70);
    let cut = format!("{}…", "n".repeat(64));
    for (body, found, expected) in [
        // Truncation.
        (
            "<a>text".into(),
            "the body ends inside `a`".into(),
            "more, up to `</a>`".into(),
        ),
        (
            "<a><b/>".into(),
            "the body ends inside `a`".into(),
            "more, up to `</a>`".into(),
        ),
        (
            "<a><b></b".into(),
            "the body ends inside an end tag in `b`".into(),
            "more, up to `</b>`".into(),
        ),
        (
            "<a><b><!-- c".into(),
            "the body ends inside a comment in `b`".into(),
            "more, up to `</b>`".into(),
        ),
        (
            "<a><![CDATA[b".into(),
            "the body ends inside a CDATA section in `a`".into(),
            "more, up to `</a>`".into(),
        ),
        (
            "<a>&am".into(),
            "the body ends inside `a`".into(),
            "more, up to `</a>`".into(),
        ),
        (
            "<a b='c".into(),
            "the body ends inside the start tag of `a`".into(),
            "the rest of the envelope".into(),
        ),
        (
            "<".into(),
            "the body ends inside a tag".into(),
            "the rest of the envelope".into(),
        ),
        (
            "<?xml version='1.0".into(),
            "the body ends inside the XML declaration".into(),
            "the rest of the envelope".into(),
        ),
        // Tags.
        (
            "<a><b></a>".into(),
            "the end tag `</a>` in `b`".into(),
            "`</b>`".into(),
        ),
        (
            "</a>".into(),
            "the end tag `</a>` without its start tag".into(),
            "a start tag".into(),
        ),
        (
            "<a/><b/>".into(),
            "a second root element: `b`".into(),
            "the end of the body".into(),
        ),
        (
            "<a/>b".into(),
            "text after the end of the envelope: `b`".into(),
            "nothing but white space and comments".into(),
        ),
        (
            "<!----> b".into(),
            "text before the envelope: `b`".into(),
            "nothing but white space and comments".into(),
        ),
        (
            "<a/><![CDATA[b]]>".into(),
            "text after the end of the envelope: a CDATA section".into(),
            "nothing but white space and comments".into(),
        ),
        (
            "<a/>\0\0".into(),
            "zero bytes after the end of the envelope".into(),
            "the end of the body".into(),
        ),
        (
            "<a b='1'c='2'/>".into(),
            "missing space before an attribute, in the start tag of `a`".into(),
            "white space between attributes".into(),
        ),
        (
            "<a b='1' c='' b='2'/>".into(),
            "the attribute `b` a second time, in the start tag of `a`".into(),
            "each attribute once".into(),
        ),
        (
            "<a b/>".into(),
            "`/` after an attribute name, in the start tag of `a`".into(),
            "`=` after its name".into(),
        ),
        (
            "<a b=c/>".into(),
            "`c` where a value begins, in the start tag of `a`".into(),
            "a value in quotes".into(),
        ),
        (
            "<a b='<'/>".into(),
            "`<` in an attribute value, in the start tag of `a`".into(),
            "`&lt;`".into(),
        ),
        (
            "<a>1 < 2</a>".into(),
            "a space after `<`, where a tag begins".into(),
            "a name".into(),
        ),
        (
            "<a 1='2'/>".into(),
            "unexpected `1`, in the start tag of `a`".into(),
            "an attribute, `>` or `/>`".into(),
        ),
        (
            "<a></a b>".into(),
            "unexpected `b` in an end tag".into(),
            "`>` after the name".into(),
        ),
        (
            "<a b:c=''/>".into(),
            "the prefix `b` of `b:c` is not declared".into(),
            "`xmlns:b=\"…\"` in this element or one around it".into(),
        ),
        // Namespaces.
        (
            "<Envelope/>".into(),
            "`Envelope` in no namespace".into(),
            format!("`{SOAP}` or `{SOAP_12}`"),
        ),
        (
            "<Envelope xmlns='a&amp;b'/>".into(),
            "`Envelope` in the namespace `a&b`".into(),
            format!("`{SOAP}` or `{SOAP_12}`"),
        ),
        (
            in_body("<m:SendNotification xmlns:m='urn:b'/>"),
            "`m:SendNotification` in the namespace `urn:b`".into(),
            format!("`{MESSAGES}`"),
        ),
        (
            notification("<m:SubscriptionId>A</m:SubscriptionId>"),
            format!("`m:SubscriptionId` in the namespace `{MESSAGES}`"),
            format!("`{TYPES}`"),
        ),
        (
            in_body("<Fault xmlns=''/>"),
            "`Fault` in no namespace".into(),
            format!("`{SOAP}` or `{SOAP_12}`"),
        ),
        // Operations.
        (
            in_body(&operation("FindItemResponse")),
            "`m:FindItemResponse` in `Body`".into(),
            operations.into(),
        ),
        (
            operation("Subscribe"),
            "`m:Subscribe` as the root element".into(),
            operations.into(),
        ),
        (
            "<note>a</note>".into(),
            "`note` as the root element".into(),
            operations.into(),
        ),
        (
            format!("<{long}/>"),
            format!("`{cut}` as the root element"),
            operations.into(),
        ),
        (
            "<받은.편지-1/>".into(),
            "`받은.편지-1` as the root element".into(),
            operations.into(),
        ),
        // The schema of EWS.
        (
            format!("<Envelope xmlns='{SOAP}'><Header/></Envelope>"),
            "`Envelope` without a Body".into(),
            "a `Body` in the namespace of the envelope".into(),
        ),
        (
            in_body(""),
            "`Body` without a message in it".into(),
            operations.into(),
        ),
        (
            event("<t:Watermark>A</t:Watermark><t:TimeStamp/><t:Watermark/>"),
            "`t:Watermark` a second time in `t:MovedEvent`".into(),
            "one at most".into(),
        ),
        (
            event("<t:ItemId/>"),
            "`t:ItemId` without the attribute `Id`".into(),
            "`Id=\"…\"` with the id".into(),
        ),
        (
            event("<t:ItemId Id=''/>"),
            "`t:ItemId` with an empty `Id`".into(),
            "`Id=\"…\"` with the id".into(),
        ),
        (
            event("<t:UnreadCount>\n 1.5\n</t:UnreadCount>"),
            "the value `1.5` in `t:UnreadCount`".into(),
            "digits with an optional sign, from -2147483648 to 2147483647".into(),
        ),
        (
            event("<t:Watermark><b/></t:Watermark>"),
            "the element `b` in `t:Watermark`".into(),
            "`</t:Watermark>` before it".into(),
        ),
        (
            event("<t:UnreadCount>many</t:UnreadCount>"),
            "the value `many` in `t:UnreadCount`".into(),
            "digits with an optional sign, from -2147483648 to 2147483647".into(),
        ),
        (
            event("<t:UnreadCount/>"),
            "an empty value in `t:UnreadCount`".into(),
            "digits with an optional sign, from -2147483648 to 2147483647".into(),
        ),
        (
            notification("<t:MoreEvents>ja</t:MoreEvents>"),
            "the value `ja` in `t:MoreEvents`".into(),
            "`true`, `false`, `1` or `0`".into(),
        ),
        (
            notification(""),
            "`m:Notification` without a SubscriptionId, or with an empty one".into(),
            "the id of the subscription".into(),
        ),
    ] {
        let description = describe_xml(&body);
        let (found, expected): (String, String) = (found, expected);
        assert_eq!(
            (description.found, description.expected),
            (found, expected),
            "{body}"
        );
    }
}

#[test]
fn a_hint_depends_on_what_the_body_has() {
    let operation = |name: &str| in_body(&format!("<m:{name} xmlns:m='{MESSAGES}'/>"));
    let types = |namespace: &str| format!("<SendNotification xmlns='{namespace}'/>");
    for (body, hint) in [
        (
            operation("FindItemResponse"),
            "the answer to another EWS request",
        ),
        (operation("Subscribe"), "a request to Exchange"),
        (
            operation("SendNotificationResult"),
            "captured in the wrong direction",
        ),
        (operation("Notification"), "a part of a message"),
        (in_body("<Envelope/>"), "an envelope was cut into parts"),
        ("<note/>".into(), "not a notification"),
        ("<a><b></a>".into(), "the expected end tag is missing"),
        ("<a></A>".into(), "upper and lower case count"),
        (
            "<a xmlns:b='c'><b:d></d></a>".into(),
            "the prefix counts, too",
        ),
        (
            types(&MESSAGES.replace("2006", "2007")),
            "`2007` instead of `2006`",
        ),
        (
            types(&format!("{MESSAGES}/")),
            "`messages/` instead of `messages`",
        ),
        (
            types(&MESSAGES.replace("microsoft", "micros0ft")),
            "`micros0ft` instead of `microsoft`",
        ),
        (
            types(&MESSAGES.replace("http:", "ftp:")),
            "`ftp` instead of `http`",
        ),
        (types(TYPES), "`types` instead of `messages`"),
        (
            types(&MESSAGES.replace("messages", "messag\r\n1f4\r\nes")),
            "the size of a chunk",
        ),
        (types("urn:a"), "Exchange does not write this"),
        ("<SendNotification/>".into(), "was lost"),
        ("\n<?xml version='1.0'?><a/>".into(), "fix it there"),
        (
            format!("{HEARTBEAT}<?xml version='1.0'?>{HEARTBEAT}"),
            "a streaming response is many envelopes",
        ),
        ("<a><?xml version='1.0'?></a>".into(), "inside another one"),
        (
            "<?xml version='1.0' encoding='UTF-16'?><a/>".into(),
            "has converted the body",
        ),
        (
            "<?xml version='1.0' encoding='windows-1252'?><a/>".into(),
            "writes only UTF-8",
        ),
        ("<a>&#xD83D;</a>".into(), "two halves"),
        ("<a>&#11;</a>".into(), "Exchange is known"),
        ("<a/>\0".into(), "something follows the message"),
        ("<a/><b/>".into(), "something follows the message"),
        ("<a/>\r\n0\r\n\r\n".into(), "a size of 0 ends the body"),
        (
            "rvices/2006/types\"><Envelope/>".into(),
            "the start of the body is missing",
        ),
        ("a => <Envelope/>".into(), "find the program that adds it"),
        ("\u{FEFF}\u{FEFF}<Envelope/>".into(), "a byte order mark"),
        ("ï»¿<?xml version='1.0'?><a/>".into(), "a byte order mark"),
        (
            "<string>&lt;?xml version='1.0'?></string>".into(),
            "XML is inside this element as a text",
        ),
        ("<Trace Tag='EwsResponse'/>".into(), "EWS Managed API"),
        (operation("SubscribeResponse"), "it has the SubscriptionId"),
        ("<a>\0</a>".into(), "is in UTF-16"),
    ] {
        let description = describe_xml(&body);
        let found = description.hint.unwrap_or_default();
        assert!(found.contains(hint), "{body}: {found}");
    }
}

#[test]
fn a_second_place_is_where_the_cause_is() {
    for (body, related) in [
        ("<a>\n <b>\n</a>", "2:2: `b` begins here"),
        ("<a\n b='>' c='1'\n b=\"2\"/>", "2:2: the first is here"),
        ("<a/>\n<b/>", "1:1: the first is `a`"),
        ("<a>\n<b>", "2:1: `b` begins here"),
    ] {
        let related_place = describe_xml(body).related.unwrap();
        let Related {
            line, column, text, ..
        } = related_place;
        assert_eq!(format!("{line}:{column}: {text}"), related, "{body}");
    }
    let repeated = push("</t:Watermark>", "</t:Watermark>\n<t:Watermark/>");
    let first = PUSH.find("<t:Watermark>").unwrap() + 1;
    let related = describe(&repeated).related.unwrap();
    assert_eq!((related.line, related.column), (1, first));
    let two = in_body(&format!(
        "<Fault/>\n<m:SendNotification xmlns:m='{MESSAGES}'/>"
    ));
    let related = describe(two.as_bytes()).related.unwrap();
    assert_eq!(related.text, "the first is `Fault`");
}

/// A body that is cut at any third byte: the innermost open element is named, and where it begins.
#[test]
fn a_cut_body_names_the_innermost_open_element() {
    let mut cuts = 0;
    for fixture in fixtures::accepted() {
        let text = str::from_utf8(&fixture.body).unwrap();
        let document = roxmltree::Document::parse(text).unwrap();
        let elements = document.descendants().filter(|node| node.is_element());
        // The end of the start tag, the end of the element, and the note about its begin.
        let elements: Vec<_> = elements
            .map(|element| {
                let range = element.range();
                let start_tag_end = match element.first_child() {
                    Some(child) => child.range().start,
                    None if text[..range.end].ends_with("/>") => range.end,
                    None => text[..range.end].rfind("</").unwrap(),
                };
                let name = text[range.start + 1..].split(['>', ' ', '\t', '\r', '\n', '/']);
                let name = name.take(1).collect::<String>();
                let place = document.text_pos_at(range.start);
                let place = (place.row as usize, place.col as usize);
                (
                    start_tag_end,
                    range.end,
                    (place, format!("`{name}` begins here")),
                )
            })
            .collect();
        for end in (0..text.len()).step_by(3) {
            let body = &fixture.body[..end];
            let Err(error) = Parser::new().parse(body) else {
                continue;
            };
            let related = error.describe(body).related;
            let related = related.map(|related| ((related.line, related.column), related.text));
            let mut open = elements.iter().rev();
            let open = open.find(|(start_tag_end, element_end, _)| {
                *start_tag_end <= end && end < *element_end
            });
            let begin = open.map(|(.., begin)| begin);
            assert_eq!(related.as_ref(), begin, "{:?} at {end}", fixture.path);
            cuts += usize::from(begin.is_some());
        }
    }
    assert!(cuts > 10_000, "{cuts}");
}

#[test]
fn a_stream_that_ends_in_an_envelope_names_the_innermost_open_element() {
    let mut framer = Framer::new();
    let mut chunk = &HEARTBEAT.as_bytes()[..1_000];
    assert!(framer.next(&mut chunk).unwrap().is_none());
    let error = framer.finish().unwrap_err();
    let description = error.describe(&HEARTBEAT.as_bytes()[..1_000]);
    assert!(
        description.found.starts_with("the stream ends inside "),
        "{description}"
    );
    assert!(description.related.is_some());
    assert!(
        description
            .hint
            .unwrap()
            .contains("synchronize the mailbox")
    );
}

#[test]
fn an_exceeded_limit_is_described_with_its_field_and_value() {
    let limits = Limits::new()
        .body_bytes(5_000)
        .depth(12)
        .attributes(3)
        .bindings(4)
        .events(2)
        .name_bytes(40);
    let parser = &mut Parser::with_config(Config::new().limits(limits));
    let compressed = [b"\x1F\x8B".as_slice(), &[0; 5_000]].concat();
    let error = parser.parse(&compressed).unwrap_err();
    let description = parser.describe(error, &compressed);
    assert_eq!(description.found, "a body of more than 5,000 bytes");
    assert!(description.hint.unwrap().contains("gzip data"));
    let long = "n".repeat(1_234);
    for (body, found, expected, field) in [
        (
            " ".repeat(4_999) + "<a/>",
            "a body of more than 5,000 bytes",
            "at most 5,000",
            "body_bytes",
        ),
        (
            in_body(&format!(
                "<m:SendNotification xmlns:m='{MESSAGES}'>{}",
                "<a>".repeat(20)
            )),
            "elements nested deeper than the limit: `a`",
            "at most 12",
            "depth",
        ),
        (
            in_body("<m b='' c='' d='' e=''/>"),
            "more attributes in a tag than the limit: `e`",
            "at most 3",
            "attributes",
        ),
        (
            in_body("<m xmlns:b='b' xmlns:c='c' xmlns:d='d' xmlns='f'/>").replacen(
                "<Body",
                "<Body xmlns:a='a'",
                1,
            ),
            "more namespace declarations in scope than the limit: `xmlns:d`",
            "at most 4",
            "bindings",
        ),
        (
            format!("<{long}/>"),
            "a name of 1,234 bytes: `",
            "at most 40",
            "name_bytes",
        ),
        (
            PUSH.into(),
            "more events, responses, notifications or values than the limit: `t:",
            "at most 2",
            "events",
        ),
    ] {
        let error = parser.parse(body.as_bytes()).unwrap_err();
        let description = parser.describe(error, body.as_bytes());
        assert!(description.found.starts_with(found), "{description}");
        assert_eq!(
            description.expected,
            format!("{expected} (`Limits::{field}`)")
        );
        let hint = description.hint.unwrap();
        assert!(
            hint.ends_with(&format!(
                "set a higher `Limits::{field}` in `Config::limits`"
            )),
            "{hint}"
        );
        let without = error.describe(body.as_bytes());
        assert_eq!(without.expected, format!("at most `Limits::{field}`"));
    }
}

/// Bodies that would take hours if any of it were not linear.
#[test]
fn long_bodies_are_described_in_linear_time() {
    const LENGTH: usize = 4 << 20;
    let unlimited = Config::new().limits(Limits::unlimited());
    for (start, repeated, end) in [
        ("", "<a>", "</b>"),
        ("", "<a>", ""),
        ("<a>", "<b/>", "</c>"),
        ("<a ", "b='c' ", "b"),
        ("<a>", "text\n", "&"),
        ("<a>", "text", "\0"),
        ("<a>", "<!---->", "<!-- --->"),
        ("<", "n", "/>"),
        ("", " ", "<?xml ?>"),
        ("", "text", ""),
        ("\0", "\0", "x"),
        ("<html><title>", "<html>", ""),
        ("<a>&", "a", ";"),
    ] {
        let body = [start, &repeated.repeat(LENGTH / repeated.len()), end].concat();
        let mut parser = Parser::with_config(unlimited);
        let error = parser.parse(body.as_bytes()).unwrap_err();
        let begin = Instant::now();
        let description = parser.describe(error, body.as_bytes());
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{start}{repeated}"
        );
        assert!(
            format!("{description:#}").len() < 2_000,
            "{start}{repeated}"
        );
    }
}
