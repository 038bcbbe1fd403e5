//! Bodies inside gzip and HTTP messages.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::{
    NEW_MAIL, Run, UNREAD, command, connection, ewsn, folder, notification, push, rows, run, values,
};

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn response(headers: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n{headers}\r\n");
    [head.as_bytes(), content.as_ref()].concat()
}

/// The content in chunks of this length.
fn chunked(content: impl AsRef<[u8]>, length: usize) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in content.as_ref().chunks(length) {
        write!(chunks, "{:X};name=\"value\"\r\n", chunk.len()).unwrap();
        chunks.extend([chunk, b"\r\n"].concat());
    }
    [&*chunks, LAST_CHUNK.as_bytes()].concat()
}

const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";
const LAST_CHUNK: &str = "0\r\nTrailer: 1\r\n\r\n";

/// Inspects one file with this content, named `a`.
fn inspect(content: impl AsRef<[u8]>, options: &[&str]) -> Run {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a"), content).unwrap();
    ewsn(&folder, &[&["--json", "a"], options].concat())
}

#[test]
fn unwraps_gzip_and_http() {
    let body = push(NEW_MAIL);
    let length = format!("Content-Length: {}\r\n", body.len());
    let request = format!("POST /secret HTTP/1.1\r\nHost: a\r\n{length}\r\n{body}");
    let after = |head: &str| [head.as_bytes(), &response(&length, &body)].concat();
    let length_of_gzip = format!("Content-Length: {}\r\n", gzip(&body).len());
    let (start, end) = body.split_at(100);
    let content = body.as_bytes();
    for (capture, layers) in [
        (gzip(&body), "gzip"),
        ([gzip(start), gzip(end)].concat(), "gzip"),
        (gzip(gzip(&body)), "gzip, gzip"),
        (request.into_bytes(), "HTTP request"),
        (response("", &body), "HTTP response 200"),
        (response(&length, &body), "HTTP response 200"),
        (
            response(CHUNKED, chunked(&body, 7)),
            "HTTP response 200, chunked",
        ),
        (
            response(CHUNKED, chunked(gzip(&body), 50)),
            "HTTP response 200, chunked, gzip",
        ),
        (
            gzip(response(&length_of_gzip, gzip(&body))),
            "gzip, HTTP response 200, gzip",
        ),
        (
            after("HTTP/1.1 100 Continue\r\n\r\n"),
            "HTTP response 200; skipped before it: HTTP response 100",
        ),
        // As curl writes it with --include and --ntlm.
        (
            after("HTTP/1.1 401 Unauthorized\r\nContent-Length: 1293\r\n\r\n"),
            "HTTP response 200; skipped before it: HTTP response 401",
        ),
        // curl removes chunk sizes and gzip, but keeps the headers.
        (response(CHUNKED, &body), "HTTP response 200"),
        (
            response("Content-Encoding: gzip\r\nContent-Length: 20\r\n", &body),
            "HTTP response 200",
        ),
        (
            response("Content-Length: 90000\r\n", &body),
            "HTTP response 200",
        ),
        (
            [b"HTTP/2 200 \r\nserver: a\r\n\r\n", content].concat(),
            "HTTP response 200",
        ),
        // An editor has changed the ends of lines.
        (
            [b"HTTP/1.1 200 OK\nServer: a\n\n", content].concat(),
            "HTTP response 200",
        ),
    ] {
        let run = inspect(&capture, &[]);
        assert_eq!(run.stderr, format!("a: unwrapped from {layers}\n"));
        assert_eq!(values(&run, "/event/kind"), ["NewMailEvent"]);
        assert_eq!(run.status, 0);
    }
}

#[test]
fn reads_the_messages_of_a_connection_one_after_the_other() {
    let bodies = [push(NEW_MAIL), push(UNREAD), connection("OK")];
    let length = |body: &str| format!("Content-Length: {}\r\n", body.len());
    let each = |message: &dyn Fn(&String) -> Vec<u8>| bodies.iter().flat_map(message).collect();
    let captures: [Vec<u8>; 3] = [
        each(&|body| response(&length(body), body)),
        each(&|body| response(CHUNKED, chunked(body, 900))),
        each(&|body| response(CHUNKED, chunked(gzip(body), 90))),
    ];
    for capture in captures {
        let run = inspect(capture, &[]);
        assert_eq!(values(&run, "/envelope"), ["1", "2", "3"]);
        // Offsets are those in the contents.
        assert_eq!(values(&run, "/offset")[1], bodies[0].len().to_string());
        assert_eq!(run.status, 0);
    }
}

