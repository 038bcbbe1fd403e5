//! Bodies that are not XML in UTF-8 at all, recognized by how they begin, and the traces of programs that change bodies.
//!
//! To recognize another one, add a row to [`FOREIGN`], or to [`TRACES`]. Tests walk the tables. Depends on nothing.

use memchr::{memchr, memmem};

/// A class of bodies that are something else than XML in UTF-8.
pub(super) struct Foreign {
    /// A noun for it, such as `gzip data`.
    pub(super) name: &'static str,
    /// Recognizes such a body by its bytes, or by its text after a byte order mark and white space. Returns the part that tells
    /// people most about it, or an empty part.
    find: for<'b> fn(&'b [u8], &'b [u8]) -> Option<&'b [u8]>,
    /// The likely cause, and what to do.
    pub(super) hint: &'static str,
}

/// The rows are tried in their order: those with a signature first, and those that guess last.
#[rustfmt::skip]
pub(super) const FOREIGN: &[Foreign] = &[
    Foreign { name: "empty body", find: |body, _| body.is_empty().then_some(body),
        hint: "look at the HTTP status first: a response with 401, 302 or 204 may have no body; a request without one is a health \
            check, a step of an NTLM login, or one whose body other code has read already" },
    Foreign { name: "gzip data", find: |body, _| begins(body, &[b"\x1F\x8B"]),
        hint: COMPRESSED },
    Foreign { name: "zstd data", find: |body, _| begins(body, &[b"\x28\xB5\x2F\xFD"]),
        hint: COMPRESSED },
    // compress, bzip2, zip, xz and lz4.
    Foreign { name: "packed data", find: |body, _| begins(body, &[b"\x1F\x9D", b"BZh9", b"PK\x03\x04", b"\xFD7zXZ", b"\x04\x22\x4D\x18"]),
        hint: "the body is a packed file: unpack it first, or find the program that packs it; from a .saz file of Fiddler, \
            export the body of the response" },
    Foreign { name: "network capture", find: |body, _| begins(body, &[b"\xD4\xC3\xB2\xA1", b"\xA1\xB2\xC3\xD4", b"\n\r\r\n"]),
        hint: "this is a pcap file: use File > Export Objects > HTTP in Wireshark" },
    Foreign { name: "PROXY protocol header", find: |body, _| begins(body, &[b"PROXY TCP", b"PROXY UNKNOWN", b"\r\n\r\n\0\r\nQUIT\n"]),
        hint: "a load balancer writes this before the request: turn the PROXY protocol off there, or on in the server that it \
            connects to" },
    Foreign { name: "start of an HTTP/2 connection", find: |body, _| begins(body, &[b"PRI * HTTP/2.0"]),
        hint: "a client or proxy speaks HTTP/2 to a server that does not: set it to HTTP/1.1, or turn HTTP/2 on in the server" },
    Foreign { name: "NTLM token", find: |body, _| begins(body, &[b"NTLMSSP\0", b"TlRMTVNT"]),
        hint: "this is a step of a login and belongs in the header `Authorization`: look at the HTTP status, and find the \
            program that writes it into the body" },
    Foreign { name: "TLS alert", find: |body, _| matches!(body, [0x15, 3, 0..=4, ..]).then_some(&[]),
        hint: "the other side refuses a TLS connection: check the certificates and the TLS versions, and whether TLS is \
            spoken to the right port" },
    Foreign { name: "TLS record", find: |body, _| matches!(body, [0x14 | 0x16 | 0x17, 3, 0..=4, ..]).then_some(&[]),
        hint: "a TLS client has reached a port without TLS: serve TLS here or at the proxy; use `http://` only on a network \
            that you trust" },
    Foreign { name: "zero bytes", find: |body, _| is_all(start(body), 0).then_some(&[]),
        hint: "this is a buffer that nothing was read into: pass on only the bytes that were received" },
    Foreign { name: "text in UTF-32", find: |body, _| begins(body, &[b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"<\0\0\0", b"\0\0\0<"]),
        hint: CONVERTED },
    Foreign { name: "text in UTF-16", find: |body, _| begins(body, &[b"\xFF\xFE", b"\xFE\xFF", b"<\0", b"\0<"]),
        hint: CONVERTED },
    Foreign { name: "zlib data (deflate)", find: |body, _| begins(body, &[b"\x78\x01", b"\x78\x5E", b"\x78\x9C", b"\x78\xDA"]),
        hint: COMPRESSED },
    Foreign { name: "HTTP response", find: |_, text| first_line(text).filter(|line| is_status_line(line)),
        hint: "the head of the response was saved with the body: look at its status first, and pass on only what follows the \
            empty line" },
    Foreign { name: "HTTP request", find: |_, text| first_line(text).filter(|line| is_request_line(line)),
        hint: "the connection was read instead of the body, or the head was saved with it: pass on only what follows the \
            empty line; GET, HEAD and OPTIONS have no body and often come from health checks" },
    Foreign { name: "chunk size of HTTP", find: |body, _| first_line(body).filter(|line| is_chunk_size(line, body)),
        hint: CHUNKED },
    Foreign { name: "header of HTTP or MIME", find: |_, text| first_line(text).filter(|line| is_header(line)),
        hint: "an HTTP head without its first line, or a part of MIME (MTOM, a form): pass on only what follows the empty line, \
            in MIME up to the next line with `--`" },
    Foreign { name: "HTML page", find: |_, text| html_title(text),
        hint: "Exchange Web Services did not write this, but a proxy, a sign-in page or IIS on the way to it: look at the title and \
            the HTTP status, and check the URL, the credentials and the rules of the proxy" },
    Foreign { name: "escaped XML", find: |_, text| begins(text, &[b"&lt;", b"&#60;", b"&#x3c;", b"&#x3C;", b"<![CDATA["]),
        hint: "the XML is still the text of another document: unescape it where it is taken out of that one" },
    Foreign { name: "URL-encoded text", find: |_, text| is_url_encoded(text).then_some(&[]),
        hint: "the XML is in a form or a URL: decode it first, or have the sender post the XML itself as `text/xml`" },
    Foreign { name: "object turned into text", find: |_, text| is_object(text).then(|| text_line(text).unwrap_or_default()),
        hint: "a program has passed on the name or the printed form of an object, and not its bytes: find where it turns the \
            body into text" },
    Foreign { name: "Base64 text", find: |_, text| is_base64(text).then_some(&[]),
        hint: "something on the way has encoded the body, as API gateways do with binary data: decode it first" },
    Foreign { name: "hexadecimal text", find: |_, text| is_hexadecimal(text).then_some(&[]),
        hint: "this is the printed form of the bytes, as in a dump or a database: decode it first" },
    Foreign { name: "JSON", find: |_, text| is_json(text).then(|| text_line(text).unwrap_or_default()),
        hint: "a gateway or another service wrote this: read it and the HTTP status; if the XML is in one of its strings, \
            unpack that first" },
    Foreign { name: "MIME multipart", find: |_, text| first_line(text).filter(|line| is_boundary(line)),
        hint: "the body has several parts, as MTOM messages and forms do: pass on only the part with the XML, or have the \
            sender send plain SOAP" },
    Foreign { name: "only white space", find: |_, text| text.is_empty().then_some(&[]),
        hint: "there is no message: look at the HTTP status; perhaps it is a health check" },
    Foreign { name: "plain text", find: |body, text| text_line(text).filter(|_| !has_envelope(body)),
        hint: "this is no SOAP; a proxy, IIS or a health check may have sent it: look at the HTTP status, and check the URL" },
    Foreign { name: "binary data", find: |_, text| (text.first() != Some(&b'<') && text_line(text).is_none()).then_some(&[]),
        hint: "brotli, raw deflate and encrypted data look like this: look at `Content-Encoding`, and at what has opened the \
            connection" },
];

