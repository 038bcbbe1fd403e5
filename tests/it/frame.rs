//! `Framer`: the same envelopes for any chunk boundaries, and errors with the right kind and offset.

use crate::support::choices::Choices;
use crate::support::{fixtures, framing};
use ews_notifications::frame::Framer;
use ews_notifications::{Config, ErrorKind, IllegalReferences, Parser};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Mostly well-formed streams. The tokenizer says where each document ends.
    #[test]
    fn envelopes_end_where_documents_end(choices in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices::new(&choices);
        let stream = framing::stream(&mut choices);
        framing::check(&stream, &mut choices);
    }

    /// Bytes that change the framer's state, in any order.
    #[test]
    fn any_bytes_give_the_same_envelopes_for_any_chunks(
        stream in "(<|>|/|\"|'|!|\\?|-|\\[CDATA\\[|\\]|a| |<a>|</a>|<a/>|[a-z /\"]{60,70}){0,60}",
        choices in proptest::collection::vec(any::<u8>(), 64),
    ) {
        framing::check(stream.as_bytes(), &mut Choices::new(&choices));
    }

    /// Keywords, and bytes that are not characters, not UTF-8 or not allowed in a name.
    #[test]
    fn an_error_is_that_of_the_tokenizer_or_a_later_one(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..16),
        choices in proptest::collection::vec(any::<u8>(), 64),
    ) {
        framing::check(&pieces.concat(), &mut Choices::new(&choices));
    }
}

/// Parts of malformed streams.
#[rustfmt::skip]
const PIECES: &[&[u8]] = &[
    b"<", b">", b"/", b"\"", b"'", b"!", b"?", b"-", b"--", b"[", b"]", b"=", b":", b"&", b";", b"#", b" ", b"1", b"a",
    b"<a>", b"<a", b"</a>", b"</a", b"</", b"<a/>", b"<b>", b"</b>", b"<ab>", b"</ab>", b" x='1'", b" x=", b" x",
    b"<?xml version='1.0'?>", b"<?xml", b"<?", b"?>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"<!DOC",
    b"DOCTYPE", b"CDATA[", b"&lt;", b"&#1;", b"xmlns:p=''", b"p:", b"\x01", b"\xEF", b"\xBB", b"\xBF", b"\xFF", b"\xFE",
    b"\xC3", b"\xA9", b"\xED\x95", b"\x9C", b"\0",
];

/// An envelope as a server writes it: declared namespaces and no white space.
const HEARTBEAT: &str = r#"<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><soap11:Body xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/"><m:GetStreamingEventsResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages><m:GetStreamingEventsResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:ConnectionStatus>OK</m:ConnectionStatus></m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></soap11:Body></Envelope>"#;
/// An envelope with text like its end tag in other constructs, and with prefixes, quotes and an XML declaration that
/// servers do not write.
const ODD: &str = r#"<?xml version='1.0'?><!-- </Envelope> --><S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' a="</Envelope&gt; />"><S:Body><![CDATA[</S:Envelope>]]><?p </S:Envelope>?><e:GetEventsResponse xmlns:e="http://schemas.microsoft.com/exchange/services/2006/messages"/></S:Body></S:Envelope >"#;

#[test]
fn default_equals_new() {
    let framer = format!("{:?}", Framer::default());
    assert_eq!(framer, format!("{:?}", Framer::new()));
    let config = Config::default();
    assert_eq!(framer, format!("{:?}", Framer::with_config(config)));
}

#[test]
fn chunks_may_end_anywhere() {
    let odd = ODD.replace("</Envelope&gt;", ">");
    let envelopes = [HEARTBEAT, &odd, HEARTBEAT, "<a/>", HEARTBEAT];
    let stream = envelopes.join("\u{FEFF} \r\n\u{FEFF}");
    let stream = stream.as_bytes();
    let (found, end) = framing::framed(Config::default(), [stream]);
    assert_eq!(end, Ok(()));
    let texts: Vec<&[u8]> = found.iter().map(|(_, body)| body.as_slice()).collect();
    assert_eq!(texts, envelopes.map(str::as_bytes));
    for (at, body) in &found {
        let at = usize::try_from(*at).unwrap();
        assert_eq!(&stream[at..at + body.len()], body);
    }
    for cut in 0..=stream.len() {
        let (start, rest) = stream.split_at(cut);
        let halves = framing::framed(Config::default(), [start, rest]);
        assert_eq!(halves, (found.clone(), Ok(())), "cut at {cut}");
        let (start, rest) = rest.split_at(rest.len().min(70));
        let thirds = framing::framed(Config::default(), [&stream[..cut], start, rest]);
        assert_eq!(thirds, (found.clone(), Ok(())), "cut at {cut} and 70 later");
    }
    for length in [1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 99, 128, 1000] {
        let pieces = framing::framed(Config::default(), stream.chunks(length));
        assert_eq!(pieces, (found.clone(), Ok(())), "pieces of {length}");
    }
}

