//! The client of `examples/streaming.rs`, against a server that cuts, delays and breaks its responses.

#[path = "../../../examples/streaming.rs"]
#[expect(dead_code, reason = "an example has a main")]
mod example;
mod frames;
#[path = "../../../benches/corpus/random.rs"]
#[allow(dead_code, reason = "the benches need more of it")]
mod random;
mod server;
mod waits;

use core::slice;
use core::time::Duration;

use self::example::{Client, Failure, Times, with_causes};
use self::frames::{
    BUSY, CLOSED, FAULT, HEARTBEAT, Happened, IDS, UNKNOWN, any_happened, events, with,
};
use self::random::Random;
use self::server::{Answer, Asked, Server};
use ews_notifications::{ErrorKind, Message, Parser};
use hyper_util::client::legacy;
use tokio::time::{error::Elapsed, timeout};

/// Longer than any test takes, even on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Every connection counts as a failure, so waits double from a millisecond to four.
const TIMES: Times = Times {
    silence: LONG,
    brief: LONG,
    pause: Duration::from_millis(1),
    longest_wait: Duration::from_millis(4),
};

/// A client of this server, with these times.
fn client(server: &Server, times: Times) -> Client {
    let url = format!("http://{}/EWS/Exchange.asmx", server.address);
    Client::new(&url, IDS.map(Into::into).to_vec(), times).unwrap()
}

/// What the client has handled.
#[derive(Debug, Default)]
struct Handled {
    messages: usize,
    happened: Vec<Happened>,
}

impl Handled {
    fn note(&mut self, message: &Message<'_>) {
        self.messages += 1;
        for notification in message.notifications() {
            for event in notification.events {
                let subscription = notification.subscription_id.as_str().into();
                let item = event.item_id.unwrap().id.into();
                self.happened
                    .push((subscription, event.kind.name().into(), item));
            }
        }
    }
}

/// What one connection delivers, and how it ends.
async fn connection(answer: Answer, times: Times) -> (Handled, Result<Duration, Failure>) {
    let server = Server::start([answer]).await;
    let mut client = client(&server, times);
    let mut handled = Handled::default();
    let mut parser = Parser::new();
    let connection = client.connection(&mut parser, |message| handled.note(message));
    let end = timeout(LONG, connection).await.unwrap();
    (handled, end)
}

/// What these connections deliver, and the requests for them. The last one has to answer that the subscriptions are
/// unknown.
async fn run(answers: impl IntoIterator<Item = Answer>, times: Times) -> (Handled, Vec<Asked>) {
    let server = Server::start(answers).await;
    let mut handled = Handled::default();
    let run = client(&server, times).run(|message| handled.note(message));
    timeout(LONG, run).await.unwrap();
    (handled, server.asked())
}

/// Some frames, and their events.
fn stream(random: &mut Random) -> (String, Vec<Happened>) {
    let (mut stream, mut all) = (String::new(), Vec::new());
    for _ in 0..1 + random.below(6) {
        let happened: Vec<_> = (0..random.below(5)).map(|_| any_happened(random)).collect();
        stream += random.pick(&["", "", "\r\n", "\u{FEFF}", "<?xml version=\"1.0\"?>"]);
        stream += &match happened.is_empty() {
            true => HEARTBEAT.into(),
            false => events(&happened),
        };
        all.extend(happened);
    }
    (stream, all)
}

#[track_caller]
fn kind(end: Result<Duration, Failure>) -> ErrorKind {
    let error = end.unwrap_err();
    let error = error.downcast::<ews_notifications::Error>();
    error.unwrap().kind()
}

#[tokio::test]
async fn events_arrive_however_the_stream_is_cut_and_delayed() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let (stream, sent) = stream(&mut random);
        let [chunk, write] = [(); 2].map(|()| random.pick(&[1, 10, 500, 5_000]));
        let answer = Answer::stream().chunks(chunk, &mut random, &(stream + CLOSED));
        let answer = answer.end().slowly(write, &mut random);
        let (handled, end) = connection(answer, TIMES).await;
        assert_eq!(handled.happened, sent, "{seed}");
        assert_eq!(end.unwrap(), Duration::ZERO, "{seed}");
    }
}

