//! The listener of `examples/listener.rs`, to which notifications are posted as Exchange posts them: again until
//! they are answered, out of order, and not all.

#[path = "../../examples/listener.rs"]
#[expect(dead_code, reason = "an example has a main")]
mod example;

use core::net::SocketAddr;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ews_notifications::{Limits, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const STATUS: &str = include_str!("../data/push/status.xml");
const ERROR: &str = include_str!("../data/push/error.xml");
const HEARTBEAT: &str = include_str!("../data/stream/heartbeat.xml");

/// What the listener stores, or, while it is full, does not.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<(Vec<u8>, bool)>>);

impl Write for Store {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (stored, is_full) = &mut *self.0.lock().unwrap();
        if *is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        stored.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A listener, and a server that posts to it.
struct Tested {
    address: SocketAddr,
    store: Store,
}

impl Tested {
    async fn new(known: &[&str]) -> Self {
        let (listener, store) = (
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            Store::default(),
        );
        let address = listener.local_addr().unwrap();
        let known = known.iter().map(ToString::to_string).collect();
        let app = example::app(known, store.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, store }
    }

    /// Sends a body, and does not wait for the answer.
    async fn send(&self, content_type: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "POST /listen?secret HTTP/1.1\r\nHost: {}\r\nContent-Type: {content_type}\r\nAccept: text/xml\r\n\
             SOAPAction: http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        stream
    }

    /// Sends a body, and gives status, content type and body of the answer.
    async fn ask(&self, content_type: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut answer = Vec::new();
        let mut stream = self.send(content_type, body).await;
        stream.read_to_end(&mut answer).await.unwrap();
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

    fn fill(&self, is_full: bool) {
        self.store.0.lock().unwrap().1 = is_full;
    }

    /// What has been stored since the last time.
    fn stored(&self) -> String {
        let stored = core::mem::take(&mut self.store.0.lock().unwrap().0);
        String::from_utf8(stored).unwrap()
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

#[tokio::test]
async fn known_subscriptions_go_on_and_unknown_ones_end() {
    let tested = Tested::new(&["A", "B"]).await;
    tested.expect(&push("A", "0", "1"), Reply::OK).await;
    tested.expect(&push("B", "0", "1"), Reply::OK_SOAP_12).await;
    assert_ne!(tested.stored(), "");
    tested
        .expect(&push("C", "0", "1"), Reply::UNSUBSCRIBE)
        .await;
    tested
        .expect(&push("", "0", "1"), Reply::UNSUBSCRIBE_SOAP_12)
        .await;
    tested.expect(ERROR, Reply::UNSUBSCRIBE).await;
    assert_eq!(tested.stored(), "");
    let tested = Tested::new(&[]).await;
    tested.expect(&push("C", "0", "1"), Reply::OK).await;
    tested.expect(ERROR, Reply::OK).await;
    let stored = tested.stored();
    assert!(stored.contains("\nErrorReadEventsFailed for "), "{stored}");
}

#[tokio::test]
async fn what_is_no_push_is_refused() {
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
    assert_eq!(tested.status(&vec![b' '; Limits::BODY_BYTES]).await, 400);
    assert_eq!(
        tested.status(&vec![b' '; Limits::BODY_BYTES + 1]).await,
        413
    );
    assert_eq!(tested.stored(), "");
    // It reads on as if nothing had been.
    tested.expect(&whole, Reply::OK).await;
}

/// Whether the listener has read what the server gave up to wait for, the server cannot know.
#[tokio::test]
async fn what_comes_again_is_stored_once() {
    let tested = Tested::new(&[]).await;
    let mut expected = String::from("synchronise A: First\n");
    for at in 1..=40_usize {
        let body = push("A", &(at - 1).to_string(), &at.to_string());
        for _ in 0..at % 4 {
            drop(tested.send("text/xml", body.as_bytes()).await);
        }
        tested.expect(&body, Reply::OK).await;
        for earlier in at.saturating_sub(7)..at {
            let earlier = push("A", &earlier.to_string(), &(earlier + 1).to_string());
            tested.expect(&earlier, Reply::OK).await;
        }
        expected += &format!("NewMailEvent mail {at}\n");
    }
    assert_eq!(tested.stored(), expected);
}

#[tokio::test]
async fn a_lost_one_is_told_in_front_of_the_next() {
    let tested = Tested::new(&[]).await;
    for (from, to, stored) in [
        ("0", "1", "synchronise A: First\nNewMailEvent mail 1\n"),
        ("1", "2", "NewMailEvent mail 2\n"),
        // The third one overtakes it.
        (
            "3",
            "4",
            "synchronise A: Gap { expected: Watermark(\"2\"), got: Watermark(\"3\") }\nNewMailEvent mail 4\n",
        ),
        ("2", "3", "NewMailEvent mail 3\n"),
        ("3", "4", ""),
        ("2", "3", ""),
    ] {
        tested.expect(&push("A", from, to), Reply::OK).await;
        assert_eq!(tested.stored(), stored, "{from} to {to}");
    }
}

/// Else a gap that could not be stored would go unnoticed.
#[tokio::test]
async fn what_could_not_be_stored_is_as_new_when_it_comes_again() {
    let tested = Tested::new(&[]).await;
    tested.expect(&push("A", "0", "1"), Reply::OK).await;
    tested.stored();
    let behind_a_gap = push("A", "2", "3");
    tested.fill(true);
    for _ in 0..3 {
        assert_eq!(tested.status(behind_a_gap.as_bytes()).await, 500);
    }
    tested.fill(false);
    tested.expect(&behind_a_gap, Reply::OK).await;
    assert_eq!(
        tested.stored(),
        "synchronise A: First\nNewMailEvent mail 3\n"
    );
}

/// A line feed in what strangers send does not make a line.
#[tokio::test]
async fn each_thing_stays_on_its_line() {
    let tested = Tested::new(&[]).await;
    tested
        .expect(&push("A\nNewMailEvent x", "0", "&#10;1"), Reply::OK)
        .await;
    let stored = "synchronise A\\nNewMailEvent x: First\nNewMailEvent mail \\n1\n";
    assert_eq!(tested.stored(), stored);
}