/// Inner elements with the root's name, or a similar one.
#[test]
fn an_envelope_ends_with_the_tag_that_closes_its_root() {
    let long = "Envelope-with-a-name-that-is-long";
    for envelope in [
        "<E><E></E><E/></E>",
        "<E><E a='>' b=\"/>\" /><EE></EE>/E></E>",
        "<E:E><E a='/E:E>'><E:EE/></E></E:E>",
        "<E/>",
        &format!("<{long}><{long}s></{long}s><{long}/></{long} >"),
    ] {
        let stream = envelope.repeat(2);
        framing::check(stream.as_bytes(), &mut Choices::new(&[7, 3, 50]));
        let (found, end) = framing::framed(Config::default(), [stream.as_bytes()]);
        assert_eq!(end, Ok(()), "{envelope}");
        let found: Vec<&[u8]> = found.iter().map(|(_, body)| body.as_slice()).collect();
        assert_eq!(found, [envelope.as_bytes(); 2]);
    }
}

/// Where an end tag of the root is not allowed, the framer may still take it for the end. The tokenizer refuses the
/// envelope.
#[test]
fn a_malformed_envelope_may_be_cut_and_is_then_refused() {
    for (stream, cut) in [
        ("<a><b></a>", "<a><b></a>"),
        ("<ab><a></ab>", "<ab><a></ab>"),
        ("<a><b c='</a>'/></a>", "<a><b c='</a>"),
        ("<a></b></a>", "<a></b></a>"),
        ("<a></a b>", "<a></a b>"),
    ] {
        let (found, _) = framing::framed(Config::default(), [stream.as_bytes()]);
        assert_eq!(found.first().unwrap().1, cut.as_bytes(), "{stream}");
        // The tokenizer refuses it.
        framing::check(stream.as_bytes(), &mut Choices::new(&[7, 3, 50]));
    }
}

/// All accepted fixtures as one stream.
#[test]
fn a_stream_of_fixtures_gives_their_messages() {
    let bodies = fixtures::accepted().into_iter().map(|fixture| fixture.body);
    // A comment after a root element belongs to the next envelope.
    let bodies: Vec<Vec<u8>> = bodies
        .filter(|body| body.ends_with(b">") || body.ends_with(b">\n"))
        .collect();
    let stream = bodies.concat();
    for length in [1, 100, 1000, stream.len()] {
        let (found, end) = framing::framed(Config::default(), stream.chunks(length));
        assert_eq!((found.len(), end), (bodies.len(), Ok(())));
        let (mut whole, mut framed) = (Parser::new(), Parser::new());
        for ((_, found), body) in found.iter().zip(&bodies) {
            assert_eq!(framed.parse(found), whole.parse(body));
        }
    }
}