#[tokio::test]
async fn events_arrive_byte_by_byte() {
    let mut random = Random::new(0);
    let (stream, sent) = stream(&mut random);
    assert!(!sent.is_empty());
    let answer = Answer::stream().chunks(1, &mut random, &(stream + CLOSED));
    let bytes = answer.end().slowly(1, &mut random);
    let (handled, end) = connection(bytes, TIMES).await;
    assert_eq!(handled.happened, sent);
    assert!(end.is_ok());
}

/// Together they take longer than the silence that the client accepts.
#[tokio::test]
async fn heartbeats_keep_a_connection_alive() {
    let silence = Duration::from_secs(4);
    let beat = |answer: Answer, _| answer.chunk(HEARTBEAT).wait(silence / 4);
    let answer = (0..5).fold(Answer::stream(), beat).chunk(CLOSED).end();
    let times = Times { silence, ..TIMES };
    let (handled, end) = connection(answer, times).await;
    assert_eq!((handled.messages, handled.happened.len()), (6, 0));
    assert!(end.is_ok());
}

#[tokio::test]
async fn silence_ends_a_connection() {
    let (start, rest) = HEARTBEAT.split_at(700);
    let brief = Times {
        silence: Duration::from_millis(100),
        ..TIMES
    };
    let silent = |answer: Answer| answer.wait(2 * LONG);
    for answer in [
        silent(Answer::stream()),
        silent(Answer::stream().chunk(HEARTBEAT)),
        silent(Answer::whole("200 OK", "").cut(0)),
    ] {
        let (_, end) = connection(answer, brief).await;
        assert!(end.unwrap_err().is::<Elapsed>());
    }
    let answer = silent(Answer::stream().chunk(HEARTBEAT).chunk(start));
    let (handled, end) = connection(answer.chunk(rest), brief).await;
    assert_eq!(
        (handled.messages, kind(end)),
        (1, ErrorKind::UnfinishedEnvelope)
    );
}

/// Wherever a connection breaks, whole envelopes are handled, and a part of one is an error.
#[tokio::test]
async fn a_broken_connection_reports_the_unfinished_envelope() {
    let mut random = Random::new(1);
    let happened: Vec<_> = (0..3).map(|_| any_happened(&mut random)).collect();
    let (start, rest) = HEARTBEAT.split_at(700);
    let frame = events(&happened);
    let wire = || Answer::stream().chunk(&frame).chunk(start).chunk(rest);
    let [head, first, second, whole] = [
        Answer::stream(),
        Answer::stream().chunk(&frame),
        Answer::stream().chunk(&frame).chunk(start),
        wire(),
    ]
    .map(|answer| answer.bytes().len());
    // In the first chunk, between the two, and in the length and the data of the second.
    for length in [
        first + 100,
        second - 1,
        second,
        second + 1,
        second + 50,
        whole - 3,
    ] {
        let (handled, end) = connection(wire().cut(length), TIMES).await;
        assert_eq!(handled.happened, happened, "{length}");
        assert_eq!(kind(end), ErrorKind::UnfinishedEnvelope, "{length}");
    }
    // In the head of the response.
    for length in [0, 20] {
        let (_, end) = connection(wire().cut(length), TIMES).await;
        assert!(end.unwrap_err().is::<legacy::Error>(), "{length}");
    }
    // Before the first, after it, in the length of the next chunk, and after the last.
    for length in [head, first, first + 1, whole] {
        let (handled, end) = connection(wire().cut(length), TIMES).await;
        let sent = if length < first { &[][..] } else { &happened };
        assert_eq!(handled.happened, sent, "{length}");
        assert!(end.unwrap_err().is::<hyper::Error>(), "{length}");
    }
    // A stream that ends properly, but too early.
    let (_, end) = connection(wire().end(), TIMES).await;
    assert_eq!(
        end.unwrap_err().to_string(),
        "the stream ended before it was closed"
    );
    let (_, end) = connection(Answer::stream().chunk(start).end(), TIMES).await;
    assert_eq!(kind(end), ErrorKind::UnfinishedEnvelope);
}

#[tokio::test]
async fn nothing_after_an_error_is_handled() {
    let mut random = Random::new(2);
    let frame = events(&[any_happened(&mut random)]);
    for (defect, expected) in [
        ("text", ErrorKind::TextOutsideRoot),
        ("<!DOCTYPE html>", ErrorKind::Doctype),
        ("<Envelope/>", ErrorKind::WrongNamespace),
    ] {
        let stream = [&frame, defect, &frame, CLOSED].concat();
        let answer = Answer::stream().chunks(200, &mut random, &stream).end();
        let (handled, end) = connection(answer, TIMES).await;
        assert_eq!((handled.happened.len(), kind(end)), (1, expected));
    }
}