const COMPRESSED: &str = "the body is still compressed: undo its `Content-Encoding` before it is parsed, or turn compression \
    off in the server or proxy that sends it";
const CONVERTED: &str = "Exchange sends UTF-8, so a program has converted the text, as Windows PowerShell does with `>` and \
    `Out-File`: save it with `Invoke-WebRequest -OutFile` or as UTF-8, or pass on the bytes unchanged";
const CHUNKED: &str = "the body has the chunk sizes of HTTP in it: undo `Transfer-Encoding: chunked` before it is parsed, as \
    HTTP libraries do by themselves; a size of 0 ends the body";

/// A trace of a program that has changed a body, in the text around a defect of its markup.
struct Trace {
    is_in: fn(&[u8]) -> bool,
    /// The likely cause, and what to do.
    hint: &'static str,
}

#[rustfmt::skip]
const TRACES: &[Trace] = &[
    Trace { is_in: has_chunk_size, hint: CHUNKED },
    Trace { is_in: |text| has_any(text, &[b"html>", b"<html", b"head>", b"body>", b"<script", b"<!DOCTYPE", b"HTTP/1.", b"HTTP/2"]),
        hint: "a part of another answer, such as the error page of a proxy, was put into or after this body: read it, and find \
            the program that joins the two" },
    Trace { is_in: |text| has_any(text, &[br#"\""#, br"\n", br"\r", br"\/"]),
        hint: "escapes of JSON, such as `\\\"` or `\\n`, are in the markup: decode the JSON string that the XML was in" },
    Trace { is_in: |text| has_any(text, &[b"=3D"]),
        hint: "this looks like quoted-printable, an encoding of mail, in which `=3D` is `=`: decode the body first" },
];

/// The likely cause of a defect of the markup, and what to do. `None` if the text around it has no trace of one.
pub(super) fn trace(body: &[u8], offset: usize) -> Option<&'static str> {
    const REACH: usize = 32;
    let end = body.len().min(offset.saturating_add(REACH));
    let around = body.get(offset.saturating_sub(REACH).min(end)..end)?;
    let trace = TRACES.iter().find(|trace| (trace.is_in)(around))?;
    Some(trace.hint)
}

impl Foreign {
    /// Recognizes a body, and returns the part of it that tells people most. `None` if it begins like XML.
    pub(super) fn recognize(body: &[u8]) -> Option<(&'static Self, &[u8])> {
        let text = text(body);
        let rows = FOREIGN.iter();
        rows.filter_map(|row| (row.find)(body, text).map(|part| (row, part)))
            .next()
    }
}

/// The number of bytes in which something is looked for.
const REACH: usize = 4 << 10;

fn start(body: &[u8]) -> &[u8] {
    body.get(..REACH).unwrap_or(body)
}

/// The body after its byte order mark and white space.
fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start()
}

