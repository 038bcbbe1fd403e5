//! Tests `examples/listener.rs` with pushes that are repeated, overtaken and lost.

mod bounds;
#[path = "../../examples/listener.rs"]
#[expect(dead_code, reason = "an example has a main")]
mod example;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use ews_notifications::{Limits, Parser, Reply, SoapVersion};
use example::{Bounds, Consumer, Log, QUEUE, Record, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const STATUS: &str = include_str!("../data/push/status.xml");
const ERROR: &str = include_str!("../data/push/error.xml");
const HEARTBEAT: &str = include_str!("../data/stream/heartbeat.xml");

/// A store that waits while it is blocked, and fails while it is full.
#[derive(Clone, Default)]
struct Memory(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    records: Vec<u8>,
    is_blocked: bool,
    is_full: bool,
    /// How many records were begun.
    begun: usize,
}

impl Memory {
    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    /// Waits until so many records were begun.
    async fn begun(&self, count: usize) {
        while self.0.0.lock().unwrap().begun < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn records(&self) -> Vec<u8> {
        self.0.0.lock().unwrap().records.clone()
    }
}

impl Store for Memory {
    fn append(&mut self, record: &[u8]) -> io::Result<()> {
        let mut state = self.0.0.lock().unwrap();
        state.begun += 1;
        self.0.1.notify_all();
        let mut state = self
            .0
            .1
            .wait_while(state, |state| state.is_blocked)
            .unwrap();
        if state.is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.records.extend_from_slice(record);
        Ok(())
    }
}

/// What the listener reports.
#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<u8>>>);

impl Write for Reports {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A listener, and a server that posts to it.
struct Tested {
    address: SocketAddr,
    store: Memory,
    reports: Reports,
}

impl Tested {
    async fn new(known: &[&str]) -> Self {
        Self::with_log(known, &[]).await
    }

    /// A listener that starts with this log.
    async fn with_log(known: &[&str], log: &[u8]) -> Self {
        Self::bounded(known, log, Bounds::default()).await
    }

    async fn bounded(known: &[&str], log: &[u8], bounds: Bounds) -> Self {
        let known = (!known.is_empty()).then(|| known.iter().map(ToString::to_string).collect());
        let (store, reports) = (Memory::default(), Reports::default());
        let mut consumer = Consumer::new(known, reports.clone());
        let end = consumer.replay(log).unwrap();
        store.set(|state| state.records.extend_from_slice(&log[..end]));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = example::router(consumer, store.clone(), bounds);
        tokio::spawn(example::serve(listener, router, bounds));
        Self {
            address,
            store,
            reports,
        }
    }

    /// Another process with what this one has stored.
    async fn restarted(self) -> Self {
        Self::with_log(&[], &self.store.records()).await
    }

    /// Sends a body, and does not wait for the answer.
    async fn send(&self, content_type: &str, body: &[u8]) -> TcpStream {
        self.send_part(content_type, body, body.len()).await
    }

    /// Sends so many bytes of a body.
    async fn send_part(&self, content_type: &str, body: &[u8], length: usize) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "POST /listen?secret HTTP/1.1\r\nHost: {}\r\nContent-Type: {content_type}\r\nAccept: text/xml\r\n\
             SOAPAction: http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..length]).await.unwrap();
        stream
    }

    /// Sends a body, and gives status, content type and body of the answer.
    async fn ask(&self, content_type: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut answer = Vec::new();
        let mut stream = self.send(content_type, body).await;
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(60), read).await;
        read.expect("the listener does not answer").unwrap();
        let end = answer
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .unwrap();
        let head = str::from_utf8(&answer[..end]).unwrap();
        let status = head["HTTP/1.1 ".len()..][..3].parse().unwrap();
        let content_type = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-type: "));
        (
            status,
            content_type.unwrap_or_default().into(),
            answer[end + 4..].to_vec(),
        )
    }

    async fn expect(&self, body: &str, reply: Reply) {
        let content_type = reply.content_type;
        let answer = self.ask(content_type, body.as_bytes()).await;
        assert_eq!(
            answer,
            (200, content_type.into(), reply.body.into()),
            "{body}"
        );
    }

    /// Status of the answer.
    async fn status(&self, body: &[u8]) -> u16 {
        self.ask("text/xml; charset=utf-8", body).await.0
    }

    /// Posts a push until it is answered with 200, as Exchange does.
    async fn post(&self, body: &str) {
        while self.status(body.as_bytes()).await != 200 {}
    }

    /// The reports since the last call.
    fn reported(&self) -> String {
        let reported = core::mem::take(&mut *self.reports.0.lock().unwrap());
        String::from_utf8(reported).unwrap()
    }

    /// The ends of the stored pushes, in the order of the log.
    fn stored(&self) -> Vec<String> {
        let log = self.store.records();
        let mut stored = Vec::new();
        let mut parser = Parser::new();
        let mut rest = &*log;
        while let Record::Complete(body, after) = example::decode_record(rest) {
            let message = parser.parse(body).unwrap();
            let events = message
                .notifications()
                .flat_map(|notification| notification.events);
            stored.extend(events.filter_map(|event| Some(event.watermark?.to_string())));
            rest = after;
        }
        assert!(rest.is_empty());
        stored
    }
}

/// A push that a message arrived: in which subscription, from and up to which watermark.
fn push(id: &str, from: &str, to: &str) -> String {
    let (head, _) = STATUS.split_once("<t:SubscriptionId>").unwrap();
    let (_, tail) = STATUS.split_once("</t:StatusEvent>").unwrap();
    format!(
        "{head}<t:SubscriptionId>{id}</t:SubscriptionId><t:PreviousWatermark>{from}</t:PreviousWatermark>\
         <t:MoreEvents>false</t:MoreEvents><t:NewMailEvent><t:Watermark>{to}</t:Watermark>\
         <t:TimeStamp>2026-03-02T08:15:30Z</t:TimeStamp><t:ItemId Id=\"mail {to}\" />\
         <t:ParentFolderId Id=\"inbox\" /></t:NewMailEvent>{tail}"
    )
}

/// The push number `at` of subscription A.
fn numbered(at: usize) -> String {
    push("A", &(at - 1).to_string(), &at.to_string())
}

fn numbers(count: usize) -> Vec<String> {
    (1..=count).map(|at| at.to_string()).collect()
}

const OK: Reply = Reply::ok(None);
const UNSUBSCRIBE: Reply = Reply::unsubscribe(None);
const OK_12: Reply = Reply::ok(Some(SoapVersion::Soap12));
const UNSUBSCRIBE_12: Reply = Reply::unsubscribe(Some(SoapVersion::Soap12));

/// The same push in an envelope of SOAP 1.2.
fn soap_12(body: &str) -> String {
    let [from, to] = [
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://www.w3.org/2003/05/soap-envelope",
    ];
    assert!(body.contains(from));
    body.replace(from, to)
}

#[tokio::test]
async fn known_subscriptions_continue_and_unknown_ones_end() {
    let tested = Tested::new(&["A", "B"]).await;
    tested.expect(&push("A", "0", "1"), OK).await;
    tested.expect(&soap_12(&push("B", "0", "1")), OK_12).await;
    assert_eq!(tested.stored(), ["1", "1"]);
    tested.expect(&push("C", "0", "1"), UNSUBSCRIBE).await;
    tested
        .expect(&soap_12(&push("D", "0", "1")), UNSUBSCRIBE_12)
        .await;
    tested.expect(ERROR, UNSUBSCRIBE).await;
    assert_eq!(tested.stored(), ["1", "1"]);
    let tested = Tested::new(&[]).await;
    tested.expect(&push("C", "0", "1"), OK).await;
    tested.expect(ERROR, OK).await;
    let reported = tested.reported();
    assert!(reported.starts_with("first C: "), "{reported}");
    assert!(
        reported.ends_with(": ErrorReadEventsFailed\n"),
        "{reported}"
    );
}

/// A push with these responses.
fn responses(responses: &[&str]) -> String {
    let (head, _) = STATUS
        .split_once("<m:SendNotificationResponseMessage ")
        .unwrap();
    let (_, tail) = STATUS
        .split_once("</m:SendNotificationResponseMessage>")
        .unwrap();
    let messages = responses.iter().map(|children| {
        format!(
            "<m:SendNotificationResponseMessage ResponseClass=\"Error\"><m:ResponseCode>ErrorX</m:ResponseCode>\
             {children}</m:SendNotificationResponseMessage>"
        )
    });
    let messages: String = messages.collect();
    format!("{head}{messages}{tail}")
}

/// The Notification from watermark 1 to 2 of this subscription.
fn notification(id: &str) -> String {
    let push = push(id, "1", "2");
    let start = push.find("<m:Notification>").unwrap();
    let end = push.find("</m:SendNotificationResponseMessage>").unwrap();
    push[start..end].into()
}

/// MessageXml with these SubscriptionIds.
fn message_xml(ids: &[&str]) -> String {
    let values = ids.iter();
    let values: String = values
        .map(|id| format!("<t:Value Name=\"SubscriptionId\">{id}</t:Value>"))
        .collect();
    format!("<m:MessageXml><t:Value Name=\"Other\">C</t:Value>{values}</m:MessageXml>")
}

/// ErrorSubscriptionIds.
fn error_ids(ids: &[&str]) -> String {
    let ids = ids.iter();
    let ids: String = ids
        .map(|id| format!("<t:SubscriptionId>{id}</t:SubscriptionId>"))
        .collect();
    format!("<m:ErrorSubscriptionIds>{ids}</m:ErrorSubscriptionIds>")
}

/// A and B are known, and C is not.
#[tokio::test]
async fn every_response_needs_an_id_and_every_id_must_be_known() {
    let [a, b, c] = ["A", "B", "C"].map(notification);
    let both = format!("{}{c}", message_xml(&["A"]));
    let no_id = message_xml(&[]);
    let mixed: &[&[&str]] = &[
        &[&a, &c],
        &[&c, &a],
        &[&a, &b, &c],
        &[&a, &no_id],
        &[&no_id, &a],
        &[&a, ""],
        &[&a, &message_xml(&["C"])],
        &[&a, &error_ids(&["C"])],
        &[&both],
        &[&message_xml(&["A", "C"])],
        &[&message_xml(&["C", "A"])],
        &[&error_ids(&["A", "B", "C"])],
        &[&message_xml(&["A"]), &message_xml(&["C"])],
    ];
    let unknown: &[&[&str]] = &[
        &[],
        &[""],
        &[&no_id],
        &[&no_id, ""],
        &[&c],
        &[&c, &no_id],
        &[&message_xml(&["C"])],
        &[&error_ids(&["C", "D"])],
        &[&message_xml(&["a"])],
    ];
    let tested = Tested::new(&["A", "B"]).await;
    tested.expect(&push("A", "0", "1"), OK).await;
    let stored = tested.store.records();
    for push in mixed {
        assert_eq!(
            tested.status(responses(push).as_bytes()).await,
            400,
            "{push:?}"
        );
    }
    for push in unknown {
        tested.expect(&responses(push), UNSUBSCRIBE).await;
    }
    assert_eq!(tested.store.records(), stored);
    let reported = tested.reported();
    let (first, refused) = reported.split_once('\n').unwrap();
    assert_eq!(first, "first A: synchronize the mailbox");
    assert!(
        refused.lines().all(|line| line.starts_with("refused ")),
        "{refused}"
    );
    assert_eq!(refused.lines().count(), mixed.len() + unknown.len());
    // Nothing of them was committed.
    tested.expect(&push("A", "1", "2"), OK).await;
    tested.expect(&push("B", "0", "1"), OK).await;
    let report = "fresh A: 1 event\nfirst B: synchronize the mailbox\n";
    assert_eq!(tested.reported(), report);
    let accepted: &[&[&str]] = &[
        &[&message_xml(&["A"])],
        &[&message_xml(&["A", "B"])],
        &[&error_ids(&["A", "B"])],
        &[&format!("{}{b}", message_xml(&["A"]))],
    ];
    for push in accepted {
        let before = tested.store.records().len();
        let push = responses(push);
        tested.expect(&push, OK).await;
        assert_eq!(
            tested.store.records()[before..],
            example::encode_record(push.as_bytes())
        );
    }
}

/// An operator sees which error it was. The line is short, whatever the push has.
#[tokio::test]
async fn a_refused_push_is_reported_with_an_unknown_id_and_its_code() {
    let tested = Tested::new(&["A"]).await;
    let long = "C".repeat(1_000);
    for (push, report) in [
        (responses(&[]), "refused -: -\n".into()),
        (responses(&[""]), "refused -: ErrorX\n".into()),
        (
            responses(&[&notification("A"), &error_ids(&["A", "C\nC"])]),
            "refused C\\nC: ErrorX\n".into(),
        ),
        (
            responses(&[&error_ids(&[&long]), &error_ids(&["D"])]),
            format!("refused {}: ErrorX\n", &long[..100]),
        ),
    ] {
        tested.status(push.as_bytes()).await;
        assert_eq!(tested.reported(), report);
    }
}

/// Otherwise anyone who reaches the listener could fill the disk.
#[tokio::test]
async fn a_response_without_id_is_not_stored_even_if_every_subscription_is_known() {
    let tested = Tested::new(&[]).await;
    for push in [
        responses(&[&message_xml(&[])]),
        responses(&[""]),
        responses(&[]),
    ] {
        tested.expect(&push, UNSUBSCRIBE).await;
    }
    let push = responses(&[&notification("A"), &message_xml(&[])]);
    assert_eq!(tested.status(push.as_bytes()).await, 400);
    assert!(tested.store.records().is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_a_push_is_refused() {
    let tested = Tested::new(&[]).await;
    let whole = push("A", "0", "1");
    for body in [
        b"",
        &whole.as_bytes()[..900],
        HEARTBEAT.as_bytes(),
        b"<!DOCTYPE a>",
    ] {
        assert_eq!(tested.status(body).await, 400);
    }
    let utf_16 = whole.replacen("utf-8", "utf-16", 1);
    assert_ne!(utf_16, whole);
    assert_eq!(tested.status(utf_16.as_bytes()).await, 415);
    assert_eq!(tested.status(&vec![b' '; Limits::BODY_BYTES]).await, 400);
    assert_eq!(tested.stored(), numbers(0));
    tested.expect(&whole, OK).await;
    assert_eq!(tested.stored(), ["1"]);
}

#[tokio::test]
async fn a_retry_is_stored_once() {
    let tested = Tested::new(&[]).await;
    for at in 1..=40_usize {
        let body = numbered(at);
        for _ in 0..at % 4 {
            drop(tested.send("text/xml", body.as_bytes()).await);
        }
        tested.expect(&body, OK).await;
        for earlier in at.saturating_sub(7).max(1)..at {
            tested.expect(&numbered(earlier), OK).await;
        }
    }
    assert_eq!(tested.stored(), numbers(40));
}

/// The server gives up after a part of the request, after the whole request, and while the consumer stores the push. The
/// store then succeeds, or fails.
#[tokio::test]
async fn a_client_timeout_loses_nothing_and_stores_nothing_twice() {
    let tested = Tested::new(&[]).await;
    let mut at = 0;
    for round in 0..5 {
        for length in [0, 1, 300, 1_000] {
            at += 1;
            let body = numbered(at);
            let stream = tested.send_part("text/xml", body.as_bytes(), length).await;
            tokio::time::sleep(Duration::from_millis(round)).await;
            drop(stream);
            tested.post(&body).await;
            assert_eq!(tested.stored(), numbers(at));
        }
        for is_full in [false, true] {
            at += 1;
            let body = numbered(at);
            let begun = tested.store.0.0.lock().unwrap().begun;
            tested.store.set(|state| state.is_blocked = true);
            let stream = tested.send("text/xml", body.as_bytes()).await;
            tested.store.begun(begun + 1).await;
            // The handler waits for the answer, and is dropped.
            drop(stream);
            tokio::time::sleep(Duration::from_millis(5)).await;
            tested.store.set(|state| {
                state.is_full = is_full;
                state.is_blocked = false;
            });
            tokio::time::sleep(Duration::from_millis(5)).await;
            tested.store.set(|state| state.is_full = false);
            tested.post(&body).await;
            assert_eq!(
                tested.stored(),
                numbers(at),
                "the store was full: {is_full}"
            );
        }
    }
    let reported = tested.reported();
    assert!(!reported.contains("gap"), "{reported}");
}

#[tokio::test]
async fn a_push_that_could_not_be_stored_is_new_when_it_comes_again() {
    let tested = Tested::new(&[]).await;
    tested.expect(&push("A", "0", "1"), OK).await;
    tested.reported();
    let after_a_gap = push("A", "2", "3");
    tested.store.set(|state| state.is_full = true);
    for _ in 0..3 {
        assert_eq!(tested.status(after_a_gap.as_bytes()).await, 500);
    }
    tested.store.set(|state| state.is_full = false);
    tested.expect(&after_a_gap, OK).await;
    assert_eq!(tested.stored(), ["1", "3"]);
    assert_eq!(
        tested.reported(),
        "gap A: synchronize the mailbox, events are missing after 1\n"
    );
}

#[tokio::test]
async fn a_full_queue_is_answered_with_503_and_loses_nothing() {
    let tested = Tested::new(&[]).await;
    tested.store.set(|state| state.is_blocked = true);
    let bodies: Vec<_> = (0..QUEUE + 5)
        .map(|id| push(&id.to_string(), "0", &format!("end {id:02}")))
        .collect();
    let mut waiting = vec![tested.send("text/xml", bodies[0].as_bytes()).await];
    tested.store.begun(1).await; // the consumer holds one, and the queue has room for the rest
    for body in &bodies[1..=QUEUE] {
        waiting.push(tested.send("text/xml", body.as_bytes()).await);
    }
    let mut refused = 0;
    for body in bodies.iter().cycle().skip(QUEUE + 1) {
        // The ones before it may not have reached the queue yet.
        let answer =
            tokio::time::timeout(Duration::from_millis(50), tested.status(body.as_bytes()));
        refused += match answer.await {
            Ok(status) => usize::from(status == 503),
            Err(_) => 0,
        };
        if refused == 3 {
            break;
        }
    }
    tested.store.set(|state| state.is_blocked = false);
    for body in &bodies {
        tested.post(body).await;
    }
    let mut stored = tested.stored();
    stored.sort();
    let expected: Vec<_> = (0..QUEUE + 5).map(|id| format!("end {id:02}")).collect();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn the_same_push_on_two_connections_at_once_is_stored_once() {
    let tested = Tested::new(&[]).await;
    for at in 1..20 {
        let body = numbered(at);
        let begun = tested.store.0.0.lock().unwrap().begun;
        tested.store.set(|state| state.is_blocked = true);
        let release = async {
            tested.store.begun(begun + 1).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
            tested.store.set(|state| state.is_blocked = false);
        };
        let post = || tested.expect(&body, OK);
        tokio::join!(post(), post(), post(), release);
        assert_eq!(tested.stored(), numbers(at));
    }
}

#[tokio::test]
async fn a_retry_after_a_restart_is_a_duplicate() {
    let mut tested = Tested::new(&[]).await;
    for at in 1..20 {
        tested.expect(&numbered(at), OK).await;
        tested.reported();
        tested = tested.restarted().await;
        // It may have been stored and not reported.
        let report = match at {
            1 => "first A: synchronize the mailbox\n",
            _ => "fresh A: 1 event\n",
        };
        assert_eq!(tested.reported(), report);
        for earlier in at.saturating_sub(7).max(1)..=at {
            tested.expect(&numbered(earlier), OK).await;
        }
        assert_eq!(tested.stored(), numbers(at));
        assert_eq!(tested.reported(), "");
    }
}

/// The process stops while it writes a record.
#[tokio::test]
async fn a_push_of_which_a_part_is_stored_is_stored_again_after_a_restart() {
    let tested = Tested::new(&[]).await;
    tested.expect(&numbered(1), OK).await;
    let whole = tested.store.records().len();
    tested.expect(&numbered(2), OK).await;
    let log = tested.store.records();
    for end in (whole..log.len()).step_by(97).chain([log.len() - 1]) {
        let tested = Tested::with_log(&[], &log[..end]).await;
        assert_eq!(tested.stored(), ["1"], "{end}");
        tested.expect(&numbered(1), OK).await;
        tested.expect(&numbered(2), OK).await;
        assert_eq!(tested.stored(), ["1", "2"], "{end}");
    }
}

#[tokio::test]
async fn a_lost_push_is_reported_before_the_next() {
    let tested = Tested::new(&[]).await;
    for (from, to, reported) in [
        ("0", "1", "first A: synchronize the mailbox\n"),
        ("1", "2", "fresh A: 1 event\n"),
        // The third one overtakes it.
        (
            "3",
            "4",
            "gap A: synchronize the mailbox, events are missing after 2\n",
        ),
        ("2", "3", "out_of_order A: 1 event\n"),
        ("3", "4", ""),
        ("2", "3", ""),
    ] {
        tested.expect(&push("A", from, to), OK).await;
        assert_eq!(tested.reported(), reported, "{from} to {to}");
    }
    assert_eq!(tested.stored(), ["1", "2", "4", "3"]);
}

/// The watermark of each event is that of the batch, and the next batch begins at a watermark that was never sent.
#[tokio::test]
async fn a_server_that_does_not_chain_watermarks_has_retries_and_no_gaps() {
    let mut tested = Tested::new(&[]).await;
    for (watermark, reported) in [
        ("41", "first A: synchronize the mailbox\n"),
        ("44", "unknown A: 1 event\n"),
        ("45", "unknown A: 1 event\n"),
    ] {
        let push = push("A", watermark, watermark);
        tested.expect(&push, OK).await;
        assert_eq!(tested.reported(), reported, "{watermark}");
        tested.expect(&push, OK).await;
        assert_eq!(tested.reported(), "");
        tested = tested.restarted().await;
        tested.reported();
        tested.expect(&push, OK).await;
        assert_eq!(tested.reported(), "");
    }
    assert_eq!(tested.stored(), ["41", "44", "45"]);
}

/// A server writes the ids of all folders into the id of the subscription, and that into each watermark.
#[tokio::test]
async fn a_retry_with_long_watermarks_is_stored_once() {
    for length in [685, 50_000] {
        let mut tested = Tested::new(&[]).await;
        let id = "i".repeat(470);
        let watermark = |at: usize| format!("{at:0length$}");
        for at in 1..=3 {
            let push = push(&id, &watermark(at - 1), &watermark(at));
            for _ in 0..3 {
                tested.expect(&push, OK).await;
            }
            tested = tested.restarted().await;
            tested.expect(&push, OK).await;
        }
        assert_eq!(tested.stored(), [1, 2, 3].map(watermark));
        tested.reported();
        tested
            .expect(&push(&id, &watermark(4), &watermark(5)), OK)
            .await;
        assert!(tested.reported().starts_with("gap "), "{length}");
    }
}

/// A line feed in a text of the body does not make a line.
#[tokio::test]
async fn each_report_is_one_line() {
    let tested = Tested::new(&[]).await;
    let id = "A\nfirst B";
    tested.expect(&push(id, "0", "x&#10;y"), OK).await;
    tested.expect(&push(id, "3", "4"), OK).await;
    let report = "first A\\nfirst B: synchronize the mailbox\n\
                  gap A\\nfirst B: synchronize the mailbox, events are missing after x\\ny\n";
    assert_eq!(tested.reported(), report);
}

/// A file for the log of a test. The file does not exist yet.
fn log_file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}-{}.log", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn open(path: &Path) -> io::Result<(Log, String)> {
    let reports = Reports::default();
    let mut consumer = Consumer::new(None, reports.clone());
    let log = Log::open(path, &mut consumer)?;
    let reported = String::from_utf8(reports.0.lock().unwrap().clone()).unwrap();
    Ok((log, reported))
}

fn records<const N: usize>(numbers: [usize; N]) -> [Vec<u8>; N] {
    numbers.map(|at| example::encode_record(numbered(at).as_bytes()))
}

#[test]
fn an_incomplete_last_record_is_cut_off() {
    let path = log_file("incomplete");
    let [first, second] = records([1, 2]);
    open(&path).unwrap().0.append(&first).unwrap();
    for end in (0..32).chain((32..second.len()).step_by(97)) {
        std::fs::write(&path, [&*first, &second[..end]].concat()).unwrap();
        let (mut log, _) = open(&path).unwrap();
        assert!(std::fs::read(&path).unwrap() == first, "{end}");
        log.append(&second).unwrap();
        assert!(std::fs::read(&path).unwrap() == [&*first, &second].concat());
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn the_next_record_replaces_one_whose_write_failed() {
    let path = log_file("failed");
    let [first, second] = records([1, 2]);
    let (mut log, _) = open(&path).unwrap();
    log.append(&first).unwrap();
    // A longer record that could not be synchronized.
    let failed = [&*first, &second, &second].concat();
    std::fs::write(&path, failed).unwrap();
    log.append(&second).unwrap();
    assert!(std::fs::read(&path).unwrap() == [first, second].concat());
    std::fs::remove_file(&path).unwrap();
}

/// A byte of the log is damaged. The listener starts only if the body alone is damaged. No byte is cut off.
#[test]
fn a_damaged_byte_erases_no_record() {
    let path = log_file("damaged");
    let [first, second, third] = records([1, 2, 3]);
    let log = [&*first, &second, &third].concat();
    let header_len = first.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let is_framing = |at: usize| {
        let mut starts = [0, first.len(), first.len() + second.len()].into_iter();
        let is_end = [first.len(), first.len() + second.len(), log.len()].contains(&(at + 1));
        is_end || starts.any(|start| (start..start + header_len).contains(&at))
    };
    for at in (0..log.len()).filter(|at| is_framing(*at) || at % 97 == 0) {
        for damage in [log[at] ^ 1, b'9', b'\n', 0] {
            let mut damaged = log.clone();
            damaged[at] = damage;
            std::fs::write(&path, &damaged).unwrap();
            let opened = open(&path).map(drop).map_err(|error| error.kind());
            match is_framing(at) && damage != log[at] {
                true => assert_eq!(opened, Err(io::ErrorKind::InvalidData), "{at}"),
                false => assert_eq!(opened, Ok(()), "{at}"),
            }
            assert!(std::fs::read(&path).unwrap() == damaged, "{at}");
        }
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_complete_record_that_does_not_parse_is_kept_and_the_next_ones_are_replayed() {
    let path = log_file("refused");
    let [first, second] = records([1, 2]);
    let refused = example::encode_record(b"<a>\npush 1 1\n");
    let log = [&*first, &refused, &second].concat();
    std::fs::write(&path, &log).unwrap();
    let (_, reported) = open(&path).unwrap();
    assert_eq!(reported, "fresh A: 1 event\n");
    assert!(std::fs::read(&path).unwrap() == log);
    std::fs::remove_file(&path).unwrap();
}
