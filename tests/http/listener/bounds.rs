//! Clients that stall, trickle and crowd. Deadlines are short here, and upper bounds on time are long: a busy machine
//! makes no test fail.

use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::example::Bounds;
use super::{OK, Tested, numbered, numbers, push};
use ews_notifications::Limits;

/// Longer than any test takes, and shorter than hyper's own deadline for a head.
const LONG: Duration = Duration::from_secs(20);

/// The deadline that a test is about. The others are [`LONG`].
const BRIEF: Duration = Duration::from_millis(200);

const BOUNDS: Bounds = Bounds {
    connections: 100,
    head_time: LONG,
    body_time: LONG,
    body_bytes: 4 * Limits::BODY_BYTES,
};

async fn listener(bounds: Bounds) -> Tested {
    Tested::bounded(&[], &[], bounds).await
}

fn head(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n{fields}\r\n\r\n")
}

fn head_of_length(length: impl core::fmt::Display) -> String {
    head(&format!("Content-Length: {length}"))
}

/// A connection to the listener, with these bytes written.
async fn connect(tested: &Tested, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(tested.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// The status that the listener answers before it closes the connection. None without an answer.
async fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut answer = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut answer)).await;
    // A reset after the answer is as good an end as any.
    let _ = read.expect("the listener keeps the connection");
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.strip_prefix("HTTP/1.1 ")?;
    Some(status[..3].parse().unwrap())
}

/// Writes `piece` again and again until the listener answers or closes.
async fn trickle(stream: TcpStream, piece: &str) -> Option<u16> {
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        while writer.write_all(piece.as_bytes()).await.is_ok() {
            sleep(BRIEF / 20).await;
        }
        core::future::pending::<()>().await;
    };
    let mut answer = [0; 12];
    let read = reader.read_exact(&mut answer);
    tokio::select! {
        read = timeout(LONG, read) => {
            read.expect("the listener keeps the connection").ok()?;
            Some(str::from_utf8(&answer[9..]).unwrap().parse().unwrap())
        }
        () = write => None,
    }
}

