//! An HTTP listener for Exchange push notifications. It stores a push before it answers, and does not store retries.
//!
//! ```text
//! cargo run --example listener -- 127.0.0.1:8080 pushes.log [SUBSCRIPTION-ID…]
//! ```
//!
//! The ids on the command line are the known subscriptions. Without ids, every subscription is known.
//!
//! | answer | to |
//! |---|---|
//! | 200 with `OK` | a push that is stored, or was stored before |
//! | 200 with `Unsubscribe` | a push without a known SubscriptionId |
//! | 400 | a push with known and other responses; a body that does not parse, or is not a push |
//! | 408 | a body that takes too long |
//! | 413 | a body that is too long |
//! | 415 | a body in another encoding than UTF-8 |
//! | 500 | a push that could not be stored |
//! | 503 | any push while the queue is full, or while the bodies in flight take too much memory |
//!
//! Exchange sends a push again unless it is answered with status 200 in time.
//!
//! Two kinds of pushes are stored again with each retry, because a retry looks like a new push. They are heartbeats that
//! repeat the last watermark, and errors.
//!
//! # Known subscriptions
//!
//! A response has ids in its Notification, in its MessageXml and in its ErrorSubscriptionIds. It is accepted if it has an
//! id and all its ids are known. A push is accepted if all its responses are. Other pushes are reported as `refused`, and
//! nothing of them is stored or committed.
//!
//! If no id of a push is known, `Unsubscribe` ends the subscription that sent it. If some are known, `Unsubscribe` could
//! end a known one, so the answer is 400. Exchange writes one subscription per push, so somebody else wrote such a push.
//! If its events are real, the next push of the known subscription is a gap.
//!
//! # Bounds
//!
//! [`Bounds`] limits the number of connections, the time for the head of a request, the time for its whole body, and the
//! memory of all bodies. A connection carries one request. The memory for a body grows with the bytes that arrive. Its
//! Content-Length reserves nothing.
//!
//! Someone who reaches the listener can still use up these bounds and delay your pushes. Let a firewall filter by
//! source address, or compare a secret path before the body is read.
//!
//! # One consumer
//!
//! Handlers pass the body to one consumer and wait for its reply. The consumer parses, checks, stores and commits one
//! push after another. So if the same push arrives on two connections, it is stored once. If a client gives up, its
//! handler is dropped, but the consumer still handles the push. If the push was stored, its retry is a duplicate. If not,
//! its retry is new.
//!
//! # Restart
//!
//! The log contains all state. At the start the consumer parses and commits the pushes of the log. So a retry is
//! recognized after a crash at any point. This takes as long as it takes to read the log. A gateway with a long log, or
//! with another store, exports the state instead: after each commit it stores `Continuity::export` of the subscription
//! in the same transaction as the push. Without transactions it stores the push first and the state after it. A crash
//! between the two then stores a retry twice, and loses nothing.
//!
//! # A gateway that subscribes itself
//!
//! The first push of a subscription may arrive before `Subscribe` returns its id. Add the id to the known ones as soon as
//! `Subscribe` returns. While a `Subscribe` call is pending, answer a push with an unknown id with status 503: Exchange
//! sends it again after 30 seconds. Answer `Unsubscribe` only while no call is pending.
//!
//! To use another HTTP framework, replace `serve`, `router` and `Inbox`.

use core::error::Error;
use core::time::Duration;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::Listener;
use ews_notifications::{
    Continuity, Delivery, Limits, Message, Operation, Parser, Reply, Response,
};
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

/// How many pushes may wait for the consumer.
pub(crate) const QUEUE: usize = 16;

/// What the listener spends on its clients at most.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The number of open connections. Further ones wait in the backlog of the operating system.
    pub(crate) connections: usize,
    /// The time from the start of a connection to the end of the head of its request.
    pub(crate) head_time: Duration,
    /// The time from the head of a request to the last byte of its body.
    pub(crate) body_time: Duration,
    /// The bytes of all bodies that are being received, wait in the queue or are being stored. The capacity of their
    /// buffers is at most twice as much.
    pub(crate) body_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 256,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
            body_bytes: 4 * Limits::BODY_BYTES,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: listener ADDRESS LOG [SUBSCRIPTION-ID…]".into());
    };
    let ids: HashSet<String> = arguments.collect();
    let known_ids = (!ids.is_empty()).then_some(ids);
    let mut consumer = Consumer::new(known_ids, io::stdout());
    let log = Log::open(path.as_ref(), &mut consumer)?;
    let listener = TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    let bounds = Bounds::default();
    serve(listener, router(consumer, log, bounds), bounds).await;
    Ok(())
}

