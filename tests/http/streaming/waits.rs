//! How long the client waits between two connections, whatever the server asks and however soon it ends a response.
//!
//! Lower bounds on time only: a busy machine makes no test fail.

use core::time::Duration;

use super::example::Times;
use super::frames::{BUSY, CLOSED, FAULT, HEARTBEAT, UNKNOWN, with};
use super::server::{Answer, Asked, Server};
use super::{LONG, TIMES, client, run};
use tokio::time::timeout;

/// A server that has no events: one frame, and the response ends without `Closed`.
const ONE_FRAME: &str = concat!(
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" ",
    "xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" ",
    "xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Body>",
    "<m:GetStreamingEventsResponse><m:ResponseMessages>",
    "<m:GetStreamingEventsResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>",
    "<m:Notifications><t:Notification><t:SubscriptionId>A</t:SubscriptionId><t:MoreEvents>false</t:MoreEvents>",
    "</t:Notification></m:Notifications><m:ConnectionStatus>OK</m:ConnectionStatus>",
    "</m:GetStreamingEventsResponseMessage></m:ResponseMessages></m:GetStreamingEventsResponse></s:Body></s:Envelope>\n",
);

/// The times between the requests, in milliseconds.
fn waits(asked: &[Asked]) -> Vec<u128> {
    let pairs = asked.array_windows();
    let waits = pairs.map(|[one, next]| (next.at - one.at).as_millis());
    waits.collect()
}

#[test]
fn the_wait_doubles_with_each_failure_up_to_the_longest() {
    let times = Times::default();
    let wait = |failures| times.wait(failures, Duration::ZERO, 0.0).as_secs();
    let waits: Vec<_> = (0..9).map(wait).collect();
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
    for failures in [9, 31, 32, 1_000, u32::MAX] {
        assert_eq!(wait(failures), 300, "{failures}");
    }
}

#[test]
fn the_wait_that_a_server_asks_for_is_between_two_seconds_and_five_minutes() {
    let times = Times::default();
    for (asked, expected) in [
        (0, 2_000),
        (1, 2_000),
        (29_775, 29_775),
        (297_749, 297_749),
        (300_001, 300_000),
        (u64::MAX, 300_000),
    ] {
        let asked = Duration::from_millis(asked);
        let expected = Duration::from_millis(expected);
        assert_eq!(times.wait(0, asked, 0.0), expected, "{asked:?}");
    }
    // The longer of both.
    let asked = Duration::from_secs(10);
    assert_eq!(times.wait(1, asked, 0.0), asked);
    assert_eq!(times.wait(3, asked, 0.0), Duration::from_secs(16));
}

#[test]
fn up_to_a_quarter_is_added_at_random() {
    let times = Times::default();
    for (random, expected) in [(0.0, 2_000), (0.5, 2_250), (1.0, 2_500)] {
        let wait = times.wait(0, Duration::ZERO, random);
        assert_eq!(wait.as_millis(), expected, "{random}");
    }
    let longest = times.wait(u32::MAX, Duration::MAX, 1.0);
    assert_eq!(longest, Duration::from_secs(375));
}

#[tokio::test]
async fn the_client_waits_as_long_as_a_busy_server_asks() {
    let times = Times {
        longest_wait: LONG,
        ..TIMES
    };
    let fault = with(FAULT, "297749", "300");
    let answers = [
        Answer::whole("500 Internal Server Error", &fault),
        Answer::stream().chunk(with(BUSY, "29775", "400")),
        Answer::stream().chunk(with(BUSY, "29775", " 500\n")),
        Answer::stream().chunk(UNKNOWN),
    ];
    let (handled, asked) = run(answers, times).await;
    assert_eq!(handled.messages, 4);
    let waits = waits(&asked);
    assert!(
        waits[0] >= 300 && waits[1] >= 400 && waits[2] >= 500,
        "{waits:?}"
    );
}

/// The client is done long before the server says, and has not come back at once.
#[tokio::test]
async fn a_busy_server_that_asks_for_no_wait_or_for_ever_gets_one_within_bounds() {
    let times = Times {
        pause: Duration::from_millis(50),
        longest_wait: Duration::from_millis(100),
        ..TIMES
    };
    for asked in [
        "0",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "",
    ] {
        let busy = || Answer::stream().chunk(with(BUSY, "29775", asked));
        let answers = [busy(), busy(), busy(), Answer::stream().chunk(UNKNOWN)];
        let (_, requests) = run(answers, times).await;
        let waits = waits(&requests);
        assert_eq!(waits.len(), 3, "{asked}");
        assert!(waits.iter().all(|wait| *wait >= 100), "{asked}: {waits:?}");
    }
}

/// Whatever ends a response within seconds: the server, a proxy, `Closed`, an error.
#[tokio::test]
async fn responses_that_end_at_once_slow_the_client_down() {
    let times = Times {
        pause: Duration::from_millis(4),
        longest_wait: Duration::from_millis(80),
        ..TIMES
    };
    for response in [
        || Answer::stream().chunk(ONE_FRAME).end(),
        || Answer::whole("200 OK", ONE_FRAME),
        || Answer::stream().chunk(HEARTBEAT).end(),
        || Answer::stream().chunk(CLOSED).end(),
        || Answer::whole("302 Found", ""),
        || Answer::whole("200 OK", "<html>"),
        || Answer::whole("200 OK", "").cut(0),
    ] {
        let mut answers: Vec<_> = (0..6).map(|_| response()).collect();
        answers.push(Answer::stream().chunk(UNKNOWN));
        let (_, asked) = run(answers, times).await;
        let waits = waits(&asked);
        let expected = [8, 16, 32, 64, 80, 80];
        assert_eq!(waits.len(), expected.len());
        let mut pairs = waits.iter().zip(expected);
        assert!(pairs.all(|(wait, expected)| *wait >= expected), "{waits:?}");
    }
}

/// A connection that has lasted is no failure, even if it breaks.
#[tokio::test]
async fn a_connection_that_has_lasted_ends_the_doubling() {
    let times = Times {
        brief: Duration::from_millis(200),
        pause: Duration::from_millis(1),
        longest_wait: LONG,
        ..TIMES
    };
    // Without the lasting ones, the last wait would be 16 seconds.
    let brief = || Answer::stream().chunk(HEARTBEAT).end();
    let lasting = || {
        let silent = Answer::stream().chunk(HEARTBEAT).wait(times.brief);
        silent.chunk(CLOSED)
    };
    let answers = (0..14).map(|at| if at % 2 == 0 { brief() } else { lasting() });
    let answers = answers.chain([Answer::stream().chunk(UNKNOWN)]);
    let server = Server::start(answers).await;
    let run = client(&server, times).run(|_| {});
    timeout(LONG / 2, run).await.unwrap();
    assert_eq!(server.asked().len(), 15);
}
