//! Removes what a capture has around a body: gzip, and the heads and chunk sizes of HTTP messages.
//!
//! It waits for no byte that it does not need, so it reads live streams as well as files. Uses `text`.

use core::cell::Cell;
use core::mem;
use std::io::{self, BufRead, BufReader, Cursor, Error, ErrorKind, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

use crate::text::{grouped, printable};

type Reader<'r> = Box<dyn BufRead + 'r>;

/// The bytes inside a capture.
pub(crate) struct Unwrapped<'r> {
    pub(crate) reader: Reader<'r>,
    /// The removed layers, from the outside to the inside: `gzip`, or such as `HTTP response 200, chunked`.
    layers: Vec<String>,
    /// The HTTP messages before it that were skipped.
    skipped: Vec<String>,
    pub(crate) http: Http,
}

impl Unwrapped<'_> {
    /// A report of what was removed, if anything.
    pub(crate) fn note(&self, file: &str) -> Option<String> {
        let layers = self.layers.join(", ");
        let skipped = match &*self.skipped.join(", ") {
            "" => String::new(),
            skipped => format!("; skipped before it: {skipped}"),
        };
        (!layers.is_empty()).then(|| format!("{file}: unwrapped from {layers}{skipped}"))
    }
}

/// What the heads of HTTP messages tell about a content that cannot be read.
#[derive(Default)]
pub(crate) struct Http {
    /// The likely cause, from a status that is no success.
    status: Option<String>,
    /// The announced length of a content that ended earlier, and its length.
    short: Rc<Cell<Option<(u64, u64)>>>,
}

impl Http {
    /// The likely cause if the content is empty or fails.
    pub(crate) fn cause(&self) -> Option<String> {
        let short = self.short.get().map(|(announced, length)| {
            let announced = grouped(announced);
            format!(
                "the head announces {announced} bytes, {} arrived",
                grouped(length)
            )
        });
        self.status.clone().or(short)
    }
}

/// The most layers that are removed. A gzip file can contain itself.
const MAX_LAYERS: usize = 4;

/// Removes all layers. Waits for the first bytes, because they tell which layer it is.
pub(crate) fn unwrap(mut reader: Reader<'_>) -> io::Result<Unwrapped<'_>> {
    let (mut layers, mut skipped, mut http) = (Vec::new(), Vec::new(), Http::default());
    while layers.len() < MAX_LAYERS {
        if is_gzip(&mut reader)? {
            reader = Box::new(BufReader::new(Gzip::new(reader)));
            layers.push("gzip".to_owned());
        } else if let Some(mut head) = take_head(&mut reader, &mut skipped)? {
            let mut contents = Contents::new(reader, &head, &http)?;
            let mut start = Vec::new();
            while head.is_provisional() && !matches!(contents.framing, Framing::All) {
                start = contents.read_first()?;
                let Framing::Length(0) = contents.framing else {
                    break;
                };
                let at = skipped.len();
                let Some(next) = take_head(&mut contents.reader, &mut skipped)? else {
                    break;
                };
                skipped.insert(at, mem::replace(&mut head, next).name);
                contents = Contents::new(contents.reader, &head, &http)?;
                start.clear();
            }
            let chunked = matches!(contents.framing, Framing::Chunk(_));
            layers.push(head.name + if chunked { ", chunked" } else { "" });
            http.status = head.cause;
            reader = Box::new(Cursor::new(start).chain(BufReader::new(contents)));
        } else {
            break;
        }
    }
    Ok(Unwrapped {
        reader,
        layers,
        skipped,
        http,
    })
}

fn is_gzip(reader: &mut Reader<'_>) -> io::Result<bool> {
    const MAGIC: &[u8] = b"\x1F\x8B";
    if first_byte(reader)? != MAGIC.first().copied() {
        return Ok(false);
    }
    let mut start = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = start == MAGIC;
    put_back(reader, start);
    Ok(is_gzip)
}

/// Waits for the next byte and leaves it in the reader.
fn first_byte(reader: &mut Reader<'_>) -> io::Result<Option<u8>> {
    loop {
        match reader.fill_buf() {
            Ok(bytes) => return Ok(bytes.first().copied()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn put_back(reader: &mut Reader<'_>, bytes: Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let rest = mem::replace(reader, Box::new(io::empty()));
    *reader = Box::new(Cursor::new(bytes).chain(rest));
}

/// The bytes inside one or more gzip members.
struct Gzip<'r> {
    decoder: MultiGzDecoder<Reader<'r>>,
    /// How many more bytes may come.
    left: u64,
}

impl<'r> Gzip<'r> {
    /// The most unpacked bytes. Gzip makes a thousand bytes of one, and layers of it a million.
    const MAX_LENGTH: u64 = 4 << 30;

    fn new(reader: Reader<'r>) -> Self {
        Self {
            decoder: MultiGzDecoder::new(reader),
            left: Self::MAX_LENGTH,
        }
    }
}

impl Read for Gzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(out);
        let length = read.map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::UnexpectedEof => "the gzip data ends early".to_owned(),
                _ => format!("gzip: {error}"),
            };
            Error::new(error.kind(), reason)
        })?;
        let left = self.left.checked_sub(length as u64);
        self.left = left.ok_or_else(|| Error::other("gzip: more than 4 GiB when unpacked"))?;
        Ok(length)
    }
}

