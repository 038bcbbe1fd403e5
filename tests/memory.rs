//! What parsing allocates, counted by a global allocator.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]
#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

mod support;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::{iter, slice};
use std::alloc::System;
use std::env;

#[cfg(feature = "codec")]
use core::task::{Context, Poll, Waker};
#[cfg(feature = "codec")]
use std::collections::VecDeque;

#[cfg(feature = "codec")]
use ews_notifications::frame::EnvelopeDecoder;
use ews_notifications::frame::Framer;
use ews_notifications::xml::{Buffers, Tokenizer};
use ews_notifications::{
    Config, Continuity, Delivery, Error, ErrorKind, Event, Limits, Message, Notification, Parser,
    Response, SubscriptionId, SubscriptionState,
};
#[cfg(feature = "codec")]
use futures_util::StreamExt as _;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};
use support::choices::Choices;
use support::history::Sent;
use support::{dialect, expensive, fixtures};
#[cfg(feature = "codec")]
use tokio_util::codec::FramedRead;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with counts for each thread.
struct Counting;

impl Counting {
    fn note(allocations: usize, taken: usize, given: usize) {
        ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
        let held = (HELD.get() + taken).saturating_sub(given);
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
    }
}

// SAFETY: every call is passed on to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(1, layout.size(), 0);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::note(0, 0, layout.size());
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The number of allocations while `run` runs.
fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

/// The most heap memory held at once while `run` runs, beyond that held before.
fn peak(run: impl FnOnce()) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    run();
    PEAK.get() - before
}

/// Bytes for [`Choices`].
fn random(seed: u64) -> Vec<u8> {
    let mut random = Pcg64::seed_from_u64(seed);
    (0..400).map(|_| random.next_u32() as u8).collect()
}

fn read(parser: &mut Parser, body: &[u8]) -> Result<(), Error> {
    parser.parse_partial(body).error.map_or(Ok(()), Err)
}

#[test]
fn the_allocator_counts() {
    assert_eq!(allocations(|| drop(vec![0_u8; 10])), 1);
    assert!(peak(|| drop(vec![0_u8; 1000])) >= 1000);
}

#[test]
fn a_warm_parser_allocates_nothing() {
    let choices = (0..200_u32).map(|seed| {
        let bytes = (0..600_u32).map(|at| (seed * 7919 + at * at * 31 + at) % 251);
        dialect::body(&bytes.map(|byte| byte as u8).collect::<Vec<_>>())
            .0
            .into_bytes()
    });
    let accepted = fixtures::accepted().into_iter().map(|fixture| fixture.body);
    let refused = fixtures::refused().into_iter().map(|fixture| fixture.body);
    let tiny = ["<t:X/>", "<t:StatusEvent/>"].map(|event| many(event, 10_000));
    let expensive = (0..60).map(|seed| expensive::body(&mut Choices::new(&random(seed))));
    let expensive = expensive.filter(|body| body.len() < 100_000);
    let bodies = accepted.chain(refused).chain(choices).chain(tiny);
    for body in bodies.chain(expensive) {
        let mut parser = Parser::new();
        for _ in 0..3 {
            let _ = parser.parse(&body);
            let _ = read(&mut parser, &body);
        }
        let warm = allocations(|| {
            for _ in 0..70 {
                let _ = parser.parse(&body);
                let _ = read(&mut parser, &body);
            }
        });
        let start = &body[..body.len().min(5_000)];
        assert_eq!(warm, 0, "{}", String::from_utf8_lossy(start));
    }
}

/// The body of this fixture.
fn accepted(name: &str) -> Vec<u8> {
    let mut fixtures = fixtures::accepted().into_iter();
    let one = fixtures.find(|fixture| fixture.path.ends_with(name));
    one.unwrap().body
}

