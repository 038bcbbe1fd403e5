//! An HTTP listener for Exchange push notifications that stores each push once, before it answers.
//!
//! ```text
//! cargo run --example listener -- 127.0.0.1:8080 pushes.log [SUBSCRIPTION-ID…]
//! ```
//!
//! The ids on the command line are the known subscriptions. Without ids, all subscriptions are known.
//!
//! | answer | to |
//! |---|---|
//! | 200 with `OK` | a push that is stored, or has been stored before |
//! | 200 with `Unsubscribe` | a push of an unknown subscription |
//! | 400 | a body that does not parse, or is not a push |
//! | 413 | a body that is too long |
//! | 500 | a push that could not be stored |
//! | 503 | any push while the queue is full |
//!
//! Exchange sends a push again after any answer but 200, after a timeout, and without an answer.
//!
//! Handlers pass the body to one consumer and wait for its answer. The consumer parses, checks, stores and commits, one push
//! after the other. So two copies of a push on two connections are stored once. If a client gives up, its handler is dropped, but
//! the consumer finishes the push: the retry is stored, or is a duplicate of what is stored.
//!
//! The log is all that survives a restart. At the start its pushes are committed again, so a retry is recognized after a crash at
//! any point. A gateway with a long log, or with another store, saves `Continuity::export` beside it instead.
//!
//! To use another framework, replace `notify` and `app`. The rest stays.

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
pub(crate) const QUEUE: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(log)) = (arguments.next(), arguments.next()) else {
        return Err("usage: listener ADDRESS LOG [SUBSCRIPTION-ID…]".into());
    };
    let mut consumer = Consumer::new(arguments.collect(), io::stdout());
    let log = Log::open(log.as_ref(), &mut consumer)?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app(consumer, log)).await?;
    Ok(())
}

/// The routes, and a thread for the consumer. The thread ends with the last handler.
pub(crate) fn app(consumer: Consumer, store: impl Store) -> Router {
    let (queue, pushes) = mpsc::channel(QUEUE);
    std::thread::spawn(move || consumer.run(pushes, store));
    Router::new()
        .route("/{*path}", post(notify)) // compare a secret path here
        .route("/", post(notify))
        .layer(DefaultBodyLimit::max(Limits::BODY_BYTES))
        .with_state(queue)
}

async fn notify(State(queue): State<mpsc::Sender<Push>>, body: Bytes) -> Response {
    let (answer, answered) = oneshot::channel();
    let push = Push { body, answer };
    let answer = match queue.try_send(push) {
        // The only point where a handler waits. It may be dropped here: the consumer has the push.
        Ok(()) => answered
            .await
            .unwrap_or(Err(StatusCode::INTERNAL_SERVER_ERROR)),
        Err(TrySendError::Full(_)) => Err(StatusCode::SERVICE_UNAVAILABLE),
        Err(TrySendError::Closed(_)) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    };
    match answer {
        Ok(reply) => ([(CONTENT_TYPE, reply.content_type)], reply.body).into_response(),
        Err(status) => status.into_response(),
    }
}

/// A push on its way to the consumer.
pub(crate) struct Push {
    body: Bytes,
    answer: oneshot::Sender<Result<Reply, StatusCode>>,
}

/// Where pushes are stored.
pub(crate) trait Store: Send + 'static {
    /// Appends a record. Once it returns, the record survives a crash.
    fn append(&mut self, record: &[u8]) -> io::Result<()>;
}

/// Handles one push after the other.
pub(crate) struct Consumer {
    known: HashSet<String>,
    parser: Parser,
    continuity: Continuity,
    reports: Box<dyn Write + Send>,
}

impl Consumer {
    /// One that knows these subscriptions, or all, and writes a line for each new notification.
    pub(crate) fn new(known: HashSet<String>, reports: impl Write + Send + 'static) -> Self {
        Self {
            known,
            parser: Parser::new(),
            continuity: Continuity::new(),
            reports: Box::new(reports),
        }
    }

    /// Commits the pushes of a log again. Returns where the last whole record ends.
    ///
    /// The last push may have been stored and not reported: it is reported again.
    pub(crate) fn replay(&mut self, log: &[u8]) -> usize {
        let (mut rest, mut report) = (log, String::new());
        while let Some((body, after)) = split_record(rest)
            && let Ok(message) = self.parser.parse(body)
        {
            report = commit(&mut self.continuity, &message);
            rest = after;
        }
        let _ = self.reports.write_all(report.as_bytes());
        log.len() - rest.len()
    }

    fn run(mut self, mut pushes: mpsc::Receiver<Push>, mut store: impl Store) {
        while let Some(push) = pushes.blocking_recv() {
            let answer = self.handle(&push, &mut store);
            // Nobody waits if the client has given up. Its retry will be a duplicate.
            let _ = push.answer.send(answer);
        }
    }

