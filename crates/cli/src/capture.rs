//! Removes what a capture has around a body: gzip, and the heads and chunk sizes of HTTP messages.
//!
//! It waits for no byte that it does not need, so it reads live streams as well as files. Uses no other module.

use core::mem;
use std::io::{self, BufRead, BufReader, Cursor, Error, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

type Reader<'r> = Box<dyn BufRead + 'r>;

/// The bytes inside a capture.
pub(crate) struct Unwrapped<'r> {
    pub(crate) reader: Reader<'r>,
    /// The removed layers, from the outside to the inside: `gzip`, or such as `HTTP response 200, chunked`.
    layers: Vec<String>,
}

impl Unwrapped<'_> {
    /// A report of what was removed, if anything.
    pub(crate) fn note(&self, file: &str) -> Option<String> {
        let layers = self.layers.join(", ");
        (!layers.is_empty()).then(|| format!("{file}: unwrapped from {layers}"))
    }
}

/// The most layers that are removed. A gzip file can contain itself.
const MAX_LAYERS: usize = 4;

/// Removes all layers. Waits for the first bytes, because they tell which layer it is.
pub(crate) fn unwrap(mut reader: Reader<'_>) -> io::Result<Unwrapped<'_>> {
    let mut layers = Vec::new();
    while layers.len() < MAX_LAYERS {
        if is_gzip(&mut reader)? {
            reader = Box::new(BufReader::new(Gzip::new(reader)));
            layers.push("gzip".to_owned());
        } else if let Some(head) = take_head(&mut reader)? {
            let framing = Framing::read(&head, &mut reader)?;
            let chunked = matches!(framing, Framing::Chunk(_));
            layers.push(head.name + if chunked { ", chunked" } else { "" });
            reader = Box::new(BufReader::new(Contents { reader, framing }));
        } else {
            break;
        }
    }
    Ok(Unwrapped { reader, layers })
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

impl Contents<'_> {
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
                Framing::Length(0) => {
                    self.framing = match take_head(&mut self.reader)? {
                        Some(head) => Framing::read(&head, &mut self.reader)?,
                        None => Framing::All,
                    }
                }
                Framing::Chunk(left) | Framing::Length(left) => {
                    let length = self.reader.by_ref().take(*left).read(out)?;
                    *left -= length as u64;
                    // A content that is shorter than announced was unpacked or edited. Its XML tells whether it is
                    // complete. Between the chunks of a stream only the last chunk does.
                    if length == 0 && !out.is_empty() && matches!(self.framing, Framing::Chunk(_)) {
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
/// authenticates. The last one counts.
fn take_head(reader: &mut Reader<'_>) -> io::Result<Option<Head>> {
    let mut last = None;
    loop {
        let mut bytes = Vec::new();
        match read_head(reader, &mut bytes)? {
            Some(head) => last = Some(head),
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
    let Some(name) = message_name(bytes) else {
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
    let value = |name: &str| {
        let mut named = headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name));
        named
            .next()
            .and_then(|header| str::from_utf8(header.value).ok())
    };
    let encoding = value("Transfer-Encoding").unwrap_or_default();
    Ok(Some(Head {
        name,
        is_chunked: encoding.to_ascii_lowercase().contains("chunked"),
        length: value("Content-Length").and_then(|length| length.trim().parse().ok()),
    }))
}

/// The name of a message with this start line: `HTTP/1.1 200 OK` or `POST /path HTTP/1.1`.
fn message_name(line: &[u8]) -> Option<String> {
    let line = str::from_utf8(line).ok()?.trim();
    let mut words = line.split(' ');
    let (first, second, last) = (words.next()?, words.next()?, line.rsplit(' ').next()?);
    let is_status = second.len() == 3 && second.bytes().all(|byte| byte.is_ascii_digit());
    if first.starts_with("HTTP/") && is_status {
        return Some(format!("HTTP response {second}"));
    }
    let is_method = first.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_method && last.starts_with("HTTP/")).then(|| "HTTP request".to_owned())
}

/// Appends a line with its end, or its first 64 KiB. Returns how many bytes.
fn read_line(reader: &mut Reader<'_>, bytes: &mut Vec<u8>) -> io::Result<usize> {
    reader.by_ref().take(64 << 10).read_until(b'\n', bytes)
}