fn begins<'b>(body: &'b [u8], magic: &[&[u8]]) -> Option<&'b [u8]> {
    let mut magic = magic.iter();
    magic.any(|magic| body.starts_with(magic)).then_some(&[])
}

fn is_all(bytes: &[u8], byte: u8) -> bool {
    bytes.iter().all(|other| *other == byte)
}

/// The first line without its end. `None` if it does not end soon.
fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let end = memchr(b'\n', start(bytes))?;
    Some(bytes.get(..end)?.trim_ascii_end())
}

/// RFC 9112, section 4: `HTTP/1.1 401 Unauthorized`. `curl` writes `HTTP/2 401`, and with `-v` it marks the line.
fn is_status_line(line: &[u8]) -> bool {
    line.strip_prefix(b"< ")
        .unwrap_or(line)
        .starts_with(b"HTTP/")
}

/// RFC 9112, section 3: `POST /notify HTTP/1.1`.
fn is_request_line(line: &[u8]) -> bool {
    let mut parts = line.split(|byte| *byte == b' ');
    let method = parts.next().unwrap_or_default();
    let version = parts.nth(1).unwrap_or_default();
    method.iter().all(u8::is_ascii_uppercase) && version.starts_with(b"HTTP/")
}

/// RFC 9112, section 7.1: digits in hexadecimal, perhaps an extension, and then the first bytes of the XML, or nothing.
fn is_chunk_size(line: &[u8], body: &[u8]) -> bool {
    let digits = line.split(|byte| *byte == b';').next();
    let after = memchr(b'\n', body).and_then(|end| body.get(end + 1..));
    is_short_number(digits.unwrap_or_default().trim_ascii())
        && after.is_some_and(|after| matches!(text(after), [] | [b'<', ..]))
}

fn is_short_number(digits: &[u8]) -> bool {
    matches!(digits.len(), 1..=8) && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a line of the text, which ends with CR LF, is the size of a chunk.
fn has_chunk_size(text: &[u8]) -> bool {
    let lines = text.split(|byte| *byte == b'\n').skip(1);
    { lines.filter_map(|line| line.strip_suffix(b"\r")) }.any(is_short_number)
}

fn has_any(text: &[u8], parts: &[&[u8]]) -> bool {
    let mut parts = parts.iter();
    parts.any(|part| memmem::find(text, part).is_some())
}

/// A header that is often the first one of a head or a part.
fn is_header(line: &[u8]) -> bool {
    const STARTS: [&[u8]; 5] = [
        b"Content-",
        b"MIME-Version:",
        b"Host:",
        b"Server:",
        b"Date:",
    ];
    line.contains(&b':')
        && STARTS
            .iter()
            .any(|start| starts_with_in_any_case(line, start))
}

fn starts_with_in_any_case(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len())
        .is_some_and(|text| text.eq_ignore_ascii_case(start))
}