/// The contents of HTTP messages, one after the other.
///
/// Tools do not save what was sent: curl removes chunk sizes and gzip, but keeps the headers that announce them. So
/// a header is believed only if the bytes agree with it, and no byte of a content is left out.
struct Contents<'r> {
    reader: Reader<'r>,
    framing: Framing,
    /// The length that the head announces.
    announced: u64,
    /// Where a content that ends before this length is noted.
    short: Rc<Cell<Option<(u64, u64)>>>,
    /// Whether only the first content is read.
    is_first: bool,
}

/// How far the content of a message extends.
enum Framing {
    /// This number of bytes of a chunk.
    Chunk(u64),
    /// This number of bytes, and then perhaps another message.
    Length(u64),
    /// Everything to the end.
    All,
}

struct Head {
    /// For people, such as `HTTP response 200`. It has no URL, because that may contain a secret.
    name: String,
    /// The status of a response.
    status: Option<u16>,
    /// The likely cause if the content is not that of EWS; `None` for a request and a success.
    cause: Option<String>,
    is_chunked: bool,
    length: Option<u64>,
}

impl Framing {
    /// The framing of the content that follows this head.
    fn read(head: &Head, reader: &mut Reader<'_>) -> io::Result<Self> {
        if head.is_chunked {
            let mut line = Vec::new();
            read_line(reader, &mut line)?;
            match chunk_size(&line) {
                Some(0) => {
                    skip_trailers(reader)?;
                    return Ok(Self::Length(0));
                }
                Some(size) => return Ok(Self::Chunk(size)),
                None => put_back(reader, line),
            }
        }
        Ok(head.length.map_or(Self::All, Self::Length))
    }
}

impl Head {
    /// Whether a client expects another response after this one.
    fn is_provisional(&self) -> bool {
        matches!(self.status, Some(100..=199 | 300..=399 | 401 | 407))
    }
}

impl<'r> Contents<'r> {
    fn new(mut reader: Reader<'r>, head: &Head, http: &Http) -> io::Result<Self> {
        Ok(Self {
            framing: Framing::read(head, &mut reader)?,
            reader,
            announced: head.length.unwrap_or_default(),
            short: Rc::clone(&http.short),
            is_first: false,
        })
    }

    /// Reads the first content, or its first megabyte.
    fn read_first(&mut self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.is_first = true;
        self.by_ref().take(1 << 20).read_to_end(&mut content)?;
        self.is_first = false;
        Ok(content)
    }

    /// Reads what is between a chunk and the next one.
    fn next_chunk(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        read_line(&mut self.reader, &mut line)?;
        if line.trim_ascii().is_empty() && !line.is_empty() {
            line.clear();
            read_line(&mut self.reader, &mut line)?;
        }
        if line.is_empty() {
            let reason = "the capture of the HTTP message ends before the last chunk";
            return Err(Error::new(ErrorKind::UnexpectedEof, reason));
        }
        let Some(size) = chunk_size(&line) else {
            let reason = "expected the size of a chunk of the HTTP message";
            return Err(Error::new(ErrorKind::InvalidData, reason));
        };
        self.framing = if size > 0 {
            Framing::Chunk(size)
        } else {
            skip_trailers(&mut self.reader)?;
            Framing::Length(0)
        };
        Ok(())
    }
}

impl Read for Contents<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.framing {
                Framing::All => return self.reader.read(out),
                Framing::Chunk(0) => self.next_chunk()?,
                Framing::Length(0) if self.is_first => return Ok(0),
                Framing::Length(0) => {
                    self.framing = match take_head(&mut self.reader, &mut Vec::new())? {
                        Some(head) => {
                            self.announced = head.length.unwrap_or_default();
                            Framing::read(&head, &mut self.reader)?
                        }
                        None => Framing::All,
                    }
                }
                Framing::Chunk(left) | Framing::Length(left) => {
                    let length = self.reader.by_ref().take(*left).read(out)?;
                    *left -= length as u64;
                    // A content that is shorter than announced was unpacked or edited. Its XML tells whether it is
                    // complete. Between the chunks of a stream only the last chunk does.
                    if length > 0 || out.is_empty() {
                        return Ok(length);
                    }
                    if let Framing::Length(left) = self.framing {
                        self.short
                            .set(Some((self.announced, self.announced - left)));
                    } else {
                        let reason = "the capture of the HTTP message ends inside a chunk";
                        return Err(Error::new(ErrorKind::UnexpectedEof, reason));
                    }
                    return Ok(length);
                }
            }
        }
    }
}

/// The size of a chunk, from a line such as `1F;extension=1`.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let size = str::from_utf8(line).ok()?.split(';').next()?.trim();
    let is_hexadecimal = size.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal
        .then(|| u64::from_str_radix(size, 16).ok())
        .flatten()
}