/// A sign-in or a redirection takes several responses in one capture.
#[test]
fn a_response_that_another_one_follows_is_skipped_with_its_content() {
    let body = push(NEW_MAIL);
    let (empty, page) = ("Content-Length: 0\r\n\r\n", "<html>not closed");
    let page = format!("Content-Length: {}\r\n\r\n{page}", page.len());
    let chunks = [CHUNKED.as_bytes(), b"\r\n", &chunked("<html>", 2)].concat();
    for (status, content) in [
        (100, empty.as_bytes()),
        (302, page.as_bytes()),
        (401, &chunks),
        (407, page.as_bytes()),
    ] {
        let first = [
            format!("HTTP/1.1 401 Unauthorized\r\n{empty}HTTP/1.1 {status} A\r\n").as_bytes(),
            content,
        ]
        .concat();
        let run = inspect([&*first, &response("", &body)].concat(), &[]);
        let expected = format!(
            "a: unwrapped from HTTP response 200; skipped before it: HTTP response 401, \
             HTTP response {status}\n"
        );
        assert_eq!((&*run.stderr, run.status), (&*expected, 0));
        assert_eq!(values(&run, "/event/kind"), ["NewMailEvent"]);
    }
}

/// No byte of a capture is dropped without a reason.
#[test]
fn a_content_of_another_status_is_not_skipped() {
    let failed = "HTTP/1.1 500 Error\r\nContent-Length: 5\r\n\r\nabcde";
    let capture = [failed.as_bytes(), &response("", push(NEW_MAIL))].concat();
    let run = inspect(capture, &[]);
    assert_eq!(values(&run, "/error/code"), ["text_outside_root"]);
    let unwrapped = "a: unwrapped from HTTP response 500\n";
    assert!(run.stderr.starts_with(unwrapped), "{}", run.stderr);
    let hint = "\nhint: HTTP status 500\n";
    assert!(run.stderr.contains(hint), "{}", run.stderr);
}

#[test]
fn the_status_of_a_response_without_ews_content_is_the_likely_cause() {
    for (head, cause) in [
        (
            "401 Unauthorized\r\nWWW-Authenticate: NTLM secret==\r\nwww-authenticate: Negotiate",
            "the server refused the sign-in (HTTP 401, WWW-Authenticate: NTLM, Negotiate): check user, password \
             and the authentication methods of the EWS virtual directory",
        ),
        (
            "302 Found\r\nLocation: https://h/owa/auth?secret",
            "redirected to https://h/owa/auth (HTTP 302): the URL is not that of EWS, or a proxy demands a sign-in",
        ),
        (
            "503 Service Unavailable",
            "HTTP 503: the EWS application pool or the load balancer has no working server",
        ),
        ("418 A", "HTTP status 418"),
    ] {
        for page in ["", "<html><p></html>"] {
            let length = page.len();
            let capture = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{page}");
            let inspected = inspect(&capture, &[]);
            assert_eq!(values(&inspected, "/error/hint"), [cause]);
            assert_eq!(inspected.status, 1);
            let command = command(std::path::Path::new("."), &["follow"]);
            let followed = run(command, capture.as_bytes());
            let hint = format!("\nhint: {cause}\n");
            assert!(followed.stderr.contains(&hint), "{}", followed.stderr);
            for text in ["secret", "may have been lost"] {
                assert!(!followed.stderr.contains(text), "{}", followed.stderr);
            }
            assert_eq!(followed.status, 1);
        }
    }
    // The status of a fault is 500, and the fault says more.
    let fault = crate::envelope("").replace("<m:SendNotification>", "<m:SendNotification >");
    let run = inspect(format!("HTTP/1.1 500 Error\r\n\r\n{fault}"), &[]);
    assert_eq!(run.stderr, "a: unwrapped from HTTP response 500\n");
}

#[test]
fn a_content_shorter_than_announced_is_the_likely_cause() {
    let body = &push(NEW_MAIL)[..600];
    let run = inspect(response("Content-Length: 9999\r\n", body), &[]);
    let hint = "the head announces 9,999 bytes, 600 arrived";
    assert_eq!(values(&run, "/error/hint"), [hint]);
}