#[tokio::test]
async fn a_head_that_takes_too_long_ends_the_connection() {
    let bounds = Bounds {
        head_time: BRIEF,
        ..BOUNDS
    };
    let tested = listener(bounds).await;
    for start in ["", "POST / HTTP/1.1\r\nHost: a"] {
        let started = Instant::now();
        let mut stream = connect(&tested, start).await;
        assert_ne!(status(&mut stream).await, Some(200));
        assert!(started.elapsed() >= BRIEF, "{start}");
        let stream = connect(&tested, &format!("{start}\r\nX: ")).await;
        assert_ne!(trickle(stream, "x").await, Some(200));
    }
    tested.expect(&numbered(1), OK).await;
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_refused() {
    let tested = listener(BOUNDS).await;
    let stream = connect(&tested, "POST / HTTP/1.1\r\nHost: a\r\nX: ").await;
    assert_eq!(trickle(stream, &"x".repeat(5_000)).await, Some(431));
}

/// Each read arrives in time. The deadline is for the whole body.
#[tokio::test]
async fn a_body_that_takes_too_long_is_answered_with_408() {
    let bounds = Bounds {
        body_time: BRIEF,
        ..BOUNDS
    };
    let tested = listener(bounds).await;
    for (head, piece) in [
        (head_of_length(Limits::BODY_BYTES), "<"),
        (head("Transfer-Encoding: chunked"), "1\r\n<\r\n"),
    ] {
        let started = Instant::now();
        let mut stalled = connect(&tested, &format!("{head}{piece}")).await;
        assert_eq!(status(&mut stalled).await, Some(408));
        assert!(started.elapsed() >= BRIEF);
        let trickled = connect(&tested, &head).await;
        assert_eq!(trickle(trickled, piece).await, Some(408));
    }
    tested.expect(&numbered(1), OK).await;
    assert_eq!(tested.stored(), numbers(1));
}

/// Clients on .NET ask before they send a body.
#[tokio::test]
async fn a_client_that_expects_100_continue_is_told_to_go_on() {
    let tested = listener(BOUNDS).await;
    let body = numbered(1);
    let fields = format!("Expect: 100-continue\r\nContent-Length: {}", body.len());
    let mut stream = connect(&tested, &head(&fields)).await;
    let mut answer = [0; 25];
    let read = timeout(LONG, stream.read_exact(&mut answer)).await;
    read.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(status(&mut stream).await, Some(200));
    // A body that is too long is not asked for.
    let fields = format!(
        "Expect: 100-continue\r\nContent-Length: {}",
        Limits::BODY_BYTES + 1
    );
    let mut stream = connect(&tested, &head(&fields)).await;
    assert_eq!(status(&mut stream).await, Some(413));
}

#[tokio::test]
async fn a_connection_carries_one_request() {
    let tested = listener(BOUNDS).await;
    let body = numbered(1);
    let request = head_of_length(body.len()) + &body;
    let mut stream = connect(&tested, &format!("{request}{}", head_of_length(9))).await;
    assert_eq!(status(&mut stream).await, Some(200));
    assert_eq!(tested.stored(), numbers(1));
}

#[tokio::test]
async fn a_giant_content_length_is_refused_before_the_body_arrives() {
    let tested = listener(BOUNDS).await;
    for length in [Limits::BODY_BYTES as u64 + 1, 1 << 40, u64::MAX / 2] {
        let mut stream = connect(&tested, &head_of_length(length)).await;
        assert_eq!(status(&mut stream).await, Some(413), "{length}");
    }
    // More than hyper takes.
    for length in [u64::MAX.to_string(), format!("{}0", u64::MAX)] {
        let mut stream = connect(&tested, &head_of_length(&length)).await;
        assert!(
            matches!(status(&mut stream).await, Some(400..500)),
            "{length}"
        );
    }
}

#[tokio::test]
async fn a_chunked_body_that_grows_too_long_is_refused() {
    let tested = listener(BOUNDS).await;
    let stream = connect(&tested, &head("Transfer-Encoding: chunked")).await;
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
    assert_eq!(trickle(stream, &chunk).await, Some(413));
}

#[tokio::test]
async fn a_push_in_chunks_of_a_byte_is_stored() {
    let tested = listener(BOUNDS).await;
    let body = numbered(1);
    let chunks = body
        .bytes()
        .map(|byte| format!("1\r\n{}\r\n", char::from(byte)));
    let chunks: String = chunks.collect();
    let request = head("Transfer-Encoding: chunked") + &chunks + "0\r\n\r\n";
    let mut stream = connect(&tested, &request).await;
    assert_eq!(status(&mut stream).await, Some(200));
    assert_eq!(
        tested.store.records(),
        super::example::encode_record(body.as_bytes())
    );
}

#[tokio::test]
async fn memory_is_taken_by_what_arrives_and_not_by_content_length() {
    let bounds = Bounds {
        body_bytes: 10_000,
        ..BOUNDS
    };
    let tested = listener(bounds).await;
    let announced = head_of_length(Limits::BODY_BYTES);
    let mut stalled = Vec::new();
    for _ in 0..50 {
        stalled.push(connect(&tested, &format!("{announced}<")).await);
    }
    tested.expect(&numbered(1), OK).await;
    // Bytes that have arrived leave no memory for a push. If a push took it first, the next ones take it.
    let full = format!("{announced}{}", " ".repeat(9_000));
    let fill = async {
        while tested.status(numbered(2).as_bytes()).await != 503 {
            stalled.push(connect(&tested, &full).await);
        }
    };
    timeout(LONG, fill).await.unwrap();
    drop(stalled);
    timeout(LONG, tested.post(&numbered(2))).await.unwrap();
    assert_eq!(tested.stored(), numbers(2));
}

#[tokio::test]
async fn bodies_in_the_queue_count_as_bodies_in_flight() {
    let body = numbered(1);
    let bounds = Bounds {
        body_bytes: 2 * body.len(),
        ..BOUNDS
    };
    let tested = listener(bounds).await;
    tested.store.set(|state| state.is_blocked = true);
    let first = tested.send("text/xml", body.as_bytes()).await;
    tested.store.begun(1).await;
    // Its client gives up. The push stays, and the next one has half of the memory.
    drop(first);
    let long = push("A", "0", &"1".repeat(body.len()));
    assert_eq!(tested.status(long.as_bytes()).await, 503);
    tested.store.set(|state| state.is_blocked = false);
    timeout(LONG, tested.post(&body)).await.unwrap();
    assert_eq!(tested.stored(), numbers(1));
}

/// 180 of them are open at a time. The listener serves 100, and the others wait in the backlog, which has room for 128.
#[tokio::test]
async fn a_thousand_idle_connections_do_not_keep_a_push_away() {
    let bounds = Bounds {
        head_time: BRIEF / 2,
        ..BOUNDS
    };
    let tested = listener(bounds).await;
    let started = Instant::now();
    let (open, mut idle) = (Arc::new(Semaphore::new(180)), JoinSet::new());
    for _ in 0..1_000 {
        let (open, address) = (open.clone(), tested.address);
        idle.spawn(async move {
            let _permit = open.acquire().await.unwrap();
            let mut stream = TcpStream::connect(address).await.unwrap();
            assert_ne!(status(&mut stream).await, Some(200));
        });
    }
    for at in 1..=3 {
        tested.expect(&numbered(at), OK).await;
    }
    timeout(LONG, idle.join_all()).await.unwrap();
    // Each has had its time, in ten rounds.
    assert!(started.elapsed() >= 10 * bounds.head_time);
    tested.expect(&numbered(4), OK).await;
    assert_eq!(tested.stored(), numbers(4));
}
