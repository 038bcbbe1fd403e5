//! Bodies that are not XML in UTF-8 at all, recognized by how they begin.
//!
//! To recognize another one, add a row to [`FOREIGN`]. A test walks the table. Depends on nothing.

use memchr::{memchr, memmem};

/// A class of bodies that are something else than XML in UTF-8.
pub(super) struct Foreign {
    /// A noun for it, such as `gzip data`.
    pub(super) name: &'static str,
    /// Recognizes such a body. Returns the part that tells people most about it, or an empty part.
    find: fn(&[u8]) -> Option<&[u8]>,
    /// The likely cause, and what to do.
    pub(super) hint: &'static str,
}

/// The rows are tried in their order.
#[rustfmt::skip]
pub(super) const FOREIGN: &[Foreign] = &[
    Foreign { name: "empty body", find: |body| body.is_empty().then_some(body),
        hint: "no byte of the body arrived: the sender gave up, a proxy dropped the body, or other code has read it already" },
    Foreign { name: "zero bytes", find: |body| is_all(start(body), 0).then_some(&[]),
        hint: "this is a buffer that nothing was read into: pass on only the bytes that were received" },
    Foreign { name: "gzip data", find: |body| begins(body, &[b"\x1F\x8B"]),
        hint: COMPRESSED },
    Foreign { name: "zlib data (deflate)", find: |body| begins(body, &[b"\x78\x01", b"\x78\x5E", b"\x78\x9C", b"\x78\xDA"]),
        hint: COMPRESSED },
    Foreign { name: "zstd data", find: |body| begins(body, &[b"\x28\xB5\x2F\xFD"]),
        hint: COMPRESSED },
    Foreign { name: "text in UTF-32", find: |body| begins(body, &[b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"<\0\0\0", b"\0\0\0<"]),
        hint: CONVERTED },
    Foreign { name: "text in UTF-16", find: |body| begins(body, &[b"\xFF\xFE", b"\xFE\xFF", b"<\0", b"\0<"]),
        hint: CONVERTED },
    Foreign { name: "TLS record", find: |body| matches!(body, [0x14..=0x17, 3, 0..=4, ..]).then_some(&[]),
        hint: "the sender speaks TLS to a port without TLS: serve TLS here, let a proxy in front end TLS, or use an `http://` URL" },
    Foreign { name: "HTTP response", find: |body| first_line(text(body)).filter(|line| is_status_line(line)),
        hint: "the head of the response was saved with the body: look at its status first, and pass on only what follows the empty line" },
    Foreign { name: "HTTP request", find: |body| first_line(text(body)).filter(|line| is_request_line(line)),
        hint: "the head of the request was saved with the body: pass on only what follows the empty line" },
    Foreign { name: "chunk-size line of HTTP", find: |body| first_line(body).filter(|line| is_chunk_size(line, body)),
        hint: "the body is still cut into chunks: undo `Transfer-Encoding: chunked` first, as HTTP libraries do by themselves" },
    Foreign { name: "MIME multipart", find: |body| first_line(text(body)).filter(|line| is_mime(line)),
        hint: "the body has several parts, as MTOM messages and forms do: pass on only the part with the XML, or have the sender send plain SOAP" },
    Foreign { name: "JSON", find: |body| matches!(text(body), [b'{' | b'[' | b'"', ..]).then_some(&[]),
        hint: "EWS sends no JSON, so a proxy, an API gateway or another service wrote this: check the URL, or unpack the XML if it is inside" },
    Foreign { name: "HTML page", find: html_title,
        hint: "a proxy, a sign-in page or a web server has answered instead of Exchange: open the page, and check the URL, the credentials and the rules of the proxy" },
    Foreign { name: "Base64 text", find: |body| is_base64(text(body)).then_some(&[]),
        hint: "something on the way has encoded the body, as API gateways do with binary data: decode it first" },
    Foreign { name: "only white space", find: |body| text(body).is_empty().then_some(&[]),
        hint: "the message is missing: a proxy or a test has sent an empty body" },
    Foreign { name: "plain text", find: |body| text_line(body).filter(|_| !has_envelope(body)),
        hint: "Exchange did not write this, but perhaps a proxy or a web server: check the HTTP status and the URL" },
    Foreign { name: "binary data", find: |body| (text(body).first() != Some(&b'<') && text_line(body).is_none()).then_some(&[]),
        hint: "it may be compressed (brotli cannot be recognized), encrypted or something else: look at its `Content-Type` and `Content-Encoding`" },
];