/// Streams, with the kind of the error, its offset in the envelope, and the offset of the envelope.
#[test]
fn an_envelope_without_a_definite_end_is_an_error_at_its_offset() {
    use ErrorKind as E;
    for (text, kind, offset, at) in [
        ("<a/>text<b/>", E::TextOutsideRoot, 0, 4),
        ("<a/>\u{FEFF}text", E::TextOutsideRoot, 0, 7),
        ("<a/><!-- c -->text", E::TextOutsideRoot, 10, 4),
        ("<a/><!-- c -->\u{FEFF}<b/>", E::TextOutsideRoot, 10, 4),
        ("<a/>&#32;", E::TextOutsideRoot, 0, 4),
        ("<a/></a>", E::EndTagMismatch, 2, 4),
        ("<a/></ a>", E::Name, 2, 4),
        ("<a/>\n<!DOCTYPE a>", E::Doctype, 0, 5),
        ("<a/> <![CDATA[x]]>", E::TextOutsideRoot, 0, 5),
        ("<a/> <![CDAT[x]]>", E::Markup, 0, 5),
        ("<a><!DOCTYPE a>", E::Doctype, 3, 0),
        ("<a><!DOCTYP a>", E::Markup, 3, 0),
        ("<a><!ELEMENT a>", E::Markup, 3, 0),
        ("<a><!-a-></a>", E::Markup, 3, 0),
        ("<a><![CDAT[]]></a>", E::Markup, 3, 0),
        ("<a><!-- -- --></a>", E::CommentHyphens, 8, 0),
        ("<a><!-- ---></a>", E::CommentHyphens, 8, 0),
        ("<a <c/></a>", E::StartTag, 3, 0),
        ("<a<c/></a>", E::StartTag, 2, 0),
        ("<a b='<'/>", E::AttributeLessThan, 6, 0),
        ("<a><a b='<'/></a>", E::AttributeLessThan, 9, 0),
        ("<a/b='c'></a>", E::StartTag, 2, 0),
        ("<a b='c' /<d/></a>", E::StartTag, 9, 0),
        ("<a></a <b/>", E::EndTag, 7, 0),
        ("<a></a/>", E::EndTag, 6, 0),
        ("<a></a '>", E::EndTag, 7, 0),
        ("<a></a b='c'>", E::EndTag, 9, 0), // 7 for the parser
        ("< a/>", E::Name, 1, 0),
        ("<<a/>", E::Name, 1, 0),
    ] {
        let padding = format!("<p>{}</p>", "<q/>".repeat(30));
        for before in ["", &padding] {
            let stream = [before, text].concat();
            let at = at + before.len() as u64;
            let (_, end) = framing::framed(Config::default(), [stream.as_bytes()]);
            let (envelope, error) = end.unwrap_err();
            let found = (error.kind(), error.offset(), envelope);
            assert_eq!(found, (kind, offset, at), "{stream}");
            let (mut framer, mut chunk) = (Framer::new(), stream.as_bytes());
            while framer.next(&mut chunk).is_ok_and(|next| next.is_some()) {}
            assert_eq!(framer.next(&mut &b""[..]), Err(error), "again");
            framing::check(stream.as_bytes(), &mut Choices::new(&[7, 3, 50]));
        }
    }
}

#[test]
fn the_end_of_a_stream_within_an_envelope_is_an_error() {
    let stream = [HEARTBEAT, "\n", HEARTBEAT].concat();
    let second = HEARTBEAT.len() + 1;
    for cut in 0..=stream.len() {
        let (found, end) = framing::framed(Config::default(), [&stream.as_bytes()[..cut]]);
        assert_eq!(
            found.len(),
            cut / HEARTBEAT.len() - usize::from(cut == 2 * HEARTBEAT.len())
        );
        let begun = [0, second]
            .into_iter()
            .rfind(|start| *start <= cut)
            .unwrap();
        let is_between = [0, HEARTBEAT.len(), second, stream.len()].contains(&cut);
        let expected = (!is_between).then_some((begun as u64, E::UnfinishedEnvelope, cut - begun));
        let end = end
            .err()
            .map(|(at, error)| (at, error.kind(), error.offset()));
        assert_eq!(end, expected, "{cut}");
    }
    use ErrorKind as E;
    for (stream, expected) in [
        ("", None),
        (" \u{FEFF}\n", None),
        ("<a/> <!-- nothing follows --> <?p?>", None),
        ("<a/>\u{FEFF}", None),
        ("<?xml version='1.0'?>", Some((E::UnfinishedEnvelope, 21))),
        ("<?xml\tversion='1.0'?>", Some((E::UnfinishedEnvelope, 21))),
        ("<!-- <a/>", Some((E::UnfinishedEnvelope, 9))),
        ("<a>\u{1}", Some((E::IllegalChar, 3))),
        ("<a></b>", Some((E::EndTagMismatch, 5))),
        ("<!-- \u{1} -->", Some((E::IllegalChar, 5))),
    ] {
        let (_, end) = framing::framed(Config::default(), [stream.as_bytes()]);
        let end = end.err().map(|(_, error)| (error.kind(), error.offset()));
        assert_eq!(end, expected, "{stream:?}");
    }
    let (_, end) = framing::framed(Config::default(), [&b"<a/>\xEF\xBB"[..]]);
    assert_eq!(end.unwrap_err().1.kind(), E::TextOutsideRoot);
}