/// A push with one response of this content.
fn push(response: &str) -> Vec<u8> {
    let messages = "http://schemas.microsoft.com/exchange/services/2006/messages";
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    let body = format!(
        "<m:SendNotification xmlns:m='{messages}' xmlns:t='{types}'><m:ResponseMessages>\
         <m:SendNotificationResponseMessage>{response}</m:SendNotificationResponseMessage>\
         </m:ResponseMessages></m:SendNotification>"
    );
    body.into_bytes()
}

/// A push with so many of these events.
fn many(event: &str, times: usize) -> Vec<u8> {
    let events = event.repeat(times);
    push(&format!(
        "<m:Notification><t:SubscriptionId>a</t:SubscriptionId>{events}</m:Notification>"
    ))
}

/// Events of about `bytes` bytes.
fn giant(bytes: usize) -> Vec<u8> {
    let every = accepted("push/every-kind.xml");
    let body = str::from_utf8(&every).unwrap();
    let start = body.find("<t:StatusEvent>").unwrap();
    let end = body.find("</m:Notification>").unwrap();
    let events = body[start..end].repeat(bytes / (end - start) + 1);
    [&body[..start], &events, &body[end..]]
        .concat()
        .into_bytes()
}

#[test]
fn memory_for_a_giant_body_is_freed() {
    let mut config = Config::default();
    config.limits = Limits::unlimited();
    let mut parser = Parser::with_config(config);
    let giant = giant(12 << 20);
    let heartbeat = accepted("push/status.xml");
    for phase in [0, 1, 15, 30, 31, 32] {
        for _ in 0..phase {
            parser.parse(&heartbeat).unwrap();
        }
        parser.parse(&giant).unwrap();
        assert!(parser.retained_bytes() > 1 << 20);
        for _ in 0..100 {
            parser.parse(&heartbeat).unwrap();
        }
        assert!(
            parser.retained_bytes() <= 256 << 10,
            "{}",
            parser.retained_bytes()
        );
    }
}

#[test]
fn retained_bytes_is_the_heap_memory_held() {
    let body = giant(1 << 20);
    let mut parser = Parser::new();
    let before = HELD.get();
    let _ = parser.parse(&body);
    let held = HELD.get() - before;
    let told = parser.retained_bytes();
    assert!(told <= held && held <= told + 4096, "{told} of {held}");
    parser.forget();
    assert_eq!((parser.retained_bytes(), HELD.get()), (0, before));
}

/// With as many builds of servers as fit, with more, and with bodies of any length.
#[test]
fn the_memory_of_learned_heads_is_bounded() {
    let error = accepted("push/error.xml");
    let push = accepted("push/status.xml");
    let [error, push] = [&error, &push].map(|body| str::from_utf8(body).unwrap());
    let build = |body: &str, at: usize| {
        let (before, version) = body.split_once(" Version=\"").unwrap();
        format!(
            "{before} Version=\"{}{at}{version}",
            "x".repeat(at * 7919 % 700)
        )
    };
    let long = |body: &str, at: usize| {
        let comments = [at * 7919 % 3_000, at * 104_729 % 5_000].map(|length| "x".repeat(length));
        let [before, after] = comments.map(|text| format!("<!--{text}-->"));
        let open = body.find("<soap11").unwrap();
        format!("{}{before}{}{after}", &body[..open], &body[open..])
    };
    for limit in [0, 100, 2 << 10, 20 << 10, Config::HEAD_BYTES] {
        let mut parser = Parser::with_config(Config::default().head_bytes(limit));
        let mut without = Parser::with_config(Config::default().head_bytes(0));
        // The general path allocates for `without` what it allocates for `parser`.
        let other = accepted("dialect/comments.xml");
        let mut read = |body: &[u8]| {
            for parser in [&mut parser, &mut without] {
                parser.parse(&other).unwrap();
                parser.parse(body).unwrap();
            }
            let heads = parser.retained_bytes().abs_diff(without.retained_bytes());
            assert!(heads <= limit, "{heads} of {limit}");
            heads
        };
        let mut most = 0;
        for at in 0..1_500 {
            most = most.max(read(build(push, at % 400).as_bytes()));
            read(build(error, at % 400).as_bytes());
            read(long(push, at % 500).as_bytes());
            read(long(error, at % 500).as_bytes());
        }
        assert!(
            limit < 10 << 10 || most * 10 > limit * 9,
            "{most} of {limit}"
        );
    }
}

