//! Bodies of a hundred megabytes are read in linear time without limits, and refused unread with them. Streams of that
//! length are framed from the shortest chunks.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

use core::time::Duration;
use std::time::Instant;

use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{Config, ErrorKind, Limits, Parser};

#[test]
#[ignore = "takes a release build and a gigabyte of memory"]
fn a_hundred_megabytes_of_events() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/push/mail.xml");
    let body = std::fs::read_to_string(fixture).unwrap();
    let start = body.find("<t:CreatedEvent>").unwrap();
    let end = body.find("</m:Notification>").unwrap();
    let times = 100_000_000 / (end - start);
    let body = [
        &body[..start],
        &body[start..end].repeat(times),
        &body[end..],
    ]
    .concat();

    let clock = Instant::now();
    let error = Parser::new().parse(body.as_bytes()).unwrap_err();
    let refused = clock.elapsed();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::BodyLimit, 0));
    assert!(refused < Duration::from_millis(1), "{refused:?}");

    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut parser = Parser::with_config(config);
    let clock = Instant::now();
    let message = parser.parse(body.as_bytes()).unwrap();
    let read = clock.elapsed();
    assert_eq!(
        message.responses[0].notifications[0].events.len(),
        3 * times
    );
    eprintln!(
        "{} bytes refused in {refused:?}, read in {read:?}",
        body.len()
    );
    assert!(read < Duration::from_secs(2), "{read:?}");
}

/// Shapes that would take minutes if any step were quadratic.
#[test]
#[ignore = "takes a release build"]
fn hostile_shapes_take_linear_time() {
    const N: usize = 200_000;
    let each = |unit: &dyn Fn(usize) -> String| (0..N).map(unit).collect::<String>();
    let nested = |start: &dyn Fn(usize) -> String, end: &dyn Fn(usize) -> String| {
        each(start) + &(0..N).rev().map(end).collect::<String>()
    };
    let declared = each(&|at| format!(" xmlns:p{at}='u{at}'"));
    let shapes = [
        (
            "attributes",
            format!("<a{}/>", each(&|at| format!(" a{at}=''"))),
        ),
        ("declarations", format!("<a{declared}/>")),
        (
            "both",
            format!("<a{declared}{}/>", each(&|at| format!(" p{at}:a=''"))),
        ),
        ("depth", nested(&|_| "<a>".into(), &|_| "</a>".into())),
        (
            "nested declarations",
            nested(&|at| format!("<p{at}:a xmlns:p{at}='u'>"), &|at| {
                format!("</p{at}:a>")
            }),
        ),
        (
            "prefixed children",
            format!("<a{declared}>{}</a>", each(&|at| format!("<p{at}:b/>"))),
        ),
        ("references", format!("<a>{}</a>", "&amp;".repeat(N))),
        ("brackets", format!("<a>{}</a>", "]".repeat(10 * N))),
        ("pieces", format!("<a>{}</a>", "<![CDATA[]]>x".repeat(N))),
        ("comments", format!("<a>{}</a>", "<!-- - -->".repeat(N))),
        ("an open comment", format!("<a><!--{}", "- ".repeat(10 * N))),
        (
            "an open section",
            format!("<a><![CDATA[{}", "]]".repeat(10 * N)),
        ),
        ("open sections", format!("<a>{}", "<![CDATA[".repeat(N))),
        ("an open value", format!("<a b='{}", "&lt;".repeat(N))),
        ("ampersands", format!("<a>{}", "&".repeat(10 * N))),
    ];
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut buffers = Buffers::default();
    for (shape, body) in shapes {
        let clock = Instant::now();
        let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &config).unwrap();
        while let Ok(Some(_)) = tokens.next() {}
        let time = clock.elapsed();
        eprintln!("{shape}: {} bytes in {time:?}", body.len());
        assert!(time < Duration::from_secs(1), "{shape}: {time:?}");
    }
}

/// Envelopes of about this many bytes, and their number.
type Stream = fn(usize) -> (Vec<u8>, usize);

fn one_envelope(bytes: usize) -> (Vec<u8>, usize) {
    let unit = r#"<a b="c/>">text</a> "#;
    let envelope = format!("<a>{}</a>", unit.repeat(bytes / unit.len() - 1));
    (envelope.into_bytes(), 1)
}

fn heartbeats(bytes: usize) -> (Vec<u8>, usize) {
    let heartbeat = include_str!("data/stream/heartbeat.xml");
    let count = bytes / heartbeat.len();
    (heartbeat.repeat(count).into_bytes(), count)
}

/// The shortest chunks.
#[test]
#[ignore = "takes a release build"]
fn a_stream_that_comes_byte_by_byte_is_framed_in_linear_time() {
    const LARGE: usize = 64_000_000;
    let mut config = Config::default();
    config.limits.body_bytes = LARGE;
    let frame = |(stream, count): &(Vec<u8>, usize)| {
        let clock = Instant::now();
        let mut framer = Framer::with_config(config);
        let mut envelopes = 0;
        for mut byte in stream.chunks(1) {
            envelopes += usize::from(framer.next(&mut byte).unwrap().is_some());
        }
        framer.finish().unwrap();
        assert_eq!(envelopes, *count);
        clock.elapsed()
    };
    let streams: [(_, Stream); 2] = [("one envelope", one_envelope), ("heartbeats", heartbeats)];
    for (name, stream) in streams {
        let [quarter, whole] = [LARGE / 4, LARGE].map(|bytes| {
            let stream = stream(bytes);
            // The best time. The others include other work of the machine.
            [(); 3].map(|()| frame(&stream)).into_iter().min().unwrap()
        });
        eprintln!(
            "{name}: {} bytes in {quarter:?}, {LARGE} in {whole:?}",
            LARGE / 4
        );
        assert!(whole < Duration::from_secs(10), "{name}: {whole:?}");
        assert!(whole < 8 * quarter, "{name}: {quarter:?}, {whole:?}");
    }
}