#[tokio::test]
async fn other_answers_are_errors() {
    for (answer, said) in [
        (
            Answer::whole("401 Unauthorized", ""),
            "HTTP status 401 Unauthorized, Content-Type text/xml; charset=utf-8; expected a SOAP message",
        ),
        (
            Answer::whole(
                "500 Internal Server Error",
                &with(FAULT, "BackOffMilliseconds", "Other"),
            ),
            "ErrorServerBusy: The server cannot service this request right now. Try again later.",
        ),
        (
            Answer::stream().chunk(with(BUSY, "BackOffMilliseconds", "Other")),
            "ErrorServerBusy: Later.",
        ),
    ] {
        let (_, end) = connection(answer, TIMES).await;
        assert_eq!(end.unwrap_err().to_string(), said);
    }
}

/// A proxy answers with a page: the error says so, and not that a DOCTYPE is refused.
#[tokio::test]
async fn a_response_of_another_media_type_is_refused_and_media_types_have_no_case() {
    let answer = |content_type: &str| {
        let head = format!(
            "HTTP/1.1 200 OK\r\n{content_type}Content-Length: {}\r\n\r\n",
            CLOSED.len()
        );
        Answer::whole("", "").cut(0).raw(&head).raw(CLOSED)
    };
    for content_type in [
        "",
        "Content-Type: text/xml\r\n",
        "Content-Type: Text/XML ;charset=utf-8\r\n",
        "Content-Type: application/soap+xml; charset=utf-8\r\n",
    ] {
        let (handled, end) = connection(answer(content_type), TIMES).await;
        assert!(end.is_ok() && handled.messages == 1, "{content_type}");
    }
    for content_type in ["text/html; charset=utf-8", "text/xmlx", "text/plain"] {
        let field = format!("Content-Type: {content_type}\r\n");
        let (handled, end) = connection(answer(&field), TIMES).await;
        let expected =
            format!("HTTP status 200 OK, Content-Type {content_type}; expected a SOAP message");
        assert_eq!(end.unwrap_err().to_string(), expected);
        assert_eq!(handled.messages, 0);
    }
}

#[tokio::test]
async fn an_error_of_the_connection_is_shown_with_its_cause() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener); // the address refuses connections
    let mut client = Client::new(&url, vec!["A".into()], TIMES).unwrap();
    let end = client.connection(&mut Parser::new(), |_| {}).await;
    let said = with_causes(&*end.unwrap_err());
    assert!(said.contains("refused"), "{said}");
}

/// Some connections end well and some badly. Each whole envelope arrives once.
#[tokio::test]
async fn connections_follow_one_another() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let (mut answers, mut all) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            let (stream, sent) = stream(&mut random);
            all.extend(sent);
            let answer = Answer::stream().chunks(1_000, &mut random, &stream);
            let rest = [CLOSED, "", "text", &HEARTBEAT[..500]];
            answers.push(answer.chunk(random.pick(&rest)).slowly(500, &mut random));
        }
        answers.push(Answer::stream().chunk(UNKNOWN));
        let (handled, asked) = run(answers, TIMES).await;
        assert_eq!((handled.happened, asked.len()), (all, 6), "{seed}");
    }
}

/// The subscriptions of a request, read by another parser.
fn ids(asked: &Asked) -> Vec<String> {
    let request = roxmltree::Document::parse(&asked.body).unwrap();
    let ids = request
        .descendants()
        .filter(|node| node.has_tag_name("SubscriptionId"));
    ids.map(|id| id.text().unwrap().into()).collect()
}