const COMPRESSED: &str = "the body is still compressed: undo its `Content-Encoding` before it is parsed, or turn compression \
    off in the server or proxy that sends it";
const CONVERTED: &str = "Exchange sends UTF-8, so an editor or a program on the way has converted the text: pass on the bytes \
    unchanged, or save the file as UTF-8";

impl Foreign {
    /// Recognizes a body, and returns the part of it that tells people most. `None` if it begins like XML.
    pub(super) fn recognize(body: &[u8]) -> Option<(&'static Self, &[u8])> {
        let rows = FOREIGN.iter();
        rows.filter_map(|row| (row.find)(body).map(|part| (row, part)))
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

/// RFC 9112, section 4: `HTTP/1.1 401 Unauthorized`. `curl` writes `HTTP/2 401`.
fn is_status_line(line: &[u8]) -> bool {
    line.starts_with(b"HTTP/")
}

/// RFC 9112, section 3: `POST /notify HTTP/1.1`.
fn is_request_line(line: &[u8]) -> bool {
    let mut parts = line.split(|byte| *byte == b' ');
    let method = parts.next().unwrap_or_default();
    let version = parts.nth(1).unwrap_or_default();
    method.iter().all(u8::is_ascii_uppercase) && version.starts_with(b"HTTP/")
}

/// RFC 9112, section 7.1: digits in hexadecimal, perhaps an extension, and then the first bytes of the XML.
fn is_chunk_size(line: &[u8], body: &[u8]) -> bool {
    let digits = line.split(|byte| *byte == b';').next();
    let digits = digits.unwrap_or_default().trim_ascii();
    let after = memchr(b'\n', body).and_then(|end| body.get(end + 1..));
    matches!(digits.len(), 1..=8)
        && digits.iter().all(u8::is_ascii_hexdigit)
        && after.is_some_and(|after| matches!(text(after), [b'<', ..]))
}

/// RFC 2046, section 5.1: a boundary line. Or the header of one part or of all.
fn is_mime(line: &[u8]) -> bool {
    let is_header = |name: &[u8]| {
        line.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    matches!(line, [b'-', b'-', first, ..] if first.is_ascii_graphic())
        || is_header(b"MIME-Version:")
        || is_header(b"Content-Type:")
}

/// The title of an HTML page, which may begin with an XML declaration and comments.
fn html_title(body: &[u8]) -> Option<&[u8]> {
    const OPENINGS: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<title", b"<script"];
    let mut rest = text(start(body));
    for (opening, end) in [("<?xml", "?>"), ("<!--", "-->")] {
        if rest.starts_with(opening.as_bytes()) {
            let at = memmem::find(rest, end.as_bytes())?;
            rest = text(rest.get(at + end.len()..)?);
        }
    }
    OPENINGS.iter().find(|opening| {
        let (start, after) = rest.split_at_checked(opening.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(opening)
            && matches!(after, [] | [b'>' | b' ' | b'\t' | b'\r' | b'\n', ..])
    })?;
    let title = rest
        .windows("<title>".len())
        .position(|window| window.eq_ignore_ascii_case(b"<title>"))
        .and_then(|at| rest.get(at + "<title>".len()..))
        .and_then(|title| title.split(|byte| *byte == b'<').next());
    Some(title.unwrap_or_default().trim_ascii())
}

/// Base64 of a text that begins with `<`, or with a byte order mark.
fn is_base64(text: &[u8]) -> bool {
    const LEAST: usize = 24;
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    matches!(text, [b'P', b'A'..=b'P', ..] | [b'7', b'7', b'u', ..])
        && text
            .get(..LEAST)
            .is_some_and(|text| text.iter().all(is_digit))
}

/// The first line of a body that begins with characters that can be read, other than `<`.
fn text_line(body: &[u8]) -> Option<&[u8]> {
    let text = text(body);
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

/// Whether an envelope follows soon.
fn has_envelope(body: &[u8]) -> bool {
    let mut starts = [b"<?xml ".as_slice(), b"<Envelope", b":Envelope"].into_iter();
    starts.any(|envelope| memmem::find(start(body), envelope).is_some())
}