/// Serves connections, each in a task. Unlike `axum::serve`, it limits their number and the time for a head.
pub(crate) async fn serve(mut listener: TcpListener, router: Router, bounds: Bounds) {
    let connections = Arc::new(Semaphore::new(bounds.connections));
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.head_time)
        .max_buf_size(16 * 1024)
        // One request per connection: nobody can keep a connection with requests whose answers are not read.
        .keep_alive(false);
    while let Ok(permit) = connections.clone().acquire_owned().await {
        let (stream, _) = Listener::accept(&mut listener).await;
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        tokio::spawn(async move {
            let _ = connection.await; // the client has broken it, or was too slow
            drop(permit);
        });
    }
}

/// Starts the thread of the consumer and returns the routes. The thread ends once the router and all handlers are dropped.
pub(crate) fn router(consumer: Consumer, store: impl Store, bounds: Bounds) -> Router {
    let (queue, receiver) = mpsc::channel(QUEUE);
    std::thread::spawn(move || consumer.run(receiver, store));
    let inbox = Inbox {
        queue,
        memory: Arc::new(Semaphore::new(bounds.body_bytes)),
        body_time: bounds.body_time,
    };
    Router::new()
        .route("/{*path}", post(receive_push))
        .route("/", post(receive_push))
        .with_state(inbox)
}

async fn receive_push(
    State(inbox): State<Inbox>,
    body: Body,
) -> Result<impl IntoResponse, StatusCode> {
    // Exchange does not authenticate itself. Use a secret path, and compare it here, before the body is read.
    let reply = inbox.handle(body).await?;
    Ok(([(CONTENT_TYPE, reply.content_type)], reply.body))
}

/// Receives bodies and passes them to the consumer.
#[derive(Clone)]
struct Inbox {
    queue: mpsc::Sender<Push>,
    /// A permit for each byte that a body may still take.
    memory: Arc<Semaphore>,
    body_time: Duration,
}