fn skip_trailers(reader: &mut Reader<'_>) -> io::Result<()> {
    let mut line = Vec::new();
    while read_line(reader, &mut line)? > 0 && !line.trim_ascii().is_empty() {
        line.clear();
    }
    Ok(())
}

/// Takes the head of an HTTP message from the reader. Without a head, the reader still has all bytes.
///
/// A head may follow a head: that of an interim response, or of a response whose content curl leaves out while it
/// authenticates. The last one counts. Adds the names of the others to `skipped`.
fn take_head(reader: &mut Reader<'_>, skipped: &mut Vec<String>) -> io::Result<Option<Head>> {
    let mut last: Option<Head> = None;
    loop {
        let mut bytes = Vec::new();
        match read_head(reader, &mut bytes)? {
            Some(head) => skipped.extend(last.replace(head).map(|head| head.name)),
            None => {
                put_back(reader, bytes);
                return Ok(last);
            }
        }
    }
}

/// Appends the head to `bytes`. If it is not a head, appends what was read.
fn read_head(reader: &mut Reader<'_>, bytes: &mut Vec<u8>) -> io::Result<Option<Head>> {
    const MAX_LENGTH: usize = 64 << 10;
    const MAX_HEADERS: usize = 256;

    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    // Blank lines before a message are allowed. XML is recognized by its first byte.
    while is_blank(bytes) && bytes.len() < MAX_LENGTH {
        let first = first_byte(reader)?;
        if !first.is_some_and(|byte| byte.is_ascii_uppercase() || b"\r\n".contains(&byte)) {
            return Ok(None);
        }
        read_line(reader, bytes)?;
    }
    let Some((name, status)) = message_name(bytes) else {
        return Ok(None);
    };
    let headers_start = bytes.len();
    loop {
        let start = bytes.len();
        if read_line(reader, bytes)? == 0 || bytes.len() > MAX_LENGTH {
            return Ok(None);
        }
        if bytes.get(start..).is_some_and(is_blank) {
            break;
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let lines = bytes.get(headers_start..).unwrap_or_default();
    let Ok(httparse::Status::Complete((_, headers))) = httparse::parse_headers(lines, &mut headers)
    else {
        return Ok(None);
    };
    let values = |name: &'static str| {
        let named = headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.filter_map(|header| str::from_utf8(header.value).ok())
    };
    let value = |name| values(name).next();
    let encoding = value("Transfer-Encoding").unwrap_or_default();
    Ok(Some(Head {
        name,
        status,
        cause: status.and_then(|status| {
            // The rest may contain secrets.
            let schemes = values("WWW-Authenticate").filter_map(|value| value.split(' ').next());
            let location = value("Location").and_then(|url| url.split(['?', '#']).next());
            cause(status, &schemes.collect::<Vec<_>>(), location)
        }),
        is_chunked: encoding.to_ascii_lowercase().contains("chunked"),
        length: value("Content-Length").and_then(|length| length.trim().parse().ok()),
    }))
}

/// Why a response with this status has no EWS content; `None` for a success.
fn cause(status: u16, schemes: &[&str], location: Option<&str>) -> Option<String> {
    let cause = match status {
        200..=299 => return None,
        300..=399 => format!(
            "redirected{} (HTTP {status}): the URL is not that of EWS, or a proxy demands a sign-in",
            location.map(|url| format!(" to {url}")).unwrap_or_default()
        ),
        401 => {
            let schemes = match schemes {
                [] => String::new(),
                schemes => format!(", WWW-Authenticate: {}", schemes.join(", ")),
            };
            format!(
                "the server refused the sign-in (HTTP 401{schemes}): check user, password and the \
                 authentication methods of the EWS virtual directory"
            )
        }
        503 => "HTTP 503: the EWS application pool or the load balancer has no working server"
            .to_owned(),
        _ => format!("HTTP status {status}"),
    };
    Some(printable(&cause))
}

/// The name of a message with this start line, and its status: `HTTP/1.1 200 OK` or `POST /path HTTP/1.1`.
fn message_name(line: &[u8]) -> Option<(String, Option<u16>)> {
    let line = str::from_utf8(line).ok()?.trim();
    let mut words = line.split(' ');
    let (first, second, last) = (words.next()?, words.next()?, line.rsplit(' ').next()?);
    let is_status = second.len() == 3 && second.bytes().all(|byte| byte.is_ascii_digit());
    if first.starts_with("HTTP/") && is_status {
        return Some((format!("HTTP response {second}"), second.parse().ok()));
    }
    let is_method = first.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_method && last.starts_with("HTTP/")).then(|| ("HTTP request".to_owned(), None))
}

/// Appends a line with its end, or its first 64 KiB. Returns how many bytes.
fn read_line(reader: &mut Reader<'_>, bytes: &mut Vec<u8>) -> io::Result<usize> {
    reader.by_ref().take(64 << 10).read_until(b'\n', bytes)
}