/// Those that are learned and those that are not, and learning again after all were forgotten.
#[test]
fn more_builds_than_fit_allocate_nothing_once_warm() {
    let body = accepted("stream/heartbeat.xml");
    let body = str::from_utf8(&body).unwrap();
    let build = |at: u32| {
        body.replacen(
            "MajorBuildNumber=\"1544",
            &format!("MajorBuildNumber=\"{at}"),
            1,
        )
    };
    let bodies: Vec<_> = (0..300).map(|at| build(at * 37)).collect();
    let mut parser = Parser::new();
    let mut rounds = |count: usize| {
        for body in bodies.iter().cycle().take(count * bodies.len()) {
            parser.parse(body.as_bytes()).unwrap();
        }
    };
    rounds(100);
    assert_eq!(allocations(|| rounds(100)), 0);
}

/// Exact to the byte where nothing is in an arena. An arena has memory for itself.
#[test]
fn retained_bytes_are_exact() {
    let declarations = |prefix: &str| {
        let one = |at| format!(" xmlns:{prefix}{at}='urn:&lt;{at}' {prefix}{at}:a='{at}'");
        (0..30).map(one).collect::<String>()
    };
    let open = [declarations("p"), declarations("q")].map(|these| format!("<a{these}>"));
    let deep = "<b>".repeat(20);
    let body = [&open.concat(), deep.as_str()].concat();
    let before = HELD.get();
    let mut buffers = Buffers::default();
    let mut tokens = Tokenizer::new(body.as_bytes(), &mut buffers, &Config::default()).unwrap();
    let error = loop {
        if let Err(error) = tokens.next() {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::UnclosedElement);
    assert_eq!(buffers.retained_bytes(), HELD.get() - before);

    for head_bytes in [0, Config::HEAD_BYTES] {
        let mut config = Config::default();
        config.head_bytes = head_bytes;
        let before = HELD.get();
        let mut parser = Parser::with_config(config);
        for fixture in ["push/mail.xml", "dialect/default-namespaces.xml"] {
            read(&mut parser, &accepted(fixture)).unwrap();
            assert_eq!(parser.retained_bytes(), HELD.get() - before, "{fixture}");
        }
        assert!(parser.retained_bytes() > 0);
    }
}

/// The bound in the documentation of `Parser`, for the shapes that need the most.
#[test]
fn memory_is_bounded() {
    const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";
    const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
    let open = format!(
        "<m:SendNotification xmlns:m='{MESSAGES}' xmlns='{TYPES}'><m:ResponseMessages>\
         <m:SendNotificationResponseMessage>"
    );
    let notification = format!("{open}<m:Notification><SubscriptionId>a</SubscriptionId>");
    let close = "</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification>";
    let size = Limits::BODY_BYTES - 2_000;
    let fill = |unit: &str, most: usize| unit.repeat((size / unit.len()).min(most));
    let moved = "<MovedEvent><OldItemId Id='a'/></MovedEvent>";
    let long = expensive::pieces(4 << 20);
    let next = "</m:SendNotificationResponseMessage><m:SendNotificationResponseMessage>";
    let small = format!(
        "<m:MessageXml><Value/></m:MessageXml><m:Notification><SubscriptionId>a</SubscriptionId>{moved}</m:Notification>"
    );
    let shapes = [
        (
            "a long text and many lists",
            format!(
                "{open}<m:MessageText>{long}</m:MessageText>{}",
                [small.as_str(); 9_990].join(next)
            ),
        ),
        (
            "a long id and many events",
            format!(
                "{open}<m:Notification><SubscriptionId>{long}</SubscriptionId>{}</m:Notification>",
                "<StatusEvent/>".repeat(9_999)
            ),
        ),
        (
            "unknown events",
            format!("{notification}{}", fill("<a/>", Limits::EVENTS)),
        ),
        (
            "moved events",
            format!("{notification}{}", fill(moved, Limits::EVENTS)),
        ),
        (
            "notifications",
            format!(
                "<m:GetStreamingEventsResponse xmlns:m='{MESSAGES}' xmlns='{TYPES}'><m:ResponseMessages>\
                 <m:GetStreamingEventsResponseMessage><m:Notifications>{}",
                fill(
                    "<m:Notification><SubscriptionId>a</SubscriptionId></m:Notification>",
                    usize::MAX
                )
            ),
        ),
        (
            "values",
            format!("{open}<m:MessageXml>{}", fill("<Value/>", Limits::EVENTS)),
        ),
        (
            "references",
            format!("{open}<m:MessageText>{}", fill("&lt;", usize::MAX)),
        ),
        (
            "pieces",
            format!(
                "{open}<m:MessageText>{}",
                fill("aaaaaaaaaaaaaaaa<!---->", usize::MAX)
            ),
        ),
        (
            "carriage returns",
            format!("{open}<m:MessageText>\r{}", fill("aaaaaaaa", usize::MAX)),
        ),
        (
            "a namespace",
            format!("{open}<a xmlns='&lt;{}'>", fill("a", usize::MAX)),
        ),
        (
            "declarations of xml",
            format!(
                "{open}{}",
                fill(
                    "<a xmlns:xml='&#x68;ttp://www.w3.org/XML/1998/namespace'/>",
                    usize::MAX
                )
            ),
        ),
        (
            "declarations",
            format!("{open}{}", fill("<a xmlns:b='&lt;'/>", usize::MAX)),
        ),
    ];
    for (shape, body) in shapes {
        let body = [body.as_str(), close].concat();
        assert!(body.len() <= Limits::BODY_BYTES);
        let mut parser = Parser::new();
        let peak = peak(|| {
            for _ in 0..3 {
                let _ = parser.parse(body.as_bytes());
            }
        });
        let bound = 5 * body.len() + (16 << 20);
        assert!(
            peak <= bound,
            "{shape}: {peak} for a body of {}",
            body.len()
        );
    }
}

/// The bound in the documentation of `Parser`, for combinations of shapes, and of bodies that one parser reads one after
/// another. `SEEDS=1000` tries more of them.
#[test]
fn memory_is_bounded_for_combinations() {
    let seeds = env::var("SEEDS").map_or(30, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        let bytes = random(seed);
        let mut choices = Choices::new(&bytes);
        let bodies: Vec<_> = (0..=choices.below(4))
            .map(|_| expensive::body(&mut choices))
            .collect();
        let before = HELD.get();
        let mut parser = Parser::new();
        let mut longest = 0;
        for body in &bodies {
            longest = longest.max(body.len());
            let bound = (16 << 20) + 5 * longest;
            for time in 0..4 {
                let earlier = HELD.get() - before;
                let mut peak_of_body = 0;
                let allocations = allocations(|| {
                    peak_of_body = peak(|| {
                        let _ = read(&mut parser, body);
                    });
                });
                let peak = earlier + peak_of_body;
                assert!(peak <= bound, "{peak} for {longest}, seed {seed}");
                assert!(time < 3 || allocations == 0, "not warm, seed {seed}");
            }
            let held = HELD.get() - before;
            let told = parser.retained_bytes();
            assert!(
                told <= held && held <= told + 4096,
                "{told} of {held}, seed {seed}"
            );
        }
    }
}

/// What remains follows from what later messages use, not from their lengths.
#[test]
fn a_giant_leaves_within_64_messages() {
    let text = |text: &str| push(&format!("<m:MessageText>{text}</m:MessageText>"));
    let letters = "a".repeat(15 << 20);
    let giants = [
        text(&format!("&lt;{letters}")),
        text(&format!("&lt;<!---->{letters}")),
        push(&format!("<a xmlns='&lt;{letters}'/>")),
        many("<t:MovedEvent><t:OldItemId Id='a'/></t:MovedEvent>", 9_990),
        giant(4 << 20),
    ];
    let longs = [
        accepted("push/mail.xml"),
        text(&letters[..2 << 20]),
        text(&format!("&lt;{}", &letters[..1 << 20])),
        giant(1 << 20),
    ];
    for (which, long) in longs.iter().enumerate() {
        let after = |giants: &[Vec<u8>]| {
            let mut parser = Parser::new();
            for body in giants.iter().chain(iter::repeat_n(long, 64)) {
                parser.parse(body).unwrap();
            }
            parser.retained_bytes()
        };
        let bound = (128 << 10) + 3 * after(&[]);
        for (giant, body) in giants.iter().enumerate() {
            let held = after(slice::from_ref(body));
            assert!(
                held <= bound,
                "{held} of {bound} after giant {giant} and {which}"
            );
        }
        let held = after(&giants);
        assert!(
            held <= bound,
            "{held} of {bound} after all giants and {which}"
        );
    }
}

/// However short its chunks are.
#[test]
fn memory_of_a_framer_is_bounded() {
    for bytes in [1 << 10, 300 << 10, 1 << 20, 5 << 20] {
        let envelope = giant(bytes);
        let mut framer = Framer::new();
        let before = HELD.get();
        // There are two buffers while it grows.
        let peak = peak(|| {
            let (last, bytes) = envelope.split_last().unwrap();
            for mut byte in bytes.chunks(1) {
                assert_eq!(framer.next(&mut byte), Ok(None));
            }
            let whole = framer.next(&mut slice::from_ref(last)).unwrap();
            assert_eq!(whole.unwrap().body, envelope);
        });
        let held = HELD.get() - before;
        assert!(held <= 2 * envelope.len(), "{held} of {}", envelope.len());
        assert!(peak <= 3 * envelope.len(), "{peak} of {}", envelope.len());
        // The next envelope frees what a giant needed.
        assert_eq!(framer.next(&mut &b"<a>"[..]), Ok(None));
        let held = HELD.get() - before;
        assert!(held <= 256 << 10, "{held} behind {}", envelope.len());
    }
}

/// Whatever the reader returns at once, and whether envelopes are kept for a while.
#[cfg(feature = "codec")]
#[test]
fn memory_of_a_decoder_is_bounded() {
    let heartbeat = accepted("stream/heartbeat.xml");
    for bytes in [1 << 10, 100 << 10, 300 << 10, 1 << 20, 15 << 20] {
        let giant = giant(bytes);
        let mut stream = [&giant[..], &heartbeat.repeat(20_000)].concat();
        stream.extend_from_slice(&giant);
        for kept in [0, 3] {
            let before = HELD.get();
            let mut framed = FramedRead::new(&stream[..], EnvelopeDecoder::new());
            let mut last = VecDeque::new();
            let mut count = 0;
            let mut context = Context::from_waker(Waker::noop());
            while let Poll::Ready(Some(envelope)) = framed.poll_next_unpin(&mut context) {
                last.push_back(envelope.unwrap().body);
                if last.len() > kept {
                    last.pop_front();
                }
                count += 1;
                if (15_000..20_000).contains(&count) {
                    let held = HELD.get() - before;
                    assert!(
                        held <= 257 << 10,
                        "{held} after {}, {kept} kept",
                        giant.len()
                    );
                }
            }
            assert_eq!(count, 20_002);
            drop(last);
            let held = HELD.get() - before;
            assert!(
                held <= 257 << 10,
                "{held} in the end, after {}",
                giant.len()
            );
        }
    }
}

/// A stream of envelopes in pieces allocates for the first of them only.
#[test]
fn a_framer_keeps_room_for_envelopes_of_a_quarter_of_a_mebibyte() {
    let envelope = format!("<a>{}</a>", " ".repeat((256 << 10) - 7));
    let mut framer = Framer::new();
    let mut join = || {
        for mut piece in envelope.as_bytes().chunks(1 << 10) {
            let _ = framer.next(&mut piece).unwrap();
        }
    };
    join();
    assert_eq!(allocations(join), 0);
}

#[test]
fn a_known_subscription_is_checked_and_committed_without_allocation() {
    let mut continuity = Continuity::with_key([0; 16]);
    let mut deliver = |previous: u32, end: u32| {
        let sent = Sent::new("A", &format!("{previous:040}"), &format!("{end:040}"));
        sent.parsed(|notification| {
            let delivery = continuity.check(notification);
            let allocations = allocations(|| {
                let _ = continuity.check(notification);
                continuity.commit(notification);
            });
            (allocations, delivery)
        })
    };
    assert!(deliver(0, 1).0 > 0);
    let steps = [
        (1, 2, Delivery::Fresh),
        (2, 2, Delivery::Fresh),
        (0, 1, Delivery::Duplicate),
        (4, 5, Delivery::Gap),
        (2, 3, Delivery::OutOfOrder),
        (3, 11, Delivery::Fresh),
    ];
    for round in 0..20 {
        for (previous, end, delivery) in steps {
            let delivered = deliver(10 * round + previous, 10 * round + end);
            assert_eq!(delivered, (0, delivery), "in round {round}");
        }
    }
}

/// What the documentation of `Continuity` promises.
#[test]
fn the_memory_of_a_subscription_is_bounded() {
    let capacity = 100;
    for (id_bytes, mark_bytes, bound) in [
        (4_096, 4_096, 9 << 10),
        (4_096, 4_100, 9 << 10),
        (128, 40, 1 << 10),
    ] {
        let before = HELD.get();
        let mut continuity = Continuity::with_key([0; 16]).with_capacity(capacity);
        for id in 0..5 * capacity {
            let (id, previous) = (format!("{id:0id_bytes$}"), "x".repeat(mark_bytes));
            // Texts that grow byte by byte could leave the most room unused.
            for length in mark_bytes - 9..=mark_bytes {
                let sent = Sent::new(&id, &previous, &format!("{:0length$}", 0));
                sent.parsed(|notification| continuity.commit(notification));
            }
        }
        // The older half again, as a restart leaves them.
        let state = |id: usize| {
            let id = format!("{id:0id_bytes$}");
            continuity.export(SubscriptionId::new(&id)).unwrap()
        };
        let states: Vec<_> = (3 * capacity..4 * capacity).map(state).collect();
        for state in states {
            continuity.restore(state).unwrap();
        }
        assert_eq!(continuity.len(), 2 * capacity);
        let each = (HELD.get() - before) / continuity.len();
        assert!(each <= bound, "{each} bytes for texts of {mark_bytes}");
    }
}

#[test]
fn sizes_are_pinned() {
    assert_eq!(size_of::<Event<'_>>(), 160);
    assert_eq!(size_of::<Error>(), 16);
    assert_eq!(size_of::<Notification<'_>>(), 56);
}

#[test]
fn types_may_cross_threads() {
    fn send_and_sync<T: Send + Sync>() {}
    fn send<T: Send>() {}
    send_and_sync::<Message<'_>>();
    send_and_sync::<Response<'_>>();
    send_and_sync::<Event<'_>>();
    send_and_sync::<Error>();
    send_and_sync::<Config>();
    send_and_sync::<Continuity>();
    send_and_sync::<Delivery>();
    send_and_sync::<SubscriptionState>();
    send::<Parser>();
}