/// RFC 2046, section 5.1: a line between the parts.
fn is_boundary(line: &[u8]) -> bool {
    matches!(line, [b'-', b'-', first, ..] if first.is_ascii_graphic())
}

/// The title of an HTML page, which may begin with an XML declaration and comments.
fn html_title(page: &[u8]) -> Option<&[u8]> {
    const OPENINGS: [&[u8]; 6] = [
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<meta",
        b"<title",
        b"<script",
    ];
    let mut rest = start(page);
    while let Some(end) = match rest {
        [b'<', b'?', ..] => Some("?>"),
        [b'<', b'!', b'-', ..] => Some("-->"),
        _ => None,
    } {
        let at = memmem::find(rest, end.as_bytes())?;
        rest = text(rest.get(at + end.len()..)?);
    }
    OPENINGS.iter().find(|opening| {
        let after = rest.get(opening.len()..).unwrap_or_default();
        starts_with_in_any_case(rest, opening)
            && matches!(after, [] | [b'>' | b' ' | b'\t' | b'\r' | b'\n', ..])
    })?;
    let title = rest
        .windows("<title>".len())
        .position(|window| window.eq_ignore_ascii_case(b"<title>"))
        .and_then(|at| rest.get(at + "<title>".len()..))
        .and_then(|title| title.split(|byte| *byte == b'<').next());
    Some(title.unwrap_or_default().trim_ascii())
}

/// `%3C`, alone or as the value of the first field of a form.
fn is_url_encoded(text: &[u8]) -> bool {
    let start = text.get(..64).unwrap_or(text);
    let is_of_form = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(byte);
    let escape = start.iter().position(|byte| *byte == b'%');
    let (before, rest) = start.split_at(escape.unwrap_or(0));
    starts_with_in_any_case(rest, b"%3C") && before.iter().all(is_of_form)
}

/// What JavaScript, .NET, Java, Python and Node.js write for a body that is no string.
fn is_object(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"undefined", b"null", b"None", b"nil"];
    const STARTS: [&[u8]; 6] = [b"[object ", b"System.", b"[B@", b"b'", b"b\"", b"<Buffer "];
    NAMES.contains(&text.trim_ascii_end()) || begins(text, &STARTS).is_some()
}

fn is_json(text: &[u8]) -> bool {
    match text {
        [b'"', ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'{' | b'[' | b']', ..]),
        _ => false,
    }
}

/// Base64 of a text that begins with `<` or with a byte order mark, or of gzip data. Perhaps a string of JSON.
fn is_base64(text: &[u8]) -> bool {
    const LEAST: usize = 24;
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    matches!(
        text,
        [b'P', b'A'..=b'P', ..] | [b'7', b'7', b'u', ..] | [b'H', b'4', b's', b'I', ..]
    ) && text
        .get(..LEAST)
        .is_some_and(|text| text.iter().all(is_digit))
}

/// The digits of a text that begins with `<` or with a byte order mark.
fn is_hexadecimal(text: &[u8]) -> bool {
    const LEAST: usize = 16;
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    (starts_with_in_any_case(text, b"3C") || starts_with_in_any_case(text, b"EFBBBF"))
        && text
            .get(..LEAST)
            .is_some_and(|text| text.iter().all(u8::is_ascii_hexdigit))
}

/// The first line of a text that begins with characters that can be read, other than `<`.
fn text_line(text: &[u8]) -> Option<&[u8]> {
    let line = text.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let first = line.get(..16).unwrap_or(line);
    let readable = match core::str::from_utf8(first) {
        Ok(first) => first,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            core::str::from_utf8(first.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_text = !first.starts_with(b"<") && !readable.contains(char::is_control);
    is_text.then_some(line)
}

/// Whether the body has an envelope, or the end of one.
fn has_envelope(body: &[u8]) -> bool {
    has_any(body, &[b"<?xml ", b"<Envelope", b":Envelope"])
}
