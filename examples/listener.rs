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
//! | 200 with `OK` | an error without SubscriptionId, if ids are configured: it is reported, and not stored |
//! | 200 with `Unsubscribe` | a push with an unknown SubscriptionId |
//! | 400 | a body that does not parse, or is not a push |
//! | 413 | a body that is too long |
//! | 415 | a body in another encoding than UTF-8 |
//! | 500 | a push that could not be stored |
//! | 503 | any push while the queue is full |
//!
//! Exchange sends a push again unless it is answered with status 200 in time.
//!
//! Two kinds of pushes are stored again with each retry, because a retry looks like a new push. They are heartbeats that
//! repeat the last watermark, and errors.
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
//! To use another HTTP framework, replace `receive_push` and `router`.

use core::error::Error;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use ews_notifications::{Continuity, Delivery, Limits, Message, Operation, Parser, Reply};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// How many pushes may wait for the consumer. Each holds a body of up to 16 MiB.
///
/// A body is received completely before it enters the queue. So the queue does not limit the number of concurrent uploads
/// or their memory. Limit the number of connections for that.
pub(crate) const QUEUE: usize = 16;

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
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router(consumer, log)).await?;
    Ok(())
}

/// Starts the thread of the consumer and returns the routes. The thread ends once the router and all handlers are dropped.
pub(crate) fn router(consumer: Consumer, store: impl Store) -> Router {
    let (queue, receiver) = mpsc::channel(QUEUE);
    std::thread::spawn(move || consumer.run(receiver, store));
    Router::new()
        // Exchange does not authenticate itself. Use a secret path, and compare it in `receive_push`.
        .route("/{*path}", post(receive_push))
        .route("/", post(receive_push))
        .layer(DefaultBodyLimit::max(Limits::BODY_BYTES))
        .with_state(queue)
}

async fn receive_push(State(queue): State<mpsc::Sender<Push>>, body: Bytes) -> Response {
    let (result_sender, result_receiver) = oneshot::channel();
    let push = Push {
        body,
        result_sender,
    };
    let result = match queue.try_send(push) {
        // The only await. If the client gives up, the framework drops this handler here. The consumer has the push.
        Ok(()) => result_receiver
            .await
            .unwrap_or(Err(StatusCode::INTERNAL_SERVER_ERROR)),
        Err(TrySendError::Full(_)) => Err(StatusCode::SERVICE_UNAVAILABLE),
        Err(TrySendError::Closed(_)) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    };
    match result {
        Ok(reply) => ([(CONTENT_TYPE, reply.content_type)], reply.body).into_response(),
        Err(status) => status.into_response(),
    }
}

/// A push in the queue of the consumer.
pub(crate) struct Push {
    body: Bytes,
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
        // Others are not committed: they would make `Continuity` forget known subscriptions.
        let is_unknown = |id: &str| {
            let known_ids = self.known_ids.as_ref();
            known_ids.is_some_and(|ids| !ids.contains(id))
        };
        if subscription_ids(&message).any(is_unknown) {
            return Ok(Reply::unsubscribe(message.soap));
        }
        if is_new(&self.continuity, &message) {
            // Anyone can send errors without an id. If they were stored, they could fill the disk.
            if self.known_ids.is_none() || subscription_ids(&message).next().is_some() {
                // Store first. If a push were committed and not stored, its retry would be a duplicate, and it would be
                // lost.
                store.append(&encode_record(body)).map_err(|error| {
                    eprintln!("{error}");
                    StatusCode::INTERNAL_SERVER_ERROR
                })?;
            }
            let lines = commit_all(&mut self.continuity, &message);
            // The push is stored. An error of the report is no reason to refuse it.
            let _ = self.report.write_all(lines.as_bytes());
        }
        Ok(Reply::ok(message.soap))
    }
}

/// The SubscriptionIds of all notifications and errors of a message. An error may have none.
fn subscription_ids<'a>(message: &Message<'a>) -> impl Iterator<Item = &'a str> {
    message.responses.iter().flat_map(|response| {
        let notifications = response.notifications.iter();
        let error = response.notifications.is_empty().then_some(response);
        notifications
            .map(|notification| notification.subscription_id)
            .chain(error.and_then(|error| error.subscription_id()))
            .map(|id| id.as_str())
    })
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
