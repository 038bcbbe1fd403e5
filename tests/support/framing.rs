//! Streams of envelopes. The tokenizer says where they have to be cut.

use ews_notifications::frame::{Envelope, Framer};
use ews_notifications::xml::{Buffers, Token, Tokenizer};
use ews_notifications::{Config, Error, ErrorKind, Limits};

use super::choices::Choices;
use super::sequence::KERNELS;

/// Envelopes with their offsets, and the end of the stream: success, or an error with the offset of its envelope.
pub(crate) type Framed = (Vec<(u64, Vec<u8>)>, Result<(), (u64, Error)>);

/// The result of a framer on these pieces.
pub(crate) fn framed<'c>(config: Config, pieces: impl IntoIterator<Item = &'c [u8]>) -> Framed {
    let mut framer = Framer::with_config(config);
    let mut envelopes = Vec::new();
    for mut piece in pieces {
        loop {
            match framer.next(&mut piece) {
                Ok(Some(Envelope { offset, body, .. })) => envelopes.push((offset, body.to_vec())),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(framer.next(&mut &b"<a/>"[..]), Err(error), "again");
                    assert_eq!(framer.finish(), Err(error));
                    return (envelopes, Err((framer.offset(), error)));
                }
            }
        }
        assert!(piece.is_empty());
    }
    let end = framer.finish();
    let end = end.map_err(|error| (framer.offset(), error));
    (envelopes, end)
}

/// Checks that all kernels frame the stream as the tokenizer does, whole and in pieces of any lengths.
pub(crate) fn check(stream: &[u8], choices: &mut Choices<'_>) {
    let shown = stream.escape_ascii();
    let whole = framed(Config::default(), [stream]);
    check_by_tokens(stream, &whole);
    let lengths: Vec<usize> = (0..64).map(|_| 1 + choices.below(200)).collect();
    for kernel in KERNELS {
        let mut config = Config::default();
        config.kernel = kernel;
        assert_eq!(framed(config, [stream]), whole, "{kernel:?}: {shown}");
        assert_eq!(
            framed(config, pieces(stream, &lengths)),
            whole,
            "{kernel:?}, {lengths:?}: {shown}"
        );
    }
    let bytes = stream.chunks(1);
    assert_eq!(framed(Config::default(), bytes), whole, "by bytes: {shown}");
}

/// The pieces of a stream, cut by these lengths in turn. At least one length is not 0.
pub(crate) fn pieces<'s>(
    mut stream: &'s [u8],
    lengths: &'s [usize],
) -> impl Iterator<Item = &'s [u8]> {
    lengths.iter().cycle().map_while(move |length| {
        let is_left = !stream.is_empty();
        stream
            .split_off(..(*length).min(stream.len()))
            .filter(|_| is_left)
    })
}

/// Up to the first malformed document, envelopes are the documents that the tokenizer finds. The tokenizer refuses the
/// envelopes after it too.
fn check_by_tokens(stream: &[u8], (envelopes, end): &Framed) {
    let shown = stream.escape_ascii();
    let mut rest = stream;
    let mut envelopes = envelopes.iter();
    let defect = loop {
        rest = after_separators(rest);
        match end_of_document(rest) {
            Ok(length) => {
                let (body, after) = rest.split_at(length);
                let offset = (stream.len() - rest.len()) as u64;
                assert_eq!(envelopes.next(), Some(&(offset, body.to_vec())), "{shown}");
                rest = after;
            }
            Err(defect) => break defect,
        }
    };
    let offset = (stream.len() - rest.len()) as u64;
    if let Some((cut_at, body)) = envelopes.next() {
        assert_eq!(*cut_at, offset, "{shown}");
        assert!(end_of_document(body).is_err(), "{shown}");
        return;
    }
    let is_at_end = defect.offset() == rest.len();
    let is_unfinished = match defect.kind() {
        ErrorKind::UnexpectedEnd | ErrorKind::UnclosedElement | ErrorKind::NoRoot => is_at_end,
        ErrorKind::InvalidUtf8 => is_start_of_character(&rest[defect.offset()..]),
        _ => false,
    };
    match end {
        Ok(()) => assert_eq!(
            (defect.kind(), is_at_end),
            (ErrorKind::NoRoot, true),
            "{shown}"
        ),
        // The framer has passed half a byte order mark before it sees that the rest is missing.
        Err((at, error)) if rest.starts_with(b"\xEF") => {
            assert_eq!(
                (error.kind(), error.offset()),
                (ErrorKind::TextOutsideRoot, 0)
            );
            assert!((offset..offset + 3).contains(at), "{shown}");
        }
        // The declaration does not end there for the tokenizer. Both refuse it; which error comes first does not
        // matter.
        Err((at, _)) if has_open_declaration(rest) => assert_eq!(*at, offset, "{shown}"),
        Err((at, error)) => {
            assert_eq!(*at, offset, "{shown}");
            let is_right = match error.kind() {
                _ if error == &defect => true,
                ErrorKind::UnfinishedEnvelope => is_unfinished && error.offset() == rest.len(),
                // The framer does not read the name in an end tag before a root element.
                ErrorKind::EndTagMismatch if rest[..error.offset()].ends_with(b"</") => true,
                // The framer does not check attributes, characters, names and ignored tags.
                _ => error.offset() >= defect.offset(),
            };
            assert!(is_right, "{shown}: {error}, {defect}");
        }
    }
}