#[test]
fn shows_the_envelopes_before_the_end_of_a_damaged_capture() {
    let stream = [
        connection("OK"),
        notification(NEW_MAIL),
        notification(UNREAD),
    ];
    let stream = stream.concat();
    let (packed, chunks) = (gzip(&stream), chunked(&stream, 400));
    let last = chunks.len() - LAST_CHUNK.len();
    for (capture, message) in [
        (
            response(CHUNKED, &chunks[..last - 30]),
            "the capture of the HTTP message ends inside a chunk",
        ),
        (
            response(CHUNKED, &chunks[..last]),
            "the capture of the HTTP message ends before the last chunk",
        ),
        (
            packed[..packed.len() - 4].to_vec(),
            "the gzip data ends early",
        ),
        ([&packed, &b"no header of gzip"[..]].concat(), "gzip: "),
    ] {
        let run = inspect(capture, &[]);
        assert_eq!(values(&run, "/connection_status")[0], "OK", "{message}");
        let failure = rows(&run).pop().unwrap();
        assert_eq!(failure["error"]["code"], "io");
        let found = failure["error"]["message"].as_str().unwrap();
        assert!(found.starts_with(message), "{found}");
        assert!(run.stderr.contains(&format!("a: {found}\n")), "{found}");
        let hint = failure["error"]["hint"].as_str().unwrap_or_default();
        assert_eq!(hint.contains("cut off"), !found.starts_with("gzip: "));
        assert_eq!(run.status, 1);
    }
}

/// Its checksum may be wrong, so nothing of it is certain.
#[test]
fn shows_nothing_of_a_body_in_a_damaged_capture() {
    let mut packed = gzip(push(NEW_MAIL));
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let run = inspect(&packed, &[]);
    assert_eq!(values(&run, "/error/code"), ["io"]);
    let run = inspect(&packed, &["--partial"]);
    assert_eq!(values(&run, "/partial"), ["true", "false"]);
    assert_eq!(rows(&run)[0]["event"]["kind"], "NewMailEvent");
    assert_eq!(run.status, 1);
}

#[test]
fn a_chunk_size_that_is_no_number_is_an_error() {
    let chunks = String::from_utf8(chunked(push(NEW_MAIL), 200)).unwrap();
    let second = chunks.match_indices("C8;").nth(1).unwrap().0;
    for size in ["Z8;", "", "FFFFFFFFFFFFFFFFF"] {
        let broken = [&chunks[..second], size, "\r\n", &chunks[second + 3..]].concat();
        let run = inspect(response(CHUNKED, broken), &[]);
        let message = "expected the size of a chunk of the HTTP message";
        assert_eq!(values(&run, "/error/message"), [message]);
    }
}

#[test]
fn gzip_does_not_evade_the_limits() {
    let spaces = gzip(gzip(vec![b' '; 17 << 20]));
    assert!(spaces.len() < 1_000);
    let run = inspect(spaces, &[]);
    assert_eq!(values(&run, "/error/code"), ["body_limit"]);
    assert_eq!(run.status, 1);
}

#[test]
fn what_only_looks_like_a_capture_is_a_body() {
    let long = "a".repeat(70_000);
    for (body, offset) in [
        ("\x1f", 0),
        ("\x1fHTTP/1.1 200 OK\r\n\r\n", 0),
        ("POST", 0),
        ("HTTP/1.1 200 OK\r\nA: b", 0),
        ("HTTP/1.1 200 OK\r\nno header\r\n\r\n", 0),
        (&*format!("HTTP/1.1 200 OK\r\nA: {long}\r\n\r\n<a/>"), 0),
        ("Dear HTTP/1.1\r\n\r\n", 0),
        ("\r\n\r\n<a/>", 5),
    ] {
        let run = inspect(body, &[]);
        assert!(!run.stderr.contains("unwrapped"), "{}", run.stderr);
        // The bytes in which a head was looked for are still there.
        assert_eq!(values(&run, "/error/offset"), [offset.to_string()]);
    }
}

#[test]
fn standard_input_may_be_a_capture() {
    let folder = folder([]);
    let run = run(command(folder.path(), &["--json"]), &gzip(push(NEW_MAIL)));
    assert_eq!(values(&run, "/event/kind"), ["NewMailEvent"]);
    assert_eq!(run.stderr, "stdin: unwrapped from gzip\n");
}