    fn handle(&mut self, push: &Push, store: &mut impl Store) -> Result<Reply, StatusCode> {
        let message = self.parser.parse(&push.body).map_err(|error| {
            eprintln!("{}", error.describe(&push.body));
            StatusCode::BAD_REQUEST
        })?;
        // Exchange sends nothing but pushes to a listener.
        if message.operation != Operation::SendNotification {
            eprintln!("{} is not a push", message.operation);
            return Err(StatusCode::BAD_REQUEST);
        }
        if !is_known(&message, &self.known) {
            return Ok(Reply::unsubscribe(message.soap));
        }
        if is_new(&self.continuity, &message) {
            // Store first. A push that is committed and not stored would be lost: its retry is a duplicate.
            store.append(&record(&push.body)).map_err(|error| {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR
            })?;
            let report = commit(&mut self.continuity, &message);
            let _ = self.reports.write_all(report.as_bytes()); // whether anybody reads it changes nothing
        }
        Ok(Reply::ok(message.soap))
    }
}

/// Whether all subscriptions are known. Others are not committed: they could push known ones out.
fn is_known(message: &Message<'_>, known: &HashSet<String>) -> bool {
    let responses = message.responses.iter();
    let mut ids = responses.filter_map(|response| response.subscription_id());
    known.is_empty() || ids.all(|id| known.contains(id.as_str()))
}

/// Whether there is something to store. A server error comes without a notification and is stored each time.
fn is_new(continuity: &Continuity, message: &Message<'_>) -> bool {
    let mut responses = message.responses.iter();
    responses.any(|response| {
        let mut notifications = response.notifications.iter();
        response.notifications.is_empty()
            || notifications.any(|one| continuity.check(one) != Delivery::Duplicate)
    })
}

/// Commits the notifications of a stored push. Returns a line for each new one.
fn commit(continuity: &mut Continuity, message: &Message<'_>) -> String {
    let mut report = String::new();
    for response in message.responses {
        for notification in response.notifications {
            // Anyone who reaches the listener chooses these texts. Escaped, they stay on their line.
            let id = notification.subscription_id.as_str().escape_debug();
            let delivery = continuity.check(notification);
            report += &match delivery {
                Delivery::Duplicate => continue,
                Delivery::Fresh | Delivery::OutOfOrder | Delivery::Unknown => {
                    format!("{delivery} {id}: {} events\n", notification.events.len())
                }
                // Events before this notification are missing, or may be.
                Delivery::First => format!("first {id}: synchronize the mailbox\n"),
                Delivery::Gap => {
                    let last = continuity.last(notification.subscription_id);
                    let last = last.map_or("an unknown watermark", |mark| mark.as_str());
                    let last = last.escape_debug();
                    format!("gap {id}: synchronize the mailbox, events are missing after {last}\n")
                }
            };
            continuity.commit(notification);
        }
        if let ([], Some(code)) = (response.notifications, response.code) {
            let id = response.subscription_id();
            let id = id.map_or("-", |id| id.as_str()).escape_debug();
            report += &format!("error {id}: {}\n", code.as_str().escape_debug());
        }
    }
    report
}

/// The record of a push: a line with its length, and the body.
pub(crate) fn record(body: &[u8]) -> Vec<u8> {
    [format!("push {}\n", body.len()).as_bytes(), body, b"\n"].concat()
}

/// The body of the first record, and what follows. None if there is no whole record.
pub(crate) fn split_record(log: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = log.split_at_checked(log.iter().position(|byte| *byte == b'\n')?)?;
    let length = str::from_utf8(line).ok()?.strip_prefix("push ")?;
    let (body, rest) = rest.get(1..)?.split_at_checked(length.parse().ok()?)?;
    Some((body, rest.strip_prefix(b"\n")?))
}

/// A file of records.
pub(crate) struct Log {
    file: File,
    /// Where the last whole record ends. A record that could not be written whole is overwritten.
    end: u64,
}

impl Log {
    /// Opens or creates a log, and replays it. A last record that a crash cut short was never answered: it is cut off.
    pub(crate) fn open(path: &Path, consumer: &mut Consumer) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(path)?;
        let mut log = Vec::new();
        (&file).take(file.metadata()?.len()).read_to_end(&mut log)?;
        let end = consumer.replay(&log);
        let torn = log.len() - end;
        if torn > Limits::BODY_BYTES + 64 {
            let error = format!("{} is damaged at byte {end}", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        if torn > 0 {
            eprintln!("{}: cut off {torn} bytes of a record", path.display());
            file.set_len(end as u64)?;
        }
        let end = end as u64;
        Ok(Self { file, end })
    }
}

impl Store for Log {
    fn append(&mut self, record: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(record)?;
        self.file.sync_data()?;
        self.end += record.len() as u64;
        Ok(())
    }
}
