//! A listener on hyper: checks bodies on the threads of the runtime, and sends them as they came to a thread that reads
//! them again and stores.
//!
//! Answers 200 with `OK`, 200 with `Unsubscribe` to a subscription that is not on the command line (none there: all are
//! known), 400 to what is no push, 405 to what is no POST, 413 to a body that is too long, and 500 if what came could not be
//! stored.

use core::cell::RefCell;
use core::convert::Infallible;
use core::time::Duration;
use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use ews_notifications::{Limits, Operation, MessageBytes, Parser, Reply};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, oneshot};

thread_local! {
    /// One for each thread of the runtime.
    static PARSER: RefCell<Parser> = RefCell::default();
}

/// What is to be stored, and where to say that it has been.
type Push = (MessageBytes, oneshot::Sender<()>);

struct Gateway {
    known: HashSet<String>,
    pushes: mpsc::Sender<Push>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into());
    let (pushes, received) = mpsc::channel(100);
    std::thread::spawn(|| store_all(received, &mut io::stdout()));
    let known = arguments.collect();
    let gateway = Arc::new(Gateway { known, pushes });
    let listener = tokio::net::TcpListener::bind(address).await?;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_secs(1)).await; // too many are open, perhaps
            continue;
        };
        let gateway = Arc::clone(&gateway);
        tokio::spawn(async move {
            let service = service_fn(|request| notify(&gateway, request));
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()); // limits how long the head of a request may take
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("{error}");
            }
        });
    }
}

async fn notify(
    gateway: &Gateway,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::default();
    match answer(gateway, request).await {
        // Exchange pushes SOAP 1.1. A push in SOAP 1.2 is answered in that, as examples/listener.rs does.
        Ok(reply) => {
            let content_type = HeaderValue::from_static(reply.content_type);
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            *response.body_mut() = Full::from(reply.body);
        }
        Err(status) => *response.status_mut() = status,
    }
    Ok(response)
}

async fn answer(gateway: &Gateway, request: Request<Incoming>) -> Result<Reply, StatusCode> {
    // A secret path keeps strangers out: it would be compared here.
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let body = Limited::new(request.into_body(), Limits::BODY_BYTES).collect();
    let body = body
        .await
        .map_err(|error| match error.is::<LengthLimitError>() {
            true => StatusCode::PAYLOAD_TOO_LARGE,
            false => StatusCode::BAD_REQUEST,
        })?;
    let body = body.to_bytes();
    let is_known = PARSER.with_borrow_mut(|parser| is_known(parser, &body, &gateway.known));
    match is_known {
        Ok(true) => {}
        Ok(false) => return Ok(Reply::unsubscribe(None)),
        Err(why) => {
            eprintln!("{why}"); // shows a part of the body, and nothing that steers a terminal
            return Err(StatusCode::BAD_REQUEST);
        }
    }
    let (stored, is_stored) = oneshot::channel();
    // Waits while the store is behind. What is not stored has to come again.
    let sent = gateway.pushes.send((MessageBytes::new(body), stored)).await;
    sent.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    is_stored
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Reply::ok(None))
}

/// Whether it is a push of subscriptions that are known; if it is no push, why.
fn is_known(parser: &mut Parser, body: &[u8], known: &HashSet<String>) -> Result<bool, String> {
    let message = parser.parse(body);
    let message = message.map_err(|error| error.describe(body).to_string())?;
    if message.operation != Operation::SendNotification {
        return Err(format!("{} is no push", message.operation));
    }
    let responses = message.responses.iter();
    let mut ids = responses.filter_map(|response| response.subscription_id());
    Ok(known.is_empty() || ids.all(|id| known.contains(id.as_str())))
}

/// What comes again is stored again: a `Continuity` would live here, see examples/listener.rs.
fn store_all(mut pushes: mpsc::Receiver<Push>, out: &mut dyn Write) {
    let mut parser = Parser::new();
    while let Some((message, stored)) = pushes.blocking_recv() {
        let Ok(message) = message.parse(&mut parser) else {
            continue; // does not happen: it has been read before
        };
        let mut events = message.notifications().flat_map(|one| one.events);
        let written = events.try_for_each(|event| {
            let item = event.item_id.map(|item| item.id);
            writeln!(out, "{} {item:?}", event.kind)
        });
        match written.and_then(|()| out.flush()) {
            Ok(()) => drop(stored.send(())),
            Err(error) => eprintln!("{error}"), // `stored` is dropped, which says no
        }
    }
}