impl Inbox {
    async fn handle(&self, body: Body) -> Result<Reply, StatusCode> {
        let received = timeout(self.body_time, self.receive(body)).await;
        let (body, memory) = received.map_err(|_| StatusCode::REQUEST_TIMEOUT)??;
        let (result_sender, result_receiver) = oneshot::channel();
        let push = Push {
            body,
            _memory: memory,
            result_sender,
        };
        self.queue.try_send(push).map_err(|error| match error {
            TrySendError::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            TrySendError::Closed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        })?;
        // If the client gives up, this handler is dropped here. The consumer has the push.
        let result = result_receiver.await;
        result.unwrap_or(Err(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// Copies the pieces of a body into one buffer. hyper may give a piece for each byte, so they are not kept.
    async fn receive(&self, mut body: Body) -> Result<(Vec<u8>, OwnedSemaphorePermit), StatusCode> {
        let take = |bytes: usize| {
            let count = u32::try_from(bytes).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
            let permits = self.memory.clone().try_acquire_many_owned(count);
            permits.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
        };
        // What Content-Length says is not read if it is too long.
        if body.size_hint().lower() > Limits::BODY_BYTES as u64 {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let (mut buffer, mut memory) = (Vec::new(), take(0)?);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
            let piece = frame.into_data().unwrap_or_default(); // trailers have none
            if buffer.len() + piece.len() > Limits::BODY_BYTES {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            memory.merge(take(piece.len())?);
            buffer.extend_from_slice(&piece);
        }
        Ok((buffer, memory))
    }
}

/// A push in the queue of the consumer.
pub(crate) struct Push {
    body: Vec<u8>,
    /// The permits for the bytes of the body.
    _memory: OwnedSemaphorePermit,
    result_sender: oneshot::Sender<Result<Reply, StatusCode>>,
}

/// Stores pushes.
pub(crate) trait Store: Send + 'static {
    /// Appends a record. If it returns Ok, the record survives a crash. After an error, the record may be found after a
    /// restart or not. The next record replaces it.
    fn append(&mut self, record: &[u8]) -> io::Result<()>;
}

/// Handles the pushes of the queue, one after another.
pub(crate) struct Consumer {
    /// None: every subscription is known.
    known_ids: Option<HashSet<String>>,
    parser: Parser,
    continuity: Continuity,
    report: Box<dyn Write + Send>,
}

impl Consumer {
    /// Creates a consumer for the subscriptions with these ids, or for all. It writes a line to `report` for each new
    /// notification and each error.
    pub(crate) fn new(
        known_ids: Option<HashSet<String>>,
        report: impl Write + Send + 'static,
    ) -> Self {
        Self {
            known_ids,
            parser: Parser::new(),
            continuity: Continuity::new(),
            report: Box::new(report),
        }
    }

    /// Parses and commits the pushes of a log. Returns the length of its complete records.
    ///
    /// The process may have stopped after it stored the last push and before it reported it. So the last push is reported
    /// at every start. A complete record that does not parse is skipped and stays in the log. Another release of the
    /// parser may have accepted it.
    ///
    /// # Errors
    ///
    /// `InvalidData` if the log is damaged elsewhere than by an incomplete last record.
    pub(crate) fn replay(&mut self, log: &[u8]) -> io::Result<usize> {
        let (mut rest, mut lines) = (log, String::new());
        loop {
            let end = log.len() - rest.len();
            let body = match decode_record(rest) {
                Record::Complete(body, after) => {
                    rest = after;
                    body
                }
                Record::Incomplete => {
                    let _ = self.report.write_all(lines.as_bytes());
                    return Ok(end);
                }
                Record::Damaged => {
                    let error = format!("the log is damaged in the record at byte {end}");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            };
            match self.parser.parse(body) {
                Ok(message) => lines = commit_all(&mut self.continuity, &message),
                Err(error) => eprintln!(
                    "the record at byte {end} is skipped: {}",
                    error.describe(body)
                ),
            }
        }
    }

    fn run(mut self, mut receiver: mpsc::Receiver<Push>, mut store: impl Store) {
        while let Some(push) = receiver.blocking_recv() {
            let result = self.handle(&push.body, &mut store);
            // If the client has given up, there is no receiver. Its retry will be a duplicate.
            let _ = push.result_sender.send(result);
        }
    }

    fn handle(&mut self, body: &[u8], store: &mut impl Store) -> Result<Reply, StatusCode> {
        let message = self.parser.parse(body).map_err(|error| {
            eprintln!("{}", error.describe(body));
            StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_REQUEST)
        })?;
        // Exchange sends only pushes to a listener.
        if message.operation != Operation::SendNotification {
            eprintln!("{} is not a push", message.operation);
            return Err(StatusCode::BAD_REQUEST);
        }
        // Other pushes could fill the disk, and make `Continuity` forget known subscriptions.
        let is_known = |id: &str| {
            let known_ids = self.known_ids.as_ref();
            known_ids.is_none_or(|ids| ids.contains(id))
        };
        let is_accepted = |response: &Response<'_>| {
            let mut ids = subscription_ids(response).peekable();
            ids.peek().is_some() && ids.all(is_known)
        };
        let refused = { message.responses.iter() }.find(|response| !is_accepted(response));
        if refused.is_some() || message.responses.is_empty() {
            let id = refused.and_then(|response| {
                let mut ids = subscription_ids(response);
                ids.find(|id| !is_known(id))
            });
            let code = refused.and_then(|response| response.code);
            let [id, code] = [id, code.map(|code| code.as_str())].map(|text| {
                let text = text.unwrap_or("-").escape_debug();
                text.take(100).collect::<String>()
            });
            let _ = writeln!(self.report, "refused {id}: {code}");
            let mut ids = message.responses.iter().flat_map(subscription_ids);
            return match ids.any(is_known) {
                true => Err(StatusCode::BAD_REQUEST),
                false => Ok(Reply::unsubscribe(message.soap)),
            };
        }
        if is_new(&self.continuity, &message) {
            // Store first. If a push were committed and not stored, its retry would be a duplicate, and it would be lost.
            store.append(&encode_record(body)).map_err(|error| {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR
            })?;
            let lines = commit_all(&mut self.continuity, &message);
            // The push is stored. An error of the report is no reason to refuse it.
            let _ = self.report.write_all(lines.as_bytes());
        }
        Ok(Reply::ok(message.soap))
    }
}

/// All SubscriptionIds of a response: of its notifications, of its MessageXml and of its ErrorSubscriptionIds.
fn subscription_ids<'a>(response: &Response<'a>) -> impl Iterator<Item = &'a str> {
    let notifications = response.notifications.iter();
    let values = response.message_xml.iter();
    let of_error = values.filter(|value| value.name == Some("SubscriptionId"));
    notifications
        .map(|notification| notification.subscription_id.as_str())
        .chain(of_error.map(|value| value.value.trim_ascii()))
        .chain(response.error_subscription_ids.iter().map(|id| id.as_str()))
}

/// Whether a message has an error or a notification that is no duplicate.
fn is_new(continuity: &Continuity, message: &Message<'_>) -> bool {
    let mut responses = message.responses.iter();
    responses.any(|response| {
        let mut notifications = response.notifications.iter();
        response.notifications.is_empty()
            || notifications
                .any(|notification| continuity.check(notification) != Delivery::Duplicate)
    })
}