#[tokio::test]
async fn unknown_subscriptions_are_left_out() {
    let one = with(
        UNKNOWN,
        &format!("<m:SubscriptionId>{}</m:SubscriptionId>", IDS[0]),
        "",
    );
    let open = with(&one, "<m:ConnectionStatus>Closed</m:ConnectionStatus>", "");
    let mut random = Random::new(3);
    let happened = any_happened(&mut random);
    let (handled, asked) = run(
        [
            // The stream continues with the other subscription.
            Answer::stream()
                .chunk(open)
                .chunk(events(slice::from_ref(&happened)))
                .chunk(CLOSED)
                .end(),
            Answer::stream().chunk(one.replace(IDS[1], "unknown")).end(),
            Answer::stream().chunk(UNKNOWN).end(),
        ],
        TIMES,
    )
    .await;
    assert_eq!(handled.happened, [happened]);
    let asked: Vec<_> = asked.iter().map(ids).collect();
    assert_eq!(asked, [&IDS[..], &IDS[..1], &IDS[..1]]);
}

/// The request for a URL. `HOST` in it is the address of a server that listens at `address`.
async fn request(address: &str, url: &str) -> (String, Asked) {
    let server = Server::at(address, [Answer::stream().chunk(CLOSED)]).await;
    let host = server.address.to_string();
    let ids = vec!["<&>".into(), "B".into()];
    let mut client = Client::new(&url.replace("HOST", &host), ids, TIMES).unwrap();
    let end = client.connection(&mut Parser::new(), |_| {}).await;
    assert!(end.is_ok());
    (host, server.asked()[0].clone())
}

#[tokio::test]
async fn the_request_is_what_a_server_expects() {
    let (host, asked) = request("127.0.0.1:0", "http://HOST/EWS/Exchange.asmx").await;
    assert_eq!(ids(&asked), ["<&>", "B"]);
    let mut lines = asked.head.split("\r\n");
    assert_eq!(lines.next(), Some("POST /EWS/Exchange.asmx HTTP/1.1"));
    let host = format!("host: {host}");
    for header in [&*host, "content-type: text/xml; charset=utf-8"] {
        assert!(lines.clone().any(|line| line == header), "{header}");
    }
}

#[tokio::test]
async fn the_query_of_the_url_is_sent() {
    for (url, target) in [
        ("http://HOST/a%20b?c=d&e=%3F", "/a%20b?c=d&e=%3F"),
        ("http://HOST?c", "/?c"),
        ("HTTP://HOST/?", "/?"),
        ("http://HOST", "/"),
    ] {
        let (_, asked) = request("127.0.0.1:0", url).await;
        let line = asked.head.split("\r\n").next().unwrap();
        assert_eq!(line, format!("POST {target} HTTP/1.1"), "{url}");
    }
}

#[tokio::test]
async fn an_address_of_ipv6_is_reached() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return; // this machine has no IPv6
    }
    let (host, asked) = request("[::1]:0", "http://HOST/EWS/Exchange.asmx?a").await;
    assert!(host.starts_with("[::1]:"));
    assert!(
        asked.head.contains(&format!("host: {host}\r\n")),
        "{}",
        asked.head
    );
}

/// Nothing is sent to the server: neither in clear text nor otherwise.
#[tokio::test]
async fn a_url_that_cannot_be_requested_safely_is_refused() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap();
    for (url, said) in [
        (
            format!("https://{host}/EWS/Exchange.asmx"),
            "this client has no TLS: an https URL is refused",
        ),
        (
            format!("HTTPS://{host}"),
            "this client has no TLS: an https URL is refused",
        ),
        (
            format!("ftp://{host}/"),
            "the URL does not begin with http://",
        ),
        (
            "/EWS/Exchange.asmx".into(),
            "the URL does not begin with http://",
        ),
        (format!("{host}"), "the URL does not begin with http://"),
        (
            format!("http://user:secret@{host}/"),
            "the URL has a user name: send credentials in a header",
        ),
        (
            format!("http://user@{host}/"),
            "the URL has a user name: send credentials in a header",
        ),
    ] {
        let client = Client::new(&url, vec!["A".into()], TIMES);
        assert_eq!(client.err().unwrap().to_string(), said, "{url}");
    }
    assert!(listener.accept().is_err());
}

#[test]
fn no_error_about_a_url_shows_its_credentials() {
    for url in [
        "http://user:secret@host/",
        "https://user:secret@host/",
        "http://user:secret@/",
        "http://user:secret@host:99999/",
        "http://user:sec ret@host/",
        "user:secret@host",
    ] {
        let error = Client::new(url, vec!["A".into()], TIMES).err().unwrap();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("sec") && !said.contains("user:"), "{said}");
    }
}