/// Characters of two, three and four bytes, in names, values, text, comments and processing instructions.
#[test]
fn the_end_of_a_stream_within_a_character_is_an_unfinished_envelope() {
    let envelope = "<?\u{AC00}?><!-- \u{D55C}\u{AE00} --><\u{AC00}:E \
        xmlns:\u{AC00}='\u{E9}' a='\u{1F4E7}'><e\u{301}/>\u{C694}\u{CCAD} &lt; \u{1F4E7}\u{D7A3}<![CDATA[\u{AC00}]]>\
        </\u{AC00}:E>";
    let prefix = "<?xml version='1.0'?>";
    for envelope in [envelope, &[prefix, envelope].concat()] {
        let stream = [envelope, envelope].concat();
        for cut in 0..=stream.len() {
            let (found, end) = framing::framed(Config::default(), [&stream.as_bytes()[..cut]]);
            assert_eq!(found.len(), cut / envelope.len());
            let begun = found.len() * envelope.len();
            let end = end.map_err(|(at, error)| (at, error.kind(), error.offset()));
            let unfinished = (begun as u64, ErrorKind::UnfinishedEnvelope, cut - begun);
            let is_between = [0, envelope.len(), stream.len()].contains(&cut);
            // A stream may end after comments and processing instructions.
            let partial = &stream.as_bytes()[begun..cut];
            let is_misc = partial == "<?\u{AC00}?>".as_bytes()
                || partial.ends_with(b" -->") && envelope.starts_with("<?\u{AC00}");
            match is_between || is_misc {
                true => assert_eq!(end, Ok(()), "{cut}"),
                false => assert_eq!(end, Err(unfinished), "{cut}"),
            }
        }
    }
}

#[test]
fn bytes_that_begin_no_character_are_invalid_at_the_end_of_a_stream_too() {
    for (end_bytes, expected) in [
        (&b"\xED\x95"[..], ErrorKind::UnfinishedEnvelope),
        (b"\xF0\x9F\x93", ErrorKind::UnfinishedEnvelope),
        (b"\xED\xA0", ErrorKind::InvalidUtf8), // a surrogate
        (b"\xE0\x80", ErrorKind::InvalidUtf8), // an overlong form
        (b"\xC0", ErrorKind::InvalidUtf8),
        (b"\x95", ErrorKind::InvalidUtf8),
        (b"\xFF", ErrorKind::InvalidUtf8),
    ] {
        let stream = [b"<a>", end_bytes].concat();
        let (_, end) = framing::framed(Config::default(), [&stream[..]]);
        let (_, error) = end.unwrap_err();
        assert_eq!(error.kind(), expected, "{end_bytes:?}");
        let offset = match expected {
            ErrorKind::UnfinishedEnvelope => stream.len(),
            _ => 3,
        };
        assert_eq!(error.offset(), offset, "{end_bytes:?}");
    }
}

/// `finish` checks a partial envelope with all limits and with `illegal_references`, as a parser does.
#[test]
fn finish_checks_a_partial_envelope_with_the_whole_configuration() {
    let stream = "<a><b>&#1;";
    let mut config = Config::default();
    let mut finish = |change: fn(&mut Config)| {
        change(&mut config);
        let (_, end) = framing::framed(config, [stream.as_bytes()]);
        let (_, error) = end.unwrap_err();
        (error.kind(), error.offset())
    };
    assert_eq!(finish(|_| {}), (ErrorKind::IllegalReference, 6));
    assert_eq!(
        finish(|config| config.illegal_references = IllegalReferences::Replace),
        (ErrorKind::UnfinishedEnvelope, stream.len())
    );
    assert_eq!(
        finish(|config| config.limits.depth = 1),
        (ErrorKind::DepthLimit, 4)
    );
}

#[test]
fn an_envelope_may_be_as_long_as_the_limit() {
    let mut config = Config::default();
    config.limits.body_bytes = HEARTBEAT.len();
    let stream = [HEARTBEAT, &" ".repeat(1000), HEARTBEAT].concat();
    for length in [1, 64, 100, stream.len()] {
        let (found, end) = framing::framed(config, stream.as_bytes().chunks(length));
        assert_eq!((found.len(), end), (2, Ok(())));
        config.limits.body_bytes -= 1;
        let (found, end) = framing::framed(config, stream.as_bytes().chunks(length));
        let (at, error) = end.unwrap_err();
        assert_eq!((found.len(), at), (0, 0));
        assert_eq!((error.kind(), error.offset()), (ErrorKind::BodyLimit, 0));
        config.limits.body_bytes += 1;
    }
}

#[test]
fn envelopes_within_a_chunk_are_borrowed_from_it() {
    let stream = [HEARTBEAT, HEARTBEAT].concat();
    let chunk = stream.as_bytes();
    let mut framer = Framer::new();
    let mut rest = chunk;
    for at in [0, HEARTBEAT.len()] {
        let envelope = framer.next(&mut rest).unwrap().unwrap();
        assert_eq!(envelope.offset, at as u64);
        assert!(core::ptr::eq(
            envelope.body,
            &chunk[at..at + HEARTBEAT.len()]
        ));
    }
    assert_eq!(framer.next(&mut rest), Ok(None));
}