/// Commits the notifications of a message. Returns a line for each new notification and each error.
fn commit_all(continuity: &mut Continuity, message: &Message<'_>) -> String {
    let mut lines = String::new();
    for response in message.responses {
        for notification in response.notifications {
            // The texts come from the network. Escaped, they cannot start a new line.
            let id = notification.subscription_id.as_str().escape_debug();
            let delivery = continuity.check(notification);
            lines += &match delivery {
                Delivery::Duplicate => continue,
                Delivery::Fresh | Delivery::OutOfOrder | Delivery::Unknown => {
                    let count = notification.events.len();
                    let plural = if count == 1 { "" } else { "s" };
                    format!("{delivery} {id}: {count} event{plural}\n")
                }
                // Events may be missing before it.
                Delivery::First => format!("first {id}: synchronize the mailbox\n"),
                Delivery::Gap => {
                    let last = continuity.last(notification.subscription_id);
                    let last = last.map_or("an unknown watermark", |last| last.as_str());
                    let last = last.escape_debug();
                    format!("gap {id}: synchronize the mailbox, events are missing after {last}\n")
                }
            };
            continuity.commit(notification);
        }
        if let ([], Some(code)) = (response.notifications, response.code) {
            let id = response.subscription_id();
            let id = id.map_or("-", |id| id.as_str()).escape_debug();
            lines += &format!("error {id}: {}\n", code.as_str().escape_debug());
        }
    }
    lines
}

/// The header of a record. It has the length of the body twice: a damaged length is then different from the other, and is
/// not taken for the length of an incomplete record.
fn encode_header(length: usize) -> String {
    format!("push {length} {length}\n")
}

/// Encodes the record of a push: the header, the body, and a line feed.
pub(crate) fn encode_record(body: &[u8]) -> Vec<u8> {
    [encode_header(body.len()).as_bytes(), body, b"\n"].concat()
}

/// The beginning of a log, or of its rest.
pub(crate) enum Record<'a> {
    /// A complete record: its body, and the bytes after the record.
    Complete(&'a [u8], &'a [u8]),
    /// A record that continues after the end of the log, or nothing.
    Incomplete,
    Damaged,
}

/// Decodes the first record.
pub(crate) fn decode_record(log: &[u8]) -> Record<'_> {
    const LONGEST_HEADER: usize = 64;
    let header = log.iter().take(LONGEST_HEADER);
    let Some(header_len) = header.clone().position(|byte| *byte == b'\n') else {
        let is_header = |byte: &u8| b"push 0123456789".contains(byte);
        return match header.len() < LONGEST_HEADER && log.iter().all(is_header) {
            true => Record::Incomplete,
            false => Record::Damaged,
        };
    };
    let (header, rest) = log.split_at(header_len + 1);
    let length = str::from_utf8(header).ok().and_then(|header| {
        let (_, length) = header.trim_end().rsplit_once(' ')?;
        let length = length.parse().ok()?;
        (header == encode_header(length)).then_some(length)
    });
    let Some(length) = length else {
        return Record::Damaged;
    };
    let Some((body, end)) = rest.split_at_checked(length) else {
        return Record::Incomplete;
    };
    match end.split_first() {
        Some((b'\n', after)) => Record::Complete(body, after),
        Some(_) => Record::Damaged,
        None => Record::Incomplete,
    }
}

/// A file of records.
pub(crate) struct Log {
    file: File,
    /// The length of the complete records. The next record begins here.
    end: u64,
}

impl Log {
    /// Opens or creates a log, and replays it. An incomplete last record is cut off: the process stopped while it wrote
    /// the record, so the push was not answered. Any other damage is an error, and the file is not changed.
    pub(crate) fn open(path: &Path, consumer: &mut Consumer) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(path)?;
        // A new file survives a crash only if its directory is synchronized as well. Windows has no such call.
        #[cfg(unix)]
        if let Some(directory) = path.canonicalize()?.parent() {
            File::open(directory)?.sync_all()?;
        }
        let mut log = Vec::new();
        (&file).take(file.metadata()?.len()).read_to_end(&mut log)?; // a device would never end
        let end = consumer.replay(&log)?;
        if end < log.len() {
            let incomplete = log.len() - end;
            eprintln!(
                "{}: cut off an incomplete record of {incomplete} bytes",
                path.display()
            );
            file.set_len(end as u64)?;
        }
        let end = end as u64;
        Ok(Self { file, end })
    }
}

impl Store for Log {
    fn append(&mut self, record: &[u8]) -> io::Result<()> {
        // Removes the remains of a record whose write failed.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(record)?;
        self.file.sync_data()?;
        self.end += record.len() as u64;
        Ok(())
    }
}
