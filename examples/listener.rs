//! An HTTP listener for Exchange push notifications: prints the events and answers the server.
//!
//! ```text
//! cargo run --example listener -- 127.0.0.1:8080 [SUBSCRIPTION-ID…]
//! ```
//!
//! With ids on the command line these are the subscriptions it knows; without, it knows all.
//! It answers 200 with `OK`, 200 with `Unsubscribe` to a subscription that it does not know, 400 to a
//! body that does not parse and 413 to one that is too long. Exchange repeats whatever is not
//! answered with 200, so what a gateway accepts it should have stored before it answers.

use core::cell::RefCell;
use core::error::Error;
use std::collections::HashSet;
use std::io::{self, Write as _};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ews_notifications::{Limits, Message, Operation, Parser, Reply};

type Subscriptions = Arc<HashSet<String>>;

thread_local! {
    /// One parser a thread, borrowed for as long as a body is read and never over an `.await`.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into());
    let known: Subscriptions = Arc::new(arguments.collect());
    let app = Router::new()
        .route("/{*path}", post(notify))
        .route("/", post(notify))
        .layer(DefaultBodyLimit::max(Limits::BODY_BYTES))
        .with_state(known);
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn notify(State(known): State<Subscriptions>, headers: HeaderMap, body: Bytes) -> Response {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map_or(&b""[..], |value| value.as_bytes());
    let soap_12 = content_type.starts_with(b"application/soap+xml");
    PARSER.with_borrow_mut(|parser| match parser.parse(&body) {
        // Only pushes are posted to a listener; who posts something else is no Exchange server.
        Ok(message) if message.operation != Operation::SendNotification => {
            let error = format!("{} is no push", message.operation);
            eprintln!("{error}");
            (StatusCode::BAD_REQUEST, error).into_response()
        }
        Ok(message) => {
            if let Err(error) = print(&message) {
                eprintln!("{error}");
            }
            let reply = match (is_known(&message, &known), soap_12) {
                (true, false) => Reply::OK,
                (true, true) => Reply::OK_SOAP_12,
                (false, false) => Reply::UNSUBSCRIBE,
                (false, true) => Reply::UNSUBSCRIBE_SOAP_12,
            };
            ([(CONTENT_TYPE, reply.content_type)], reply.body).into_response()
        }
        // A body that is too long has been answered with 413 by the layer that reads it.
        Err(error) => {
            eprintln!("{}", error.describe(&body));
            (StatusCode::BAD_REQUEST, error.to_string()).into_response()
        }
    })
}

fn is_known(message: &Message<'_>, known: &HashSet<String>) -> bool {
    let mut ids = message
        .responses
        .iter()
        .filter_map(|response| response.subscription_id());
    known.is_empty() || ids.all(|id| known.contains(id.as_str()))
}

/// What a message says is chosen by whoever can reach the listener, and may hold line feeds: escaped, it stays
/// on its line.
fn print(message: &Message<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for response in message.responses {
        let (id, code) = (response.subscription_id(), response.code);
        for event in response
            .notifications
            .iter()
            .flat_map(|notification| notification.events)
        {
            let item = event.item_id.map(|item| item.id);
            let object = item
                .or(event.folder_id.map(|folder| folder.id))
                .unwrap_or("-");
            writeln!(out, "{} {}", event.kind.name(), object.escape_debug())?;
        }
        if let (Some(id), Some(code)) = (id, code) {
            let (id, code) = (id.as_str().escape_debug(), code.as_str().escape_debug());
            writeln!(out, "{code} for {id}")?;
        }
    }
    Ok(())
}