/// The bytes after white space and byte order marks.
fn after_separators(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether the bytes are the start of one character, and its other bytes are missing.
fn is_start_of_character(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes)
        .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

/// Whether the bytes begin with an XML declaration whose first `?>` is in a value.
fn has_open_declaration(bytes: &[u8]) -> bool {
    let end = bytes.windows(2).position(|two| two == b"?>");
    let declaration = &bytes[..end.unwrap_or(0)];
    let is_odd = |quote| declaration.iter().filter(|byte| **byte == quote).count() % 2 == 1;
    bytes.starts_with(b"<?xml") && (is_odd(b'"') || is_odd(b'\''))
}

/// The end of the root element, whatever follows it.
fn end_of_document(bytes: &[u8]) -> Result<usize, Error> {
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(bytes, &mut buffers, &config)?;
    loop {
        let token = tokens.next()?;
        if matches!(token, Some(Token::EndTag(_))) && tokens.depth() == 0 {
            return Ok(tokens.range().end);
        }
    }
}

/// A stream of a few envelopes, most of them well-formed.
pub(crate) fn stream(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut stream = String::new();
    for _ in 0..1 + choices.below(4) {
        for _ in 0..choices.below(3) {
            stream +=
                choices.one_of(&["\r\n", " ", "\u{FEFF}", "<!-- > -->", "<?p <a> ?>", "\t\n"]);
        }
        if choices.once_in(4) {
            stream += "<?xml version='1.0'?>";
        }
        envelope(choices, &mut stream);
    }
    let mut stream = stream.into_bytes();
    if choices.once_in(3) {
        let at = choices.position(stream.len());
        match choices.below(4) {
            0 => stream.truncate(at),
            1 => drop(stream.remove(at)),
            2 => stream.insert(at, choices.one_of(b"<>/\"'!?-]& \xEF[")),
            _ => stream[at] = choices.one_of(b"<>/\"'!?-]& \xEF["),
        }
    }
    stream
}

fn envelope(choices: &mut Choices<'_>, out: &mut String) {
    const NAMES: [&str; 7] = [
        "a",
        "Envelope",
        "Envelopes",
        "e.e",
        "Umschläge",
        "seventeen-letters",
        "seventeen-lettersX",
    ];
    let mut open = Vec::new();
    loop {
        match choices.below(12) {
            0 | 1 if open.len() > 4 || !open.is_empty() && choices.below(4) == 0 => {}
            0 | 1 => {
                let name = choices.one_of(&NAMES);
                *out += "<";
                *out += name;
                attributes(choices, out);
                *out += choices.one_of(&[">", " >", ">"]);
                open.push(name);
                continue;
            }
            _ if open.is_empty() && choices.below(8) == 0 => {
                *out += "<b/>";
                return;
            }
            _ if open.is_empty() => continue,
            2 => {
                *out += "<b";
                attributes(choices, out);
                *out += "/>";
                continue;
            }
            3 => *out += choices.one_of(&["<!-- </a> -->", "<!----><!-- - > -->"]),
            4 => *out += choices.one_of(&["<![CDATA[</a>]] >]]]>", "<![CDATA[]]>"]),
            5 => *out += choices.one_of(&["<?p </a> > ??>", "<?p?>"]),
            6 => *out += choices.one_of(&["/>", "it's > \"that\"", "a/>", "!?'", "\u{20AC}"]),
            7 => *out += &"text / ".repeat(choices.below(30)),
            8 => *out += choices.one_of(&["&lt;", "\n", " "]),
            _ => {}
        }
        if choices.below(3) == 0
            && let Some(name) = open.pop()
        {
            *out += &["</", name, choices.one_of(&[">", " >", "\n>"])].concat();
            if open.is_empty() {
                return;
            }
        }
    }
}

fn attributes(choices: &mut Choices<'_>, out: &mut String) {
    for name in ["x", "y", "z"].into_iter().take(choices.below(4)) {
        let value = choices.one_of(&["", ">", "/>", "/", "it's", "!?", "1"]);
        let long = "Id/+".repeat(choices.below(40));
        *out += &[" ", name, "=\"", value, &long, "\""].concat();
        if choices.once_in(6) {
            *out += &[" ", name, name, "='\"", &long, ">'"].concat();
        }
    }
}
